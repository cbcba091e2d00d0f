"""What is looked for every half minute is found without reading what is over and done with."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from medicalcor.core import clock, jobs
from medicalcor.core.database.queries import statements

OVER = 1000
"""Of each: calls that ended, recordings that are kept, mails that were sent, notices that nobody has to handle."""
HISTORY = """
insert into people (id, source, created_at) select gen_random_uuid(), 'x', now() from generate_series(1, $1);
insert into calls (id, person_id, lead_id, conversation_id, direction, caller_kind, started_at, ended_at)
    select gen_random_uuid(), p.id, p.id, p.id, 'inbound', 'phone', now() - interval '2 days', now() from people p;
insert into call_recordings (sid, call_id, person_id, "of", state, at)
    select c.id, c.id, c.person_id, 'call', 'kept', now() from calls c;
insert into effects (id, key, kind, person_id, purpose, author, decision, status, planned_at, sent_at)
    select p.id, p.id, 'whatsapp.text', p.id, 'answer', 'automatic', '{}', 'delivered', now(), now() from people p;
insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)
    select gen_random_uuid(), 'vapi', kind || p.id, kind, '', now(), '', '', now() - interval '2 days'
    from people p cross join (values ('notice'), ('unread')) as kept (kind);
"""
WAITING = """
insert into effects (id, key, kind, person_id, purpose, author, decision, status, planned_at, hold_until)
    select id, 'waits', 'whatsapp.text', id, 'answer', 'automatic', '{}', 'delayed', now(), now() + interval '1 hour'
    from (select gen_random_uuid() as id) as one;
insert into effect_attempts (effect_id, attempt, started_at, ended_at, reason)
    select id, 1, now() - interval '1 hour', now() - interval '1 hour', 'account' from effects where status = 'delayed';
"""
"""One message that a provider refused because of the account."""


@pytest.fixture
async def old(database_url: str) -> Any:
    connection = await asyncpg.connect(database_url)
    await connection.execute(HISTORY.replace("$1", str(OVER)))
    await connection.execute(WAITING)
    await connection.execute("analyze")
    yield connection
    await connection.close()


def _read(node: dict[str, Any]) -> float:
    """Rows that were looked at anywhere below, found or passed over."""
    own = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
    return float(own * node.get("Actual Loops", 1) + sum(_read(part) for part in node.get("Plans", ())))


PLACES = [provider for provider, _ in jobs.INBOX], [kind for _, kind in jobs.INBOX]


@pytest.mark.parametrize(
    ("file", "name", "args"),
    [
        ("queries.sql", "stranded_items", (clock.now(), *PLACES)),
        ("queries.sql", "waiting_statuses", (100,)),
        ("queries.sql", "overdue_effects", (clock.now(),)),
        ("queries.sql", "mended_effects", (clock.now(),)),
        ("calls.sql", "calls_without_end", (clock.now(),)),
        ("calls.sql", "waiting_recordings", (True, clock.now() - timedelta(minutes=30), clock.now())),
    ],
)
async def test_a_sweep_reads_what_waits_and_not_what_is_over(
    old: asyncpg.Connection, file: str, name: str, args: tuple[Any, ...]
) -> None:
    statement = statements("medicalcor.operations", file)[name]
    told = await old.fetchval(f"explain (analyze, format json) {statement}", *args)
    [plan] = json.loads(told)
    assert _read(plan["Plan"]) < 50, told
