"""Reading the log's tail so that nothing is skipped, without holding up a single writer.

Positions are given out at the insert and become visible at the commit, so 10 may be seen while 9 is still to
come. Every insert therefore first takes a shared advisory lock that carries the highest position it could see
(migration 0003): whatever it writes lies above. A reader stops at the lowest mark that is still held.

A reader that is inside a transaction must use the default isolation level: each step looks at the log afresh.
"""

from dataclasses import dataclass
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

SQL = statements("medicalcor.core.eventstore")


@dataclass(frozen=True, slots=True)
class Notice:
    """That something happened, and where to read it."""

    position: int
    type: str
    stream: str
    subject_id: UUID | None


async def settled(connection: Connection, *, after: int, limit: int = 500) -> list[Notice]:
    """The events above `after` in order of position, up to where nothing lower can appear any more."""
    upto = await horizon(connection)
    rows = await connection.fetch(SQL["notices"], after, upto, limit)
    return [Notice(row["position"], row["type"], row["stream"], row["subject_id"]) for row in rows]


async def last_settled(connection: Connection) -> int:
    """The position of the last event that `settled` would give; 0 when there is none."""
    upto = await horizon(connection)
    return int(await connection.fetchval(SQL["last_upto"], upto))


async def horizon(connection: Connection) -> int:
    """No event at or below this position is still to come. Ask it before reading, in a statement of its own."""
    return int(await connection.fetchval(SQL["horizon"]))
