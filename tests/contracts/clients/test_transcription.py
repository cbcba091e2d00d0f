"""Recordings written down, through the AI's twin."""

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
from medicalcor.integrations.openai.client import AiClient

VOICE = b"OggS\x00\x02" + bytes(range(256)) * 8


@pytest.fixture
async def client(sandbox) -> AsyncIterator[AiClient]:
    client = AiClient(
        api_key="ai-key",
        base_url=f"{sandbox.url}/openai/v1",
        model="gpt-test",
        transcription_model="hear-test",
    )
    yield client
    await client.aclose()


async def hear(client: AiClient, *, filename: str = "canary.ogg", data: bytes = VOICE) -> str:
    return await client.transcribe(data, filename=filename, language="ro", timeout=0.5)


async def test_what_was_said_comes_back(sandbox, client) -> None:
    order = {"provider": "openai", "transcript": "Mă doare o măsea."}
    assert (await sandbox.http.post("/_sandbox/play", json=order)).status_code == 202
    assert await hear(client) == "Mă doare o măsea."
    assert "programare" in await hear(client)
    body = (await sandbox.bodies("openai", path="/audio/transcriptions"))[0]
    assert 'name="model"\r\n\r\nhear-test' in body
    assert 'name="language"\r\n\r\nro' in body


@pytest.mark.parametrize(
    ("filename", "sent"), [("a.opus", "ogg"), ("b.OGA", "ogg"), ("+40722000001.mp3", "mp3")]
)
async def test_the_name_says_the_format_and_nothing_else(
    sandbox, client, *, filename: str, sent: str
) -> None:
    await hear(client, filename=filename)
    [body] = await sandbox.bodies("openai")
    assert f'filename="recording.{sent}"' in body
    assert "40722000001" not in body


async def test_without_a_language_none_is_claimed(sandbox, client) -> None:
    await client.transcribe(VOICE, filename="a.ogg", language=None, timeout=1)
    [body] = await sandbox.bodies("openai")
    assert 'name="language"' not in body


@pytest.mark.parametrize(
    ("filename", "size", "reason"),
    [
        ("a.amr", 10, "ai_unsupported_audio"),
        ("noending", 10, "ai_unsupported_audio"),
        ("a.ogg", 26_214_401, "ai_too_large"),
    ],
)
async def test_what_would_be_refused_is_not_sent(
    sandbox, client, *, filename: str, size: int, reason: str
) -> None:
    with pytest.raises(ProviderRejected) as refused:
        await hear(client, filename=filename, data=bytes(size))
    assert refused.value.reason == reason
    assert await sandbox.calls("openai") == []


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ({"kind": "hang"}, ProviderUnavailable, "ai_timeout"),
        ({"kind": "drop"}, ProviderUnavailable, "ai_error"),
        ({"kind": "malformed"}, ProviderRejected, "ai_nonsense"),
        ({"kind": "nonsense"}, ProviderRejected, "ai_nonsense"),
        ({"kind": "status", "status": 500}, ProviderUnavailable, "ai_error"),
        ({"kind": "status", "status": 400}, ProviderRejected, "ai_error"),
        ({"kind": "status", "status": 404}, ProviderRejected, "ai_model_not_found"),
        ({"kind": "rate_limit"}, ProviderBusy, "ai_error"),
        ({"kind": "rate_limit", "code": "insufficient_quota"}, ProviderRejected, "ai_quota"),
    ],
)
async def test_each_fault_has_its_reason_and_is_asked_once(
    sandbox, client, *, fault: dict[str, Any], error: type[ProviderError], reason: str
) -> None:
    await sandbox.fault(provider="openai", **fault)
    with pytest.raises(error) as caught:
        await hear(client)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert len(await sandbox.calls("openai")) == 1


async def test_an_empty_recording(client) -> None:
    with pytest.raises(ProviderRejected):
        await hear(client, data=b"")


async def test_off() -> None:
    off = AiClient(api_key=None, base_url=None, model="m")
    with pytest.raises(ProviderOff):
        await hear(off)
    assert off.transcription_model == "gpt-transcribe"
