"""What the log says and what the read models hold are the same rows, however they came about."""

# ruff: noqa: S608 - the names are those of our own tables

import asyncio
from typing import Any

import pytest
from log_story import PERSONAL, Story, erase, tell

from medicalcor.core import ids
from medicalcor.core.database.pool import Connection, Pool, open_pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import EventStore
from medicalcor.readmodels.projections import TABLES
from medicalcor.readmodels.rebuild import Difference, compare, rebuild

Rows = dict[str, list[str]]


async def rows(connection: Connection) -> Rows:
    return {
        table: [
            row["row"] for row in await connection.fetch(f"select t::text as row from {table} t order by 1")
        ]
        for table in TABLES
    }


@pytest.fixture
async def owners(database_url: str) -> Any:
    """Sessions of the tables' owner, as the command line has them."""
    pool = await open_pool(database_url, maximum=2)
    yield pool
    await pool.close()


async def compared(owners: Pool, store: EventStore) -> list[Difference]:
    async with transaction(owners) as connection:
        return await compare(connection, store)


async def test_a_rebuild_gives_the_same_rows(owners: Pool, pool: Pool, store: EventStore) -> None:
    for _ in range(3):
        await tell(pool, store, Story())
    before = await rows(owners)
    assert all(before[table] for table in TABLES), "the story reaches every table"
    assert await compared(owners, store) == []

    async with transaction(owners) as connection:
        for table in TABLES:
            await connection.execute(f"delete from {table}")
        counts = await rebuild(connection, store)
    assert await rows(owners) == before
    assert counts == {table: len(held) for table, held in before.items()}
    assert await compared(owners, store) == []


async def test_an_erased_person_is_rebuilt_blank(owners: Pool, pool: Pool, store: EventStore) -> None:
    kept, gone = Story(), Story()
    for story in (kept, gone):
        await tell(pool, store, story)
    await erase(pool, store, gone.person)
    assert await compared(owners, store) == []
    before = await rows(owners)
    async with transaction(owners) as connection:
        await rebuild(connection, store)
    assert await rows(owners) == before
    own = {str(getattr(gone, name)) for name in ("person", "lead", "conversation", "message", "answer")}
    blank = [row for held in before.values() for row in held if any(one in row for one in own)]
    assert blank
    assert not [row for row in blank if any(secret in row for secret in PERSONAL)]


async def test_differences_are_named_without_what_is_in_them(
    owners: Pool, pool: Pool, store: EventStore
) -> None:
    first, second = Story(), Story()
    for story in (first, second):
        await tell(pool, store, story)
    stranger = ids.new_id()
    await owners.execute("update leads set score = 1, last_text = 'secret' where id = $1", first.lead)
    await owners.execute("delete from messages where id = $1", second.message)
    await owners.execute(
        "insert into people (id, name, source, created_at) values ($1, 'secret', 'x', now())", stranger
    )
    found = await compared(owners, store)
    assert found == [
        Difference("people", str(stranger), "is not in the log"),
        Difference("messages", str(second.message), "is missing"),
        Difference("leads", str(first.lead), "differs in last_text, score"),
    ]
    async with transaction(owners) as connection:
        await rebuild(connection, store)
    assert await compared(owners, store) == []


async def test_readers_see_the_old_rows_and_writers_lose_nothing(
    owners: Pool, pool: Pool, store: EventStore
) -> None:
    await tell(pool, store, Story())
    before = await rows(pool)
    during = Story()
    async with transaction(owners) as connection:
        await rebuild(connection, store)
        assert await rows(pool) == before
        writing = asyncio.create_task(tell(pool, store, during))
        waiting = (
            "select exists (select from pg_locks where not granted and relation = 'domain_events'::regclass)"
        )
        async with asyncio.timeout(30):
            while not await owners.fetchval(waiting):
                await asyncio.sleep(0)
        assert not writing.done()
    await writing
    assert len((await rows(pool))["leads"]) == 2
    assert await compared(owners, store) == []


async def test_the_real_tables_are_used_again_afterwards(owners: Pool, pool: Pool, store: EventStore) -> None:
    """On the very same session, whose prepared statements have seen both."""
    for _ in range(2):
        await tell(owners, store, Story())
        async with transaction(owners) as connection:
            assert await compare(connection, store) == []
    assert len((await rows(pool))["leads"]) == 2
