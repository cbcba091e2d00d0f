"""Visits: what is offered, what is chosen, what it takes."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from medicalcor.schemas.base import Published, Shape
from medicalcor.schemas.common import LeadId, PersonId
from medicalcor.schemas.practice import PractitionerId, ProcedureId

AppointmentId: TypeAlias = UUID
Status = Literal["held", "booked", "confirmed", "completed", "missed", "cancelled", "expired"]
ACTIVE: tuple[Status, ...] = ("held", "booked", "confirmed")
"""Those that keep their time; the constraint `no_double_booking` says the same."""
CancelReason = Literal["patient", "clinic", "illness", "duplicate", "not_needed", "other"]


PartOfDay = Literal["any", "morning", "afternoon", "evening"]
LONGEST_SEARCH = timedelta(days=366)


class Slot(Shape):
    """A time that can be booked, with whom. Times are in UTC."""

    practitioner_id: PractitionerId
    starts_at: datetime
    ends_at: datetime


class SlotQuery(Shape):
    """What times are looked for."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId | None = None
    """None: anybody who can."""
    prefer: PractitionerId | None = None
    """Comes first among those who are free."""
    first_day: date
    last_day: date
    """By the clinic's calendar, both included."""
    part_of_day: PartOfDay = "any"
    not_before: time | None = None
    not_after: time | None = None
    """The visit begins by then at the latest; both by the clinic's clock, within the part of the day."""
    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]] = frozenset(range(7))
    """0 is Monday."""
    order: Literal["earliest", "spread"] = "earliest"
    limit: Annotated[int, Field(ge=1, le=500)] = 20

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if not timedelta() <= self.last_day - self.first_day <= LONGEST_SEARCH:
            raise ValueError(f"days go forward, over {LONGEST_SEARCH.days} days at most")
        return self


class Choice(Shape):
    """What somebody chose: exactly this is booked, or nothing."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: AwareDatetime


class Taken(Shape):
    """A resource for a while, buffers included."""

    resource_no: int
    starts_at: datetime
    ends_at: datetime
    deliberate: bool = False
    """Over another visit, on purpose."""


class Visit(Shape):
    """A choice with its length and all that it takes."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime
    ends_at: datetime
    takes: tuple[Taken, ...]


Relation = Literal[
    "son", "daughter", "child", "wife", "husband", "mother", "father", "grandmother", "grandfather", "grandson",
    "granddaughter", "brother", "sister", "other",
]  # fmt: skip
"""What whoever comes is to the person who writes; `other`: a friend, a cousin, somebody else."""


class Whose(Shape):
    """Who comes, when it is not the person who books: by name, by what they are to that person, or both."""

    name: str | None = None
    relation: Relation | None = None


class Wish(Shape):
    """A visit that somebody asks for. The same `key` books once."""

    person_id: PersonId
    choice: Choice
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    lead_id: LeadId | None = None
    for_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    """Who comes, when it is somebody else than the person."""
    relation: Relation | None = None
    """What they are to the person; it stands in for a name that was not told."""


class Appointment(Shape):
    """A visit as it stands."""

    id: AppointmentId
    person_id: PersonId
    lead_id: LeadId | None
    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime
    ends_at: datetime
    status: Status
    expires_at: datetime | None
    version: int
    """Say it with a change: one that was decided on an older version is refused."""
    moves: int
    """How often it was moved."""
    for_name: str | None = None
    """Who comes, when it is somebody else than the person."""
    relation: Relation | None = None

    @property
    def whose(self) -> Whose | None:
        return Whose(name=self.for_name, relation=self.relation) if self.for_name or self.relation else None


class FreeTime(Published):
    """A time that can be booked as it is, unless somebody else is faster. Send these three back to book it."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime
    """With the clinic's offset from UTC, so that its date and time are the clinic's."""
    ends_at: datetime


class BookedVisit(Published):
    """A visit as it stands. `person_id` says who booked it; their own name is not told."""

    id: AppointmentId
    person_id: PersonId
    lead_id: LeadId | None
    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime
    """With the clinic's offset from UTC."""
    ends_at: datetime
    status: Status
    expires_at: datetime | None
    """Until when a time that is held is kept."""
    version: int
    """Send it with a change."""
    for_name: str | None = None
    """Who comes, when it is somebody else than the person: a child, a parent. For keys with `booking:write`."""
    relation: Relation | None = None
    """What they are to the person, where that is known."""
