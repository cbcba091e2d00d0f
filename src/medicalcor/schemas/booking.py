"""What other systems ask of the calendar, and what they are told."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from medicalcor.schemas.appointments import (
    LONGEST_SEARCH,
    BookedVisit,
    CancelReason,
    FreeTime,
    PartOfDay,
    Relation,
    Status,
)
from medicalcor.schemas.base import Published
from medicalcor.schemas.common import Language
from medicalcor.schemas.practice import Code, PractitionerId, ProcedureId

LONGEST_HOLD_MINUTES = 2 * 24 * 60
_YEARS = range(2000, 2100)


def _written(form: str, example: str, read: Callable[[str], object]) -> BeforeValidator:
    """Text of this form, read; Pydantic would take numbers and more for the same thing, too."""
    pattern = re.compile(form, re.ASCII)

    def parse(value: object) -> object:
        if not isinstance(value, str):
            return value
        if pattern.fullmatch(value):
            with suppress(ValueError):
                return read(value)
        raise ValueError(f"Write it like {example}.")

    return BeforeValidator(parse)


def _of_our_days(value: date) -> date:
    """Beyond these years the conversions between time zones end."""
    if value.year not in _YEARS:
        raise ValueError(f"The year lies between {_YEARS.start} and {_YEARS.stop - 1}.")
    return value


_EXAMPLE = "0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d5e"
Day = Annotated[
    date, _written(r"\d{4}-\d\d-\d\d", "2026-11-26", date.fromisoformat), AfterValidator(_of_our_days)
]
Moment = Annotated[
    AwareDatetime,
    _written(r"\d{4}-\d\d-\d\d[Tt ].{5,}", "2026-11-26T09:30:00Z", datetime.fromisoformat),
    AfterValidator(_of_our_days),
]
Clock = Annotated[
    time,
    _written(r"\d\d:\d\d", "17:30", time.fromisoformat),
    PlainSerializer(lambda shown: f"{shown:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}),
]
Id = Annotated[UUID, _written(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", _EXAMPLE, UUID)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAME = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class SlotsWanted(Published):
    """What times are looked for. `procedure` or `procedure_id` says for what; days are the clinic's, both included."""

    procedure: Code | None = None
    """Code of the procedure, as `GET /booking/practice` lists it."""
    procedure_id: Id | None = None
    """In place of the code."""
    practitioner_id: Id | None = None
    """With this practitioner only; left out: with anybody who can."""
    prefer: Id | None = None
    """This practitioner first, where they are free."""
    first_day: Day | None = None
    """Left out: today."""
    last_day: Day | None = None
    """Left out: four weeks after the first day."""
    part_of_day: PartOfDay = "any"
    """The visit begins in the morning (until 12:00), afternoon (until 17:00) or evening."""
    not_before: Clock | None = None
    """By the clinic's clock, the earliest time to begin, such as 17:00."""
    not_after: Clock | None = None
    """By the clinic's clock, the latest time to begin."""
    weekday: Weekday | None = None
    """On this day of the week only."""
    order: Literal["earliest", "spread"] = "earliest"
    """`earliest`: the next ones; `spread`: over all the days, mornings and afternoons in turn."""
    limit: Annotated[int, Field(ge=1, le=500)] = 20

    @model_validator(mode="after")
    def _one_procedure(self) -> Self:
        if (self.procedure is None) == (self.procedure_id is None):
            raise ValueError("Give either procedure or procedure_id.")
        first, last = self.first_day, self.last_day
        if first and last and not 0 <= (last - first).days <= LONGEST_SEARCH.days:
            raise ValueError(f"The days go forward and over {LONGEST_SEARCH.days} days at most.")
        return self


class ToFindSlots(SlotsWanted):
    """As an AI function takes it."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["procedure"],
                    "properties": {"procedure": {"type": "string"}, "procedure_id": {"type": "null"}},
                },
                {
                    "required": ["procedure_id"],
                    "properties": {"procedure_id": {"type": "string"}, "procedure": {"type": "null"}},
                },
            ]
        }
    )


class FreeTimes(Published):
    slots: tuple[FreeTime, ...]
    time_zone: str
    """The clinic's, by its IANA name."""


class BookableProcedure(Published):
    id: ProcedureId
    code: Code
    titles: dict[Language, str]
    minutes: int
    price_from: int | None
    price_to: int | None
    """Both in the currency's smallest unit."""
    currency: str


class BookablePractitioner(Published):
    id: PractitionerId
    name: str | None
    languages: tuple[Language, ...]
    procedures: tuple[Code, ...]
    """What can be booked with them."""


class Practice(Published):
    """What can be booked, and with whom."""

    procedures: tuple[BookableProcedure, ...]
    practitioners: tuple[BookablePractitioner, ...]
    time_zone: str


class Contact(Published):
    """A patient by how they can be reached. Somebody who is known is found by it; nobody's entry is changed."""

    name: _NAME
    phone: Annotated[str, Field(max_length=40)] | None = None
    """With country code, or as it is dialled in the clinic's country."""
    email: Annotated[str, Field(max_length=254)] | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.phone and not self.email:
            raise ValueError("Give a phone or an email.")
        return self


class ToBook(Published):
    """Exactly this is booked, or nothing. One of `person_id`, `lead_id` and `contact` says for whom."""

    procedure_id: Id
    practitioner_id: Id
    starts_at: Moment
    person_id: Id | None = None
    lead_id: Id | None = None
    contact: Contact | None = None
    for_name: _NAME | None = None
    """Who comes, when it is somebody else than the person: a child, a parent."""
    relation: Relation | None = None
    """What they are to the person; the clinic shows it, and it stands in for a name that is not known."""
    hold_minutes: Annotated[int, Field(ge=1, le=LONGEST_HOLD_MINUTES)] | None = None
    """Only keep the time for so long; to book it then, PATCH the status to `booked`."""

    @model_validator(mode="after")
    def _one_person(self) -> Self:
        if sum(one is not None for one in (self.person_id, self.lead_id, self.contact)) != 1:
            raise ValueError("Give one of person_id, lead_id and contact.")
        return self


class ToChange(Published):
    """Another time, practitioner or procedure; or another status. One of the two at a time."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    """Of the visit that the change was decided on. If it has changed since, nothing is done."""
    starts_at: Moment | None = None
    practitioner_id: Id | None = None
    procedure_id: Id | None = None
    status: Literal["booked", "confirmed", "completed", "missed"] | None = None
    """`booked` books what was held; `confirmed`: the patient says that they come; `missed`: they did not."""

    @model_validator(mode="after")
    def _one_change(self) -> Self:
        moved = any((self.starts_at, self.practitioner_id, self.procedure_id))
        if moved == (self.status is not None):
            raise ValueError(
                "Give either status, or what changes of starts_at, practitioner_id and procedure_id."
            )
        return self


class ToCancel(Published):
    """Why, and on which version it was decided."""

    reason: CancelReason = "patient"
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """If the visit has changed since, nothing is done. Left out: whatever has changed."""


class VisitsWanted(Published):
    """Which visits, the earliest first."""

    person_id: Id | None = None
    lead_id: Id | None = None
    practitioner_id: Id | None = None
    status: Status | None = None
    since: Moment | None = None
    """Those that end after this moment."""
    until: Moment | None = None
    """Those that begin before this moment."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: (
        Annotated[str, Field(pattern=r"^[0-9]{1,10}~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] | None
    ) = None
    """`next` of the page before."""


class BookedVisits(Published):
    appointments: tuple[BookedVisit, ...]
    next: str | None
    """`cursor` of the next page; null on the last."""
