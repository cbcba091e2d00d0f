"""What WhatsApp says of the templates that it approved or did not. Stream `template-<id>`; nobody's story, so the
subject is the template itself."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from medicalcor.schemas.base import Event
from medicalcor.schemas.effects import TemplateState


class TemplateStateLearnt(Event):
    """Meta told it, or a message was refused for it."""

    type: ClassVar[str] = "template.state_learnt"
    template_id: UUID
    template: str
    language: str
    state: TemplateState
    reason: str | None = None
    """The provider's own word."""
    told_by: Literal["meta", "refusal"]
    at: datetime
    until: datetime | None = None
    """From then on WhatsApp is tried again; None: it stays so until Meta says otherwise."""
