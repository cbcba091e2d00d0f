"""Adding to the log: on what was known, once, all or nothing."""

import asyncio
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_story import T0, Story, tell

from medicalcor.core import ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import record, transaction
from medicalcor.core.errors import StreamConflict
from medicalcor.core.eventstore.store import (
    GENESIS,
    INSERTED,
    Append,
    Cause,
    EventStore,
    Recorded,
    Statement,
    hash_of,
)
from medicalcor.core.eventstore.verify import verify
from medicalcor.schemas.events import leads, people, upcasts

CAUSE = Cause(correlation_id="test", actor="system")
PERSON = ids.new_id()


def named(name: str = "Ana") -> people.PersonNamed:
    return people.PersonNamed(person_id=PERSON, name=name)


def entry(*, expected: int | None = None, key: str | None = None, events: int = 1) -> Append:
    return Append(f"person-{PERSON}", [named()] * events, PERSON, expected=expected, key=key)


async def append(pool: Pool, store: EventStore, *entries: Append) -> list[Recorded]:
    async with transaction(pool) as connection:
        return await store.append(connection, *entries, cause=CAUSE)


@pytest.fixture
def plain_store(vault: Vault) -> EventStore:
    """Without read models, for streams that tell no story."""
    return EventStore(vault, ())


async def test_versions_count_from_one_and_what_comes_back_is_what_is_stored(
    pool: Pool, store: EventStore
) -> None:
    story = Story()
    recorded = await tell(pool, store, story)
    for stream in {one.stream for one in recorded}:
        mine = [one for one in recorded if one.stream == stream]
        assert [one.version for one in mine] == list(range(1, len(mine) + 1))
        async with transaction(pool) as connection:
            assert await store.load(connection, stream) == mine
    assert recorded[0].occurred_at == T0


async def test_an_expectation_that_no_longer_holds_is_a_conflict(pool: Pool, plain_store: EventStore) -> None:
    await append(pool, plain_store, entry(expected=0, events=2))
    for stale in (0, 1, 3):
        with pytest.raises(StreamConflict):
            await append(pool, plain_store, entry(expected=stale))
    [third] = await append(pool, plain_store, entry(expected=2))
    assert third.version == 3


@pytest.mark.parametrize("existing", [0, 2])
async def test_of_writers_at_the_same_time_one_wins(
    pool: Pool, plain_store: EventStore, owner: Connection, existing: int
) -> None:
    if existing:
        await append(pool, plain_store, entry(events=existing))
    attempts = await asyncio.gather(
        *(append(pool, plain_store, entry(expected=existing)) for _ in range(6)), return_exceptions=True
    )
    won = [one for one in attempts if isinstance(one, list)]
    assert len(won) == 1
    assert [type(one) for one in attempts if not isinstance(one, list)] == [StreamConflict] * 5
    async with transaction(pool) as connection:
        assert len(await plain_store.load(connection, f"person-{PERSON}")) == existing + 1


async def test_who_loses_decides_again(pool: Pool, plain_store: EventStore, vault: Vault) -> None:
    async def decide(connection: Connection) -> int:
        known = await plain_store.load(connection, f"person-{PERSON}")
        [one] = await plain_store.append(connection, entry(expected=len(known)), cause=CAUSE)
        return one.version

    versions = await asyncio.gather(*(record(pool, decide) for _ in range(5)))
    assert sorted(versions) == [1, 2, 3, 4, 5]
    async with transaction(pool) as connection:
        assert (await verify(connection, vault, deep=True)).is_whole


async def test_an_act_with_a_key_is_recorded_once(pool: Pool, plain_store: EventStore) -> None:
    await append(pool, plain_store, entry(key="act-1", events=2))
    async with transaction(pool) as connection:
        assert await plain_store.known(connection, "act-1")
        assert not await plain_store.known(connection, "act-2")
    with pytest.raises(StreamConflict):
        await append(pool, plain_store, entry(key="act-1"))


async def test_all_streams_of_an_append_or_none(pool: Pool, plain_store: EventStore) -> None:
    other = Append(f"person-{ids.new_id()}", [named()], PERSON)
    with pytest.raises(StreamConflict):
        await append(pool, plain_store, other, entry(expected=7))
    assert await pool.fetchval("select count(*) from domain_events") == 0


async def test_an_event_and_its_rows_come_together_or_not_at_all(pool: Pool, vault: Vault) -> None:
    def fails(_recorded: Recorded) -> Statement:
        return "insert into people (id) values ($1)", (PERSON,)

    with pytest.raises(asyncpg.NotNullViolationError):
        await append(pool, EventStore(vault, [{people.PersonNamed.type: (fails,)}]), entry())
    assert await pool.fetchval("select count(*) from domain_events") == 0
    assert await pool.fetchval("select count(*) from stream_heads") == 0


async def test_the_hash_covers_every_stored_column_but_the_position(
    pool: Pool, store: EventStore, owner: Connection
) -> None:
    recorded = await tell(pool, store, Story())
    rows = await owner.fetch("select * from domain_events where position = $1", recorded[1].position)
    stored = dict(rows[0])
    assert set(stored) == {*INSERTED, "position"}
    assert hash_of(stored) == stored["hash"]
    assert stored["prev_hash"] != GENESIS
    for column in set(INSERTED) - {"hash"}:
        with pytest.raises(KeyError):
            hash_of({name: value for name, value in stored.items() if name != column})
    for column in ("causation_id", "idempotency_key", "subject_id", "sealed"):
        assert hash_of({**stored, column: None}) != stored["hash"]


PLAIN = st.builds(
    leads.LeadCreated,
    lead_id=st.uuids(),
    person_id=st.just(PERSON),
    conversation_id=st.none() | st.uuids(),
    channel=st.sampled_from(["whatsapp", "voice"]),
    source=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)


@given(events=st.lists(PLAIN, min_size=1, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_an_event_says_its_hash_holds_when_read_back(
    pool: Pool, plain_store: EventStore, vault: Vault, events: list[leads.LeadCreated]
) -> None:
    entries = [Append(f"lead-{ids.new_id()}", [event], PERSON, key=event.source) for event in events]
    for one in entries:
        async with transaction(pool) as connection:
            if not await plain_store.known(connection, one.key or ""):
                await plain_store.append(connection, one, cause=CAUSE)
    async with transaction(pool) as connection:
        assert (await verify(connection, vault)).is_whole


async def test_old_events_read_in_todays_shape_plain_part_included(
    pool: Pool, plain_store: EventStore, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored as version 1 without a source; read as version 2, erased or not."""

    class OldLead(leads.LeadCreated):
        source: Any = None

        def split(self) -> tuple[dict[str, Any], dict[str, Any]]:
            plain, personal = super().split()
            del plain["source"]
            return plain, personal

    old = OldLead(lead_id=ids.new_id(), person_id=PERSON, conversation_id=None, channel="web")
    stream = f"lead-{old.lead_id}"
    await append(pool, plain_store, Append(stream, [old], PERSON))
    monkeypatch.setitem(upcasts.UPCASTS, ("lead.created", 1), _with_source)
    async with transaction(pool) as connection:
        [read] = await plain_store.load(connection, stream)
    assert isinstance(read.event, leads.LeadCreated)
    assert read.event.source == "unknown"
    assert read.plain["source"] == "unknown"


def _with_source(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "source": "unknown"}
