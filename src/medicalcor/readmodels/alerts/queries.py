"""Alerts to staff, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.domain.triage.alerts import BY_URGENCY
from medicalcor.schemas.effects import AlertCode
from medicalcor.schemas.triage import Post

_RAW = statements("medicalcor.readmodels.alerts")
SQL = {name: sql.replace("{standing}", _RAW["standing"]) for name, sql in _RAW.items()}
MOST = 100
"""Lines of each list."""
LATELY = timedelta(days=30)
"""For how long what was done is shown."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands."""

    id: UUID
    raised_at: datetime
    code: AlertCode
    post: Post | None
    lead_id: UUID | None
    person_id: UUID
    name: str | None
    owner_id: UUID | None
    taken_at: datetime | None
    taken_by: UUID | None
    resolved_at: datetime | None
    resolved_by: UUID | None
    acted_at: datetime | None
    """When a colleague acted on the lead's page, after it was raised."""
    state: Literal["open", "taken", "done"]
    owner: str | None
    taker: str | None
    resolver: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which are looked at."""

    codes: Sequence[AlertCode] | None = None
    whose: UUID | None = None
    nobodys: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    open: int
    taken: int


async def waiting(connection: Connection, *, filters: Filters, limit: int = MOST) -> list[Alert]:
    """What is still to be seen to: what nobody has taken first, the most urgent first."""
    found = (filters.codes, filters.whose, filters.nobodys)
    rows = await connection.fetch(SQL["waiting"], *found, list(BY_URGENCY), limit)
    return [Alert(**dict(row)) for row in rows]


async def done(connection: Connection, *, filters: Filters, now: datetime, limit: int = MOST) -> list[Alert]:
    """What was seen to lately, the last first."""
    found = (filters.codes, filters.whose, filters.nobodys)
    rows = await connection.fetch(SQL["done"], *found, now - LATELY, limit)
    return [Alert(**dict(row)) for row in rows]


async def counts(connection: Connection) -> Counts:
    row = await connection.fetchrow(SQL["counts"])
    return Counts(**dict(row or {}))
