"""A visit being arranged in a conversation: what is wanted, what was offered."""

from datetime import date, datetime, time
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from medicalcor.schemas.appointments import PartOfDay, Whose
from medicalcor.schemas.base import Shape
from medicalcor.schemas.practice import PractitionerId, ProcedureId

BookingId: TypeAlias = UUID
Goal = Literal["book", "move", "cancel"]
Asked = Literal["procedure", "day", "choice", "which_visit", "sure"]
"""What the patient was asked last: what for, when, which of the offered times, which visit, whether they are sure."""
Next = Literal["find", "choose", "cancel", "said"]
"""What a message leads to: a search for times, a booking, a cancellation, or nothing more than was said."""
ClosedBecause = Literal["done", "kept", "given_up", "to_a_person", "opted_out", "begun_anew", "erased"]


class When(Shape):
    """When somebody can come, by the clinic's calendar and clock. Nothing said: any time."""

    days: tuple[date, ...] = ()
    """One of exactly these."""
    first_day: date | None = None
    last_day: date | None = None
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()
    """0 is Monday; none: all."""
    at: time | None = None
    not_before: time | None = None
    not_after: time | None = None
    part: PartOfDay = "any"
    soonest: bool = False

    @property
    def says_day(self) -> bool:
        return bool(self.days or self.first_day or self.last_day or self.weekdays or self.soonest)

    @property
    def says_hour(self) -> bool:
        return bool(self.at or self.not_before or self.not_after or self.part != "any")

    @property
    def says(self) -> bool:
        return self.says_day or self.says_hour


class Wanted(Shape):
    """What has been understood so far."""

    procedure_id: ProcedureId | None = None
    practitioner_id: PractitionerId | None = None
    but: PractitionerId | None = None
    """Somebody whom they would rather not see this time."""
    when: When = When()
    unseen: bool = False
    """Times that were offered before are not wanted: others are looked for."""
    among: tuple[ProcedureId, ...] = ()
    """The procedures that the patient was asked to choose from, in their order."""
    whose: Whose | None = None
    """Who comes, when it is not the person who writes."""


class Option(Shape):
    """A time that was offered."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime
