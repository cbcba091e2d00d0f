"""What the voice agent tells of a call comes to the same in whatever order it comes, and however often."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import to_json

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Pool
from medicalcor.core.settings import Settings
from medicalcor.operations import agent_calls, inbox
from medicalcor.operations.inbox import Found
from medicalcor.operations.ledger import Ledger, open_ledger
from medicalcor.sandbox.providers import vapi_payloads as payloads
from medicalcor.sandbox.providers.vapi_payloads import PlayedCall

ORDERS = list(itertools.permutations(range(4)))


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    return open_ledger(Settings(medicalcor_master_key=master_key, hubspot_access_token="x"), pool)  # type: ignore[arg-type]  # as from the environment


async def told(ledger: Ledger, message: dict[str, Any], *, call: str) -> None:
    """Take in one message, twice, as after a crash between the commit and the end of the step."""
    item = Found("vapi", "event", ids.new_id().hex, call, to_json(message))
    async with ledger.pool.acquire() as connection, connection.transaction():
        await inbox.put(connection, ledger, item)
    [row] = await ledger.pool.fetch("select id from inbox where handled_at is null")
    for _ in range(2):
        await agent_calls.take_in(ledger, inbox_id=row["id"])


def messages(call: PlayedCall, reason: str) -> list[dict[str, Any]]:
    now = clock.now()
    call.say("bot", "Bună ziua!", at=now)
    call.say("user", "Aș vrea să vorbesc cu cineva despre un implant.", at=now)
    call.ended, call.ended_reason = call.began + timedelta(seconds=61), reason
    return [
        call.message("status-update", at=now, status="in-progress"),
        call.message("transfer-destination-request", at=now),
        call.message("status-update", at=now, status="ended", endedReason=reason),
        call.report(at=now),
    ]


async def state(ledger: Ledger, call: PlayedCall) -> dict[str, Any]:
    row = await ledger.pool.fetchrow(
        "select c.outcome, c.reason, c.seconds, c.direction, c.transcript, c.analysed_by, c.agent_answered,"
        " l.person_wanted_since is not null as wanted, l.missed_call,"
        " (select array_agg(kind || ' ' || coalesce(content ->> 'code', '') order by kind, content ->> 'code')"
        "  from effects e where e.person_id = c.person_id) as effects,"
        " (select count(*) from messages m where m.person_id = c.person_id) as said"
        " from calls c join leads l on l.id = c.lead_id where c.vapi_id = $1",
        call.id,
    )
    assert row is not None
    return dict(row)


async def test_any_order_comes_to_the_same(ledger: Ledger) -> None:
    found = []
    for number, order in enumerate(ORDERS):
        began = clock.now() - timedelta(seconds=70)
        call = PlayedCall(id=payloads.new_id(), other=f"+407220{number:05d}", began=began)
        given = messages(call, "customer-ended-call")
        for position in order:
            await told(ledger, given[position], call=call.id)
        found.append(await state(ledger, call))
    first = found[0]
    assert (first["outcome"], first["seconds"], first["said"]) == ("answered_by_agent", 61, 1)
    assert first["wanted"]
    assert first["effects"].count("staff.alert wants_a_person") == 1
    assert first["effects"].count("hubspot.call ") == 1
    assert all(one == first for one in found), "the order changed what came of it"


async def test_a_caller_known_to_twilio_only_is_waited_for(ledger: Ledger) -> None:
    """Twilio's call never comes: it is opened all the same, under what the agent knows."""
    sid = "CA" + "7" * 32
    call = PlayedCall(id=payloads.new_id(), other="sip:x@sip.example", began=clock.now(), handed_over_by=sid)
    await told(ledger, messages(call, "customer-ended-call")[3], call=call.id)
    row = await ledger.pool.fetchrow("select * from calls where twilio_sid = $1", sid)
    assert row is not None
    assert (row["vapi_id"], row["caller_kind"]) == (call.id, "sip")


async def test_an_assistant_that_asks_for_another_one_is_a_wish_for_a_person(ledger: Ledger) -> None:
    call = PlayedCall(id=payloads.new_id(), other="+40722999111", began=clock.now())
    await told(ledger, call.message("handoff-destination-request", at=clock.now()), call=call.id)
    found = await state(ledger, call)
    assert found["wanted"]
    assert "staff.alert wants_a_person" in found["effects"]
