"""What HubSpot answers, as far as we read it. It promises none of an error's fields, so all are optional."""

from typing import Any

from pydantic import Field

from medicalcor.schemas.base import Wire


class Record(Wire):
    """A contact, note or task."""

    id: str = Field(min_length=1)
    properties: dict[str, str | None] = Field(default={}, repr=False)
    trace: str | None = Field(default=None, alias="objectWriteTraceId")
    """What we called it when it was written in a batch."""


class Found(Wire):
    results: tuple[Record, ...]


class Detail(Wire):
    """One thing that is wrong with a request."""

    code: str | None = None
    context: dict[str, Any] = Field(default={}, repr=False)


class Problem(Wire):
    """An error. `message` is left out: it quotes values."""

    category: str | None = None
    policy_name: str | None = Field(default=None, alias="policyName")
    errors: tuple[Detail, ...] = ()
    context: dict[str, Any] = Field(default={}, repr=False)

    @property
    def traces(self) -> list[str]:
        """Which of a batch it is about, as we called them."""
        named = self.context.get("objectWriteTraceId")
        return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


class Upserted(Wire):
    """The answer to a batch: results and (in a 207) errors, in any order."""

    results: tuple[Record, ...] = ()
    errors: tuple[Problem, ...] = ()
