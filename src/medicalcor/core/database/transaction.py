"""The only commit there is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

from medicalcor.core import ids
from medicalcor.core.database.pool import RETRY_TRANSACTION, Connection, Pool, UniqueViolation
from medicalcor.core.errors import Conflict

T = TypeVar("T")
ATTEMPTS = 8
_LOCK_NUMBERED = """
select pg_advisory_xact_lock($1::bigint) where $1 is not null
union all select pg_advisory_xact_lock(19780, no) from unnest($2::int[]) as no
"""


@asynccontextmanager
async def transaction(pool: Pool, *, subject: UUID | None = None) -> AsyncIterator[Connection]:
    """Commit at the end, roll back on an error.

    `subject` takes turns with everybody else who writes about the same person, so that the log's positions of
    one person are in the order in which they became true, and a rebuild comes to the same rows.
    """
    async with pool.acquire() as connection, connection.transaction():
        if subject is not None:
            await lock_subject(connection, subject)
        yield connection


async def lock_subject(connection: Connection, subject: UUID) -> None:
    """Wait for our turn with this person, until the end of the transaction."""
    await connection.execute("select pg_advisory_xact_lock($1)", lock_key(subject))


async def lock_numbered(
    connection: Connection, numbers: Collection[int], *, subject: UUID | None = None
) -> None:
    """Wait for our turn with the person, then with each of the things that have these numbers (`resources.no`).

    In ascending order, so that nobody waits in a ring: once in a transaction, for all that it touches.
    """
    key = lock_key(subject) if subject else None
    await connection.execute(_LOCK_NUMBERED, key, sorted(set(numbers)))


async def record(
    pool: Pool, decide: Callable[[Connection], Awaitable[T]], *, subject: UUID | None = None
) -> T:
    """Run `decide` in a transaction; when somebody else was faster, load and decide again."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with transaction(pool, subject=subject) as connection:
                return await decide(connection)
        except (Conflict, UniqueViolation, *RETRY_TRANSACTION) as clash:
            if attempt == ATTEMPTS:
                raise Conflict from clash
            await asyncio.sleep(ids.jitter(0.02 * 2**attempt))
    raise Conflict


def lock_key(subject: UUID) -> int:
    """The person's number among the locks, for a function of the database that takes turns in the same trip."""
    return int.from_bytes(subject.bytes[8:], "big", signed=True)
