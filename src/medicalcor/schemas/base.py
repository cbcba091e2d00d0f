"""The kinds of shape there are. Everything else in `schemas` is made of these."""

from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A value of ours: frozen, and a field that nobody declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Published(Shape):
    """A value that other systems send or read: what is said of its fields stands in the API's description too."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Wire(BaseModel):
    """Something a provider sent or wants: fields we do not know are passed over, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Personal:
    """Marks a field of an event as personal: `name: Annotated[str | None, Personal()]`.

    The event store keeps such fields in the sealed part, encrypted under the subject's key.
    """


class Event(Shape):
    """Something that happened, in the past tense.

    `type` and `version` are what history is read by: explicit, stable, never the class's path.
    """

    type: ClassVar[str]
    version: ClassVar[int] = 1

    @classmethod
    @cache
    def personal_fields(cls) -> frozenset[str]:
        """Names of the fields that belong in the sealed part."""
        return frozenset(
            name
            for name, field in cls.model_fields.items()
            if any(isinstance(mark, Personal) for mark in field.metadata)
        )

    def split(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The plain and the personal part, both ready for JSON."""
        personal = self.personal_fields()
        everything = self.model_dump(mode="json")
        return (
            {k: v for k, v in everything.items() if k not in personal},
            {k: v for k, v in everything.items() if k in personal},
        )
