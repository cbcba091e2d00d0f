"""Visits, for calendars, patients' pages and other systems."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.schemas.appointments import Relation, Status, Whose

_SQL = statements("medicalcor.readmodels.appointments")


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit as a calendar shows it."""

    id: UUID
    person_id: UUID
    lead_id: UUID | None
    procedure_id: UUID
    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: Status
    expires_at: datetime | None
    version: int
    moves: int
    patient: str | None
    """Who comes, or who booked where that is all that is known; None once the person is erased."""
    for_name: str | None
    """Who comes, when it is somebody else than the person."""
    relation: Relation | None
    """What they are to the person."""
    booker: str | None
    """The person's own name."""
    put_over: Sequence[UUID]
    put_over_why: str | None
    booked_by: str
    booked_at: datetime
    end_reason: str | None

    @property
    def whose(self) -> Whose | None:
        return Whose(name=self.for_name, relation=self.relation) if self.for_name or self.relation else None


@dataclass(frozen=True, slots=True)
class OfCall:
    """How many visits a caller booked and cancelled with the voice agent."""

    booked: int
    cancelled: int


async def of_call(connection: Connection, *, call_id: UUID) -> OfCall:
    row = await connection.fetchrow(_SQL["of_call"], f"call:{call_id}", call_id)
    return OfCall(**dict(row or {}))


async def between(
    connection: Connection,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    practitioners: Sequence[UUID] | None = None,
    also_off: bool = False,
) -> list[Entry]:
    """A day, a week or a month, of some practitioners or all; `also_off` shows what was cancelled, too."""
    rows = await connection.fetch(_SQL["between"], start, end, practitioners, now, also_off)
    return [Entry(**dict(row)) for row in rows]


async def of_person(connection: Connection, *, person_id: UUID, now: datetime) -> list[Entry]:
    """The latest first."""
    return [Entry(**dict(row)) for row in await connection.fetch(_SQL["of_person"], person_id, now)]


async def family(connection: Connection, *, person_id: UUID) -> list[Row]:
    """Who else has had visits under this person: `for_name`, `relation`; the last one first."""
    return await connection.fetch(_SQL["family"], person_id)


async def next_of_person(connection: Connection, *, person_id: UUID, now: datetime) -> Entry | None:
    row = await connection.fetchrow(_SQL["next_of_person"], person_id, now)
    return Entry(**dict(row)) if row else None


async def by_id(connection: Connection, *, appointment_id: UUID) -> Entry | None:
    row = await connection.fetchrow(_SQL["by_id"], appointment_id)
    return Entry(**dict(row)) if row else None


@dataclass(frozen=True, slots=True)
class Reminder:
    """What was decided about reminding of a visit, and what became of the message."""

    appointment_id: UUID
    moves: int
    ahead: str
    outcome: str
    decided_at: datetime
    effect_id: UUID | None
    status: str | None
    reason: str | None
    """Why it was not sent, when it was not."""


async def agreed_at(connection: Connection, *, person_id: UUID) -> dict[UUID, datetime]:
    """When the time of each of a person's visits was agreed on: it decides who needs reminding."""
    rows = await connection.fetch(_SQL["agreed_at"], person_id)
    return {row["id"]: row["settled_at"] for row in rows}


async def reminders_of(connection: Connection, *, person_id: UUID) -> list[Reminder]:
    """Of a person's visits, each at the place in time that it has now."""
    return [Reminder(**dict(row)) for row in await connection.fetch(_SQL["reminders_of"], person_id)]


async def taking(connection: Connection, *, resource_id: UUID, start: datetime, end: datetime) -> list[Entry]:
    """Visits that need the resource then, the earliest first."""
    return [Entry(**dict(row)) for row in await connection.fetch(_SQL["taking"], resource_id, start, end)]


async def in_the_way(
    connection: Connection, *, resource_id: UUID, start: datetime, end: datetime
) -> list[UUID]:
    """Visits that need the resource then."""
    rows = await connection.fetch(_SQL["in_the_way"], resource_id, start, end)
    return [row["id"] for row in rows]
