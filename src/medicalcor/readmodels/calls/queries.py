"""The call log, and the calls of one lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound

PAGE = 50
_RAW = statements("medicalcor.readmodels.calls")
_SQL = {name: sql.replace("{shown}", _RAW["shown"]) for name, sql in _RAW.items()}


@dataclass(frozen=True)
class Call:
    """A line of the call log."""

    id: UUID
    person_id: UUID
    lead_id: UUID
    name: str | None
    phone: str | None
    caller_kind: str
    caller: str | None
    direction: str
    status: str | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    seconds: int | None
    message_id: UUID | None
    transcript: Sequence[Mapping[str, str]]
    transcript_source: str | None
    not_transcribed: str | None
    analysed_by: str | None
    analysis: Mapping[str, Any] | None
    recordings: Sequence[str]
    """The states of its recordings."""
    kept: Sequence[str]
    """Ids of those that can be listened to here."""
    erased: bool
    booked: Sequence[datetime] = ()
    """When the visits are that were booked in it with the voice agent, and still stand."""

    def for_ears(self, *, may_hear: bool) -> "Call":
        """As it is shown to somebody who may, or may not, listen."""
        return self if may_hear and not self.erased else replace(self, kept=())


async def log(connection: Connection, *, outcomes: Sequence[str] = (), limit: int = PAGE) -> list[Call]:
    """The newest calls first; only those with one of `outcomes`, if any are given."""
    rows = await connection.fetch(_SQL["call_log"], list(outcomes) or None, limit)
    return [_call(row) for row in rows]


async def of_lead(connection: Connection, *, lead_id: UUID, limit: int = PAGE) -> list[Call]:
    """A lead's newest calls, newest first."""
    return [_call(row) for row in await connection.fetch(_SQL["calls_of_lead"], lead_id, limit)]


async def one(connection: Connection, *, call_id: UUID) -> Call:
    """`NotFound`."""
    row = await connection.fetchrow(_SQL["call"], call_id)
    if row is None:
        raise NotFound("There is no such call.")
    return _call(row)


async def counts(connection: Connection) -> Mapping[str | None, int]:
    """Calls by outcome; None for those that are not over."""
    return {row["outcome"]: row["calls"] for row in await connection.fetch(_SQL["call_counts"])}


def _call(row: Row) -> Call:
    return Call(**{**dict(row), "transcript": row["transcript"] or ()})
