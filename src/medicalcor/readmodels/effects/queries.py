"""What was sent, what waits, what was not sent, and whether anything goes out at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

_SLOW = timedelta(minutes=2)
_LATELY = timedelta(minutes=15)
_ALIVE = timedelta(seconds=45)
_SQL = statements("medicalcor.readmodels.effects")


@dataclass(frozen=True)
class Effect:
    """One thing that reached, should reach or did not reach the outside, with its decision."""

    id: UUID
    kind: str
    purpose: str
    author: str
    content: Mapping[str, Any] | None
    decision: Mapping[str, Any]
    status: str
    planned_at: datetime
    hold_until: datetime | None
    ended_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    reason: str | None
    cause_id: UUID | None
    by: str | None


@dataclass(frozen=True)
class Health:
    """The channels in one word, with the figures behind it."""

    state: Literal["ok", "slow", "down"]
    waiting: int
    failed: int
    refusing: Sequence[str] = ()
    """Providers that refuse the clinic's account: somebody has to mend a key, a payment or a right."""


async def of_lead(connection: Connection, *, lead_id: UUID) -> list[Effect]:
    return [Effect(**dict(row)) for row in await connection.fetch(_SQL["effects_of"], lead_id)]


async def health(connection: Connection, *, now: datetime) -> Health:
    """Down without a worker; slow when messages wait over two minutes or failed in the last fifteen, or when a
    provider refuses the account.
    """
    row = await connection.fetchrow(_SQL["health"], now - _SLOW, now - _LATELY, now - _ALIVE)
    if row is None:
        return Health("down", 0, 0)
    waiting, failed, refusing = row["waiting"], row["failed"], row["refusing"]
    if not row["workers"]:
        return Health("down", waiting, failed, refusing)
    return Health("slow" if waiting or failed or refusing else "ok", waiting, failed, refusing)
