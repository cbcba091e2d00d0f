"""Who waits for an earlier time, for staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

_SQL = statements("medicalcor.readmodels.waitlist")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the list."""

    id: UUID
    person_id: UUID
    lead_id: UUID | None
    patient: str | None
    procedure_id: UUID
    titles: Mapping[str, str]
    practitioner_id: UUID | None
    practitioner: str | None
    """None: anybody will do."""
    appointment_id: UUID | None
    visit_at: datetime | None
    """The visit that they have now."""
    part_of_day: str
    weekdays: Sequence[int]
    notice_minutes: int
    since: datetime
    offers: int
    """How often they were asked."""
    offered_at: datetime | None
    """When they were asked something that they have not answered."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A time that came free and that nobody has yet."""

    id: UUID
    practitioner_id: UUID
    practitioner: str | None
    starts_at: datetime
    ends_at: datetime
    found_at: datetime
    asked: int
    declined: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was offered a time that is still on offer, or who has got one."""

    opening_id: UUID
    waiting_id: UUID
    lead_id: UUID | None
    patient: str | None
    asked_at: datetime
    ended_at: datetime | None
    ended_why: str | None
    starts_at: datetime
    practitioner_id: UUID
    practitioner: str | None
    titles: Mapping[str, str]
    since: datetime
    """Since when they had waited."""
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of the times that came free."""

    by_waiting: int
    by_others: int
    lapsed: int
    """Nobody had them."""
    minutes: float | None
    """How long it took until one of those who wait had it, the median."""


async def waiting(connection: Connection, *, now: datetime, person_id: UUID | None = None) -> list[Waiting]:
    """Everybody who waits, or one person's wishes; who waits longest first."""
    rows = await connection.fetch(_SQL["waiting"], now, person_id)
    return [Waiting(**dict(row)) for row in rows]


async def openings(connection: Connection, *, now: datetime) -> list[Opening]:
    """What is on offer now, the soonest first."""
    return [Opening(**dict(row)) for row in await connection.fetch(_SQL["openings"], now)]


async def asked(connection: Connection) -> list[Asked]:
    """Who was offered what is on offer now, who was asked first coming first."""
    return [Asked(**dict(row)) for row in await connection.fetch(_SQL["offered"], None)]


async def placed(connection: Connection, *, since: datetime) -> list[Asked]:
    """Who has got an earlier time since then, the latest first."""
    rows = [Asked(**dict(row)) for row in await connection.fetch(_SQL["offered"], since)]
    return sorted(rows, key=lambda one: one.ended_at or one.asked_at, reverse=True)


async def filled(connection: Connection, *, since: datetime) -> Filled:
    """What became of the times that came free since then and are on offer no more."""
    row = await connection.fetchrow(_SQL["filled"], since)
    if row is None:
        raise LookupError("a statement without groups answers one row")
    return Filled(**dict(row))
