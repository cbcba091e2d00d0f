"""The Twilio client against its twin, in good and in bad weather."""

import io
import wave
from collections.abc import AsyncIterator
from typing import Any

import pytest

from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.integrations.twilio.client import TwilioClient
from medicalcor.integrations.twilio.mapping import error_of
from medicalcor.sandbox.providers import twilio_payloads as payloads

ACCOUNT = "AC" + "0" * 31 + "7"
SID = payloads.recording_sid()


@pytest.fixture
async def client(sandbox) -> AsyncIterator[TwilioClient]:
    client = TwilioClient(
        f"{sandbox.url}/twilio", account_sid=ACCOUNT, auth_token="canary-token", timeout=0.5
    )
    yield client
    await client.aclose()


@pytest.mark.parametrize(("form", "media_type"), [("wav", "audio/x-wav"), ("mp3", "audio/mpeg")])
async def test_a_recording_is_fetched_and_erased(client, form, media_type: str) -> None:
    sid = payloads.recording_sid()
    recording = await client.fetch_recording(sid, form=form)
    assert recording.media_type == media_type
    if form == "wav":
        with wave.open(io.BytesIO(recording.content)) as sound:
            assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8000, 4000)
    assert "RIFF" not in repr(recording)
    await client.delete_recording(sid)
    await client.delete_recording(sid)
    with pytest.raises(ProviderUnavailable):
        await client.fetch_recording(sid, form=form)


async def test_a_recording_that_is_not_there_yet_passes(sandbox, client) -> None:
    await sandbox.fault(provider="twilio", kind="not_ready", count=2)
    sid = payloads.recording_sid()
    for _ in range(2):
        with pytest.raises(ProviderUnavailable) as caught:
            await client.fetch_recording(sid, form="wav")
        assert (caught.value.reason, caught.value.permanent) == ("recording_not_ready", False)
    assert (await client.fetch_recording(sid, form="wav")).content
    assert len(await sandbox.calls("twilio")) == 3


async def test_what_is_no_sound_is_no_recording(sandbox, client, headers_of) -> None:
    async with headers_of({"not": "a sound"}) as (url, seen):
        other = TwilioClient(url, account_sid=ACCOUNT, auth_token="canary-token")
        with pytest.raises(ProviderUnavailable) as caught:
            await other.fetch_recording(payloads.recording_sid(), form="wav")
        await other.aclose()
    assert caught.value.reason == "malformed_answer"
    assert seen[0]["authorization"].startswith("Basic ")


@pytest.mark.parametrize("sid", ["RE1", "https://api.twilio.com/x", "../Calls", "", "RE" + "g" * 32])
async def test_only_sids_go_into_addresses(sandbox, client, sid: str) -> None:
    for ask in (client.delete_recording(sid), client.fetch_recording(sid, form="mp3")):
        with pytest.raises(ProviderRejected, match="no SID"):
            await ask
    assert await sandbox.calls("twilio") == []


async def test_without_a_token_it_is_off(sandbox) -> None:
    client = TwilioClient(f"{sandbox.url}/twilio", account_sid=ACCOUNT, auth_token=None)
    with pytest.raises(ProviderOff):
        await client.delete_recording(SID)
    assert await sandbox.calls("twilio") == []
    await client.aclose()


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ({"kind": "drop"}, ProviderUnavailable, "dropped"),
        ({"kind": "drop_after"}, ProviderUnavailable, "dropped"),
        ({"kind": "hang"}, ProviderUnavailable, "timeout"),
        ({"kind": "status", "status": 500}, ProviderUnavailable, "server_error"),
        ({"kind": "status", "status": 503, "body": "<html>"}, ProviderUnavailable, "server_error"),
        ({"kind": "rate_limit", "retry_after": 40}, ProviderBusy, "rate_limited"),
        ({"kind": "status", "status": 401}, ProviderRejected, "account"),
        ({"kind": "status", "status": 400}, ProviderRejected, "invalid_request"),
    ],
)
async def test_each_fault_is_told_apart(
    sandbox, client, fault: dict[str, Any], error: type[ProviderError], reason: str
) -> None:
    await sandbox.fault(provider="twilio", count=9, **fault)
    with pytest.raises(error) as caught:
        await client.delete_recording(SID)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert "canary" not in repr(caught.value)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (21215, "country_not_allowed"),
        (21210, "caller_number"),
        (20003, "account"),
        (99999, "invalid_request"),
    ],
)
def test_codes_decide(code: int, reason: str) -> None:
    body = b'{"code": %d, "message": "Canary +40722000001"}' % code
    error = error_of(Response(400, {}, body))
    assert error.reason == reason
    assert "Canary" not in str(error)
