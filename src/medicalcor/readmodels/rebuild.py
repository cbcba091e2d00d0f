"""The read models from the log alone: to repair them, to fill a new one, or to prove that they are right.

The events are applied to temporary tables of the same names, which PostgreSQL finds before the real ones. So the
projections are the very same code as when an event is recorded, and nobody waits while the log is read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import EventStore
from medicalcor.core.eventstore.subscription import horizon
from medicalcor.readmodels.projections import TABLES

SQL = statements("medicalcor.core.eventstore")
_BATCH = 500

Progress = Callable[[int], None]
"""Told the position that was reached."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the log says. Names it, and shows nothing of it."""

    table: str
    key: str
    what: str


async def rebuild(
    connection: Connection, store: EventStore, *, progress: Progress | None = None
) -> dict[str, int]:
    """Put in every read model's place what the log says; tells the rows of each.

    Runs inside the caller's transaction, as the owner, and takes effect with its commit: until then readers see
    the old rows. Writers wait only while the last events are applied and the rows exchanged.
    """
    await _shadow(connection)
    reached = await _replay(connection, store, 0, await horizon(connection), progress)
    await connection.execute("lock table public.domain_events in share mode")
    await _replay(connection, store, reached, await _end(connection), progress)
    rows = {}
    for table in TABLES:
        await connection.execute(f"delete from public.{table}")  # noqa: S608 - the names are our own
        done = await connection.execute(f"insert into public.{table} select * from pg_temp.{table}")  # noqa: S608 - as above
        rows[table] = int(done.rpartition(" ")[2])
    await _unshadow(connection)
    return rows


async def compare(
    connection: Connection, store: EventStore, *, progress: Progress | None = None
) -> list[Difference]:
    """Where the read models are not what the log says. Changes nothing and holds nobody up.

    Must come first in the caller's transaction: the log and the rows are read as of one moment.
    """
    await connection.execute("set transaction isolation level repeatable read")
    await _shadow(connection)
    await _replay(connection, store, 0, await _end(connection), progress)
    found = [difference for table in TABLES for difference in await _differences(connection, table)]
    await _unshadow(connection)
    return found


async def _shadow(connection: Connection) -> None:
    for table in TABLES:
        await connection.execute(f"create temporary table {table} (like public.{table} including all)")
    # what was prepared before still means the real tables
    await connection.reload_schema_state()


async def _unshadow(connection: Connection) -> None:
    for table in TABLES:
        await connection.execute(f"drop table pg_temp.{table}")
    await connection.reload_schema_state()


async def _end(connection: Connection) -> int:
    return int(await connection.fetchval("select coalesce(max(position), 0) from domain_events"))


async def _replay(
    connection: Connection, store: EventStore, after: int, upto: int, progress: Progress | None
) -> int:
    """Apply what lies between two positions; tells how far it came."""
    while rows := await connection.fetch(SQL["events_between"], after, upto, _BATCH):
        for row in rows:
            await store.apply(connection, await store.read(connection, row))
        after = rows[-1]["position"]
        if progress is not None:
            progress(after)
    return max(after, upto)


async def _differences(connection: Connection, table: str) -> list[Difference]:
    keys = await connection.fetch(
        "select a.attname as name from pg_index i"
        " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)"
        " where i.indrelid = $1::text::regclass and i.indisprimary order by a.attnum",
        f"public.{table}",
    )
    names = ", ".join(row["name"] for row in keys)
    rows = await connection.fetch(
        f"select concat_ws(' ', {names}) as key, to_jsonb(kept) as kept, to_jsonb(made) as made"  # noqa: S608 - the names are our own
        f" from public.{table} kept full join pg_temp.{table} made using ({names})"
        f" where row(kept.*) is distinct from row(made.*) order by 1"
    )
    return [Difference(table, row["key"], _told(row["kept"], row["made"])) for row in rows]


def _told(kept: dict[str, Any] | None, made: dict[str, Any] | None) -> str:
    if made is None:
        return "is not in the log"
    if kept is None:
        return "is missing"
    return "differs in " + ", ".join(sorted(name for name in made if made[name] != kept.get(name)))
