"""The clinic's set-up, for availability and for whoever edits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.schemas.practice import Hours, Need, WeekHours

_SQL = statements("medicalcor.readmodels.practice")


@dataclass(frozen=True, slots=True)
class SetUp:
    """All that availability depends on but for the visits, as it stood at `version`."""

    version: int
    procedures: Sequence[Mapping[str, Any]]
    """Those that are offered, by column."""
    workers: Sequence[Mapping[str, Any]]
    """`no`, `id`, `skills`, `weekly`, `days`."""
    places: Sequence[Mapping[str, Any]]
    """Rooms and devices: `no`, `kind`, `groups`."""
    off: Sequence[tuple[int, int, int]]
    """Resource number, from, to, in seconds since 1970."""
    holidays: Sequence[date]


Busy = Mapping[int, Sequence[tuple[int, int]]]
"""By resource number: from, to, in seconds since 1970, in order."""


@dataclass(frozen=True, slots=True)
class Practitioner:
    id: UUID
    no: int
    name: str | None
    languages: Sequence[str]
    skills: Sequence[str]
    weekly: Sequence[WeekHours]
    is_active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Resource:
    """A room or a device."""

    id: UUID
    no: int
    kind: str
    label: str
    groups: Sequence[str]
    is_active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Procedure:
    id: UUID
    code: str
    titles: Mapping[str, str]
    minutes: int
    before_minutes: int
    after_minutes: int
    skill: str | None
    needs: Sequence[Need]
    price_from: int | None
    price_to: int | None
    currency: str
    is_active: bool
    preparation: Mapping[str, str]
    version: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a practitioner's that goes otherwise than the week says."""

    practitioner_id: UUID
    day: date
    hours: Sequence[Hours]


@dataclass(frozen=True, slots=True)
class TimeOff:
    id: UUID
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    kind: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Holiday:
    id: UUID
    day: date
    title: str


async def set_up(connection: Connection, *, since: datetime) -> SetUp:
    """Without the days and the time off that were over by `since`."""
    row = await connection.fetchrow(_SQL["set_up"], since.date(), since)
    return SetUp(**dict(row or {}))


async def busy(
    connection: Connection,
    *,
    numbers: Sequence[int],
    between: tuple[int, int],
    now: datetime,
    but: UUID | None,
) -> tuple[int, Busy]:
    """The version of the set-up, and what is taken of these resources; the visit `but` is left out."""
    row = await connection.fetchrow(_SQL["busy"], numbers, *between, now, but)
    if row is None:
        return 0, {}
    return row["version"], {no: list(zip(begins, ends, strict=True)) for no, begins, ends in row["busy"]}


async def practitioners(connection: Connection) -> list[Practitioner]:
    rows = await connection.fetch(_SQL["practitioners"])
    return [
        Practitioner(**{**row, "weekly": [WeekHours.model_validate(h) for h in row["weekly"]]})
        for row in map(dict, rows)
    ]


async def resources(connection: Connection) -> list[Resource]:
    return [Resource(**dict(row)) for row in await connection.fetch(_SQL["resources"])]


async def procedures(connection: Connection) -> list[Procedure]:
    rows = await connection.fetch(_SQL["procedures"])
    return [
        Procedure(**{**row, "needs": [Need.model_validate(need) for need in row["needs"]]})
        for row in map(dict, rows)
    ]


async def days(connection: Connection, *, first: date, last: date) -> list[Day]:
    rows = await connection.fetch(_SQL["days"], first, last)
    return [
        Day(row["practitioner_id"], row["day"], [Hours.model_validate(h) for h in row["hours"]])
        for row in rows
    ]


async def time_off(connection: Connection, *, start: datetime, end: datetime) -> list[TimeOff]:
    return [TimeOff(**dict(row)) for row in await connection.fetch(_SQL["time_off"], start, end)]


async def holidays(connection: Connection, *, first: date, last: date) -> list[Holiday]:
    return [Holiday(**dict(row)) for row in await connection.fetch(_SQL["holidays"], first, last)]
