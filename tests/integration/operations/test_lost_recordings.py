"""A voicemail that Twilio said was being recorded, and never that it is there: it is asked for all the same."""

from datetime import timedelta

import pytest
from pydantic_core import to_json

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Pool
from medicalcor.core.settings import Settings
from medicalcor.operations import inbox, recordings, telephony
from medicalcor.operations.inbox import Found
from medicalcor.operations.ledger import Ledger, open_ledger

CALL, RECORDING = "CA" + "4" * 32, "RE" + "4" * 32
FIELDS = {"CallSid": CALL, "From": "+40722000444", "To": "+40310000001", "Direction": "inbound"}


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    return open_ledger(Settings(medicalcor_master_key=master_key), pool)


async def told(ledger: Ledger, path: str, **fields: str) -> None:
    body = to_json({"path": path, "fields": {**FIELDS, **fields}})
    async with ledger.pool.acquire() as connection, connection.transaction():
        await inbox.put(connection, ledger, Found("twilio", "call", ids.new_id().hex, CALL, body))
    [row] = await ledger.pool.fetch("select id from inbox where handled_at is null")
    await telephony.take_in(ledger, inbox_id=row["id"])


async def later(ledger: Ledger, minutes: int) -> int:
    """How many recordings are looked for, so long after Twilio said that it records."""
    said = clock.now() - timedelta(minutes=minutes)
    await ledger.pool.execute("update call_recordings set at = $1", said)
    return await recordings.sweep(ledger, ai_on=True)


async def test_a_voicemail_whose_callback_was_lost_is_asked_for(ledger: Ledger) -> None:
    await told(ledger, "/webhooks/voice", RecordingSid=RECORDING, RecordingDuration="7")
    assert await later(ledger, 1) == 0, "Twilio will tell"
    assert await later(ledger, 11) == 1
    assert await later(ledger, 31) == 0, "the run that was started goes on by itself"


async def test_one_that_is_there_is_not_looked_for(ledger: Ledger) -> None:
    await told(ledger, "/webhooks/voice", RecordingSid=RECORDING)
    await told(ledger, "/webhooks/voice/status", RecordingSid=RECORDING, RecordingStatus="completed")
    assert await later(ledger, 11) == 0
