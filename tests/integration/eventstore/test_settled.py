"""A reader of the tail sees every event once, in order, whatever order the writers commit in."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Connection, Pool, connect, open_pool
from medicalcor.core.eventstore.store import Append, Cause, EventStore
from medicalcor.core.eventstore.subscription import last_settled, settled
from medicalcor.schemas.events.people import LanguageDetected

CAUSE = Cause(correlation_id="test", actor="system")


@pytest.fixture
def store(vault: Vault) -> EventStore:
    return EventStore(vault, ())


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


async def write(store: EventStore, connection: Connection, *, events: int = 1) -> list[int]:
    person = ids.new_id()
    said = [LanguageDetected(person_id=person, language="ro", message_id=ids.new_id()) for _ in range(events)]
    recorded = await store.append(connection, Append(f"person-{person}", said, person), cause=CAUSE)
    return [one.position for one in recorded]


async def take_transaction_id(connection: Connection) -> None:
    await connection.fetchval("select pg_current_xact_id()")


@pytest.mark.parametrize("older_commits_last", [True, False])
async def test_an_event_that_commits_late_is_not_skipped(
    pool: Pool, reader: Connection, store: EventStore, *, older_commits_last: bool
) -> None:
    """The lower position commits last, whichever of the two transactions is the older one."""
    async with AsyncExitStack() as stack:
        low, high = [await stack.enter_async_context(pool.acquire()) for _ in range(2)]
        low_transaction, high_transaction = low.transaction(), high.transaction()
        await low_transaction.start()
        await high_transaction.start()
        for connection in (low, high) if older_commits_last else (high, low):
            await take_transaction_id(connection)
        [nine] = await write(store, low)
        [ten] = await write(store, high)
        assert nine < ten

        await high_transaction.commit()
        assert await settled(reader, after=0) == []
        assert await last_settled(reader) == 0

        await low_transaction.commit()
        assert [notice.position for notice in await settled(reader, after=0)] == [nine, ten]
        assert await last_settled(reader) == ten


async def test_a_transaction_that_only_reads_or_writes_elsewhere_holds_nobody_up(
    pool: Pool, reader: Connection, store: EventStore
) -> None:
    async with pool.acquire() as busy, busy.transaction(), pool.acquire() as writer:
        await take_transaction_id(busy)
        [position] = await write(store, writer)
        assert await last_settled(reader) == position


async def test_positions_that_were_given_up_leave_a_gap_and_no_hindrance(
    pool: Pool, reader: Connection, store: EventStore
) -> None:
    async with pool.acquire() as writer:
        transaction = writer.transaction()
        await transaction.start()
        [lost] = await write(store, writer)
        await transaction.rollback()
        [kept] = await write(store, writer)
    assert kept > lost
    assert [notice.position for notice in await settled(reader, after=0)] == [kept]


async def test_the_limit_is_kept_and_the_rest_comes_with_the_next_call(
    pool: Pool, reader: Connection, store: EventStore
) -> None:
    async with pool.acquire() as writer, writer.transaction():
        positions = await write(store, writer, events=7)
    first = await settled(reader, after=0, limit=4)
    rest = await settled(reader, after=first[-1].position, limit=4)
    assert [notice.position for notice in [*first, *rest]] == positions
    assert {notice.type for notice in first} == {"person.language_detected"}


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["id", "write", "write", "commit", "commit", "rollback"])),
    min_size=4,
    max_size=30,
)


@given(schedule=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_interleaving_is_read_whole_and_in_order(
    database_url: str, vault: Vault, schedule: list[tuple[int, str]]
) -> None:
    store = EventStore(vault, ())
    connections = [await connect(database_url) for _ in range(4)]
    try:
        *writers, reader = connections
        await follow(store, writers, reader, schedule)
    finally:
        for connection in connections:
            await connection.close()


async def follow(
    store: EventStore,
    writers: Sequence[Connection],
    reader: Connection,
    schedule: list[tuple[int, str]],
) -> None:
    """Carry the steps out, reading the tail after each that ends, and compare with what was committed."""
    start = await last_settled(reader)
    seen: list[int] = []
    committed: set[int] = set()
    pending: dict[int, list[int]] = {}
    opened = {}

    async def read() -> None:
        after = seen[-1] if seen else start
        seen.extend([notice.position for notice in await settled(reader, after=after)])

    async def end(nth: int, *, keep: bool) -> None:
        transaction = opened.pop(nth)
        await (transaction.commit() if keep else transaction.rollback())
        committed.update(pending.pop(nth) if keep else ())
        pending.pop(nth, None)

    for nth, step in schedule:
        if nth not in opened:
            opened[nth], pending[nth] = writers[nth].transaction(), []
            await opened[nth].start()
        if step == "id":
            await take_transaction_id(writers[nth])
        elif step == "write":
            pending[nth] += await write(store, writers[nth])
        else:
            await end(nth, keep=step == "commit")
            await read()
    for nth in list(opened):
        await end(nth, keep=True)
    await read()
    assert seen == sorted(committed)


async def test_many_writers_and_a_reader_at_full_speed(database_url: str, store: EventStore) -> None:
    pool = await open_pool(database_url, role="medicalcor_app", minimum=9, maximum=9)
    choice = random.Random(7)  # noqa: S311 - a schedule, not a secret
    committed: set[int] = set()

    async def writer() -> None:
        for _ in range(25):
            async with pool.acquire() as connection:
                transaction = connection.transaction()
                await transaction.start()
                positions = await write(store, connection, events=choice.randint(1, 3))
                positions += await write(store, connection)
                if choice.random() < 0.2:
                    await transaction.rollback()
                else:
                    await transaction.commit()
                    committed.update(positions)

    seen: list[int] = []
    writing = asyncio.gather(*(writer() for _ in range(8)))
    until = clock.monotonic() + 60
    async with pool.acquire() as connection:
        while not writing.done() and clock.monotonic() < until:
            found = await settled(connection, after=seen[-1] if seen else 0, limit=20)
            seen.extend(notice.position for notice in found)
        await writing
        found = await settled(connection, after=seen[-1] if seen else 0, limit=100_000)
        seen.extend(notice.position for notice in found)
    await pool.close()
    assert seen == sorted(committed)
