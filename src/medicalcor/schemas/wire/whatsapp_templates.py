"""What Meta posts to us about templates, as the inbox keeps it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from medicalcor.schemas.base import Wire
from medicalcor.schemas.wire.lenient import Lenient
from medicalcor.schemas.wire.whatsapp import moment


class OtherInfo(Wire):
    title: Lenient[str] = None
    """Such as `FIRST_PAUSE`."""


class TemplateStatus(Wire):
    """What Meta says of a template (`message_template_status_update`)."""

    event: str
    template: str = Field(alias="message_template_name")
    language: str = Field(alias="message_template_language")
    reason: Lenient[str] = None
    other_info: Lenient[OtherInfo] = None

    @property
    def title(self) -> str | None:
        return self.other_info.title if self.other_info else None


class TemplateNotice(Wire):
    kind: Literal["template"] = "template"
    value: TemplateStatus
    time: Lenient[str | int] = None
    """When Meta knew it, in unix seconds."""

    @property
    def at(self) -> datetime | None:
        return moment(self.time)
