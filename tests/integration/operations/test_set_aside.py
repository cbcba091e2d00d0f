"""What cannot be read is kept for staff, and whoever waited for it is answered all the same."""

from datetime import timedelta
from uuid import UUID

import pytest
from pydantic_core import to_json
from tests.webhooks import CLINIC_PHONE_ID, message

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import seal
from medicalcor.core.database.pool import Pool
from medicalcor.core.settings import Settings
from medicalcor.operations import answers, leads, receiving, upkeep
from medicalcor.operations.ledger import Ledger, open_ledger

PHONE = "+40722000777"


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    settings = Settings(medicalcor_master_key=master_key, whatsapp_api_key="key")
    return open_ledger(settings, pool)


async def arrived(ledger: Ledger, body: bytes, *, ago: timedelta = timedelta()) -> UUID:
    """Put an item into the inbox as the gateway does."""
    item, now = ids.new_id(), clock.now() - ago
    async with ledger.pool.acquire() as connection, connection.transaction():
        key = await ledger.vault.day_key(connection, now.date())
        await connection.execute(
            "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)"
            " values ($1, 'whatsapp', $2, 'message', 'one conversation', $3, $4, 'c', $5)",
            item,
            item.hex,
            now.date(),
            seal(key, body, item.bytes),
            now,
        )
    return item


def said(text: str) -> bytes:
    made = message(PHONE, text, wamid=ids.new_id().hex)
    return to_json({"kind": "message", "phone_number_id": CLINIC_PHONE_ID, **made})


async def outcome(ledger: Ledger, item: UUID) -> tuple[str, str | None]:
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow("select kind, reason from inbox where id = $1", item)
    assert row is not None
    return row["kind"], row["reason"]


async def test_a_message_of_another_shape_is_kept_with_the_reason(ledger: Ledger) -> None:
    item = await arrived(ledger, b'{"kind": "message"}')
    received = await receiving.receive(ledger, inbox_id=item)
    assert (received.message_id, received.next) == (item, "nothing")
    assert await outcome(ledger, item) == (
        "unread",
        "The message does not have the shape WhatsApp documents.",
    )


@pytest.mark.parametrize("how", ["unreadable", "failed on"])
async def test_the_question_before_it_is_answered_in_its_turn(ledger: Ledger, how: str) -> None:
    question = await arrived(ledger, said("Bună, faceți și albire dentară?"))
    after = await arrived(ledger, b"[]" if how == "unreadable" else said("și o detartrare?"))
    assert (await receiving.receive(ledger, inbox_id=question)).next == "score"
    scored = await leads.score(ledger, ai=None, message_id=question, correlation_id="c")
    assert scored.superseded, "it waits for the message that came after it"
    if how == "unreadable":
        owed = await receiving.receive(ledger, inbox_id=after)
    else:
        owed = await receiving.set_aside(ledger, inbox_id=after, reason="It could not be taken in.")
    assert (owed.message_id, owed.next) == (question, "score")
    assert not (await leads.score(ledger, ai=None, message_id=question, correlation_id="c")).superseded
    for settled in (False, True):
        planned = await answers.answer(
            ledger, ai=None, message_id=question, settled=settled, correlation_id="c"
        )
        assert planned.outcome == "planned"
    async with ledger.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from effects where purpose = 'answer'") == 1


async def test_a_message_whose_run_was_lost_is_taken_up_by_the_sweep(ledger: Ledger) -> None:
    late = await arrived(ledger, said("Bună"), ago=timedelta(minutes=11))
    await arrived(ledger, said("Bună ziua"), ago=timedelta(minutes=1))
    assert await upkeep.sweep_inbox(ledger) == 1
    assert await upkeep.sweep_inbox(ledger) == 1, "the same run again: nothing new"
    received = await receiving.receive(ledger, inbox_id=late)
    assert received.next == "score"
    assert await upkeep.sweep_inbox(ledger) == 0
