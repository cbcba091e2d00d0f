"""The Vapi client against its twin, in good and in bad weather."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.ports import any_free
from medicalcor.integrations.vapi.client import VapiClient

UNKNOWN = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
async def client(sandbox) -> AsyncIterator[VapiClient]:
    client = VapiClient(f"{sandbox.url}/vapi", "vapi-key", timeout=0.5)
    yield client
    await client.aclose()


async def somebody_called(sandbox) -> str:
    answer = await sandbox.http.post("/_sandbox/play", json={"provider": "vapi"})
    assert answer.status_code == 202, answer.text
    call_id: str = answer.json()["id"]
    return call_id


async def test_calls_are_looked_up_by_id_and_by_when_they_changed(sandbox, client) -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    call_id = await somebody_called(sandbox)
    assert (await client.get_call(call_id)).id == call_id
    assert [one.id for one in await client.calls_since(began)] == [call_id]
    assert await client.calls_since(datetime.now(UTC) + timedelta(seconds=5)) == ()


@pytest.mark.parametrize("call_id", [UNKNOWN, "../call", ""])
async def test_a_call_that_vapi_does_not_know_is_gone(client, call_id: str) -> None:
    with pytest.raises(ProviderRejected) as gone:
        await client.get_call(call_id)
    assert gone.value.reason == "gone"


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ({"kind": "status", "status": 401}, ProviderRejected, "account"),
        ({"kind": "status", "status": 400}, ProviderRejected, "invalid_request"),
        ({"kind": "rate_limit", "retry_after": 40}, ProviderBusy, "rate_limited"),
        ({"kind": "hang", "count": 9}, ProviderUnavailable, "timeout"),
    ],
)
async def test_each_fault_is_told_apart(
    sandbox, client, fault: dict[str, Any], error: type[ProviderError], reason: str
) -> None:
    await sandbox.fault(provider="vapi", **fault)
    with pytest.raises(error) as caught:
        await client.get_call(UNKNOWN)
    assert (type(caught.value), caught.value.reason) == (error, reason)


async def test_looking_up_is_repeated_and_never_unknown(sandbox, client) -> None:
    call_id = await somebody_called(sandbox)
    await sandbox.fault(provider="vapi", kind="status", status=503)
    assert (await client.get_call(call_id)).id == call_id
    for kind in ("drop", "malformed"):
        await sandbox.fault(provider="vapi", kind=kind, count=3)
        with pytest.raises(ProviderUnavailable):
            await client.get_call(call_id)
        await sandbox.http.delete("/_sandbox/faults")


async def test_wrong_key_no_key_and_nobody_there(sandbox) -> None:
    wrong = VapiClient(f"{sandbox.url}/vapi", "wrong")
    with pytest.raises(ProviderRejected) as refused:
        await wrong.get_call(UNKNOWN)
    assert refused.value.reason == "account"
    off = VapiClient(f"{sandbox.url}/vapi", None)
    assert not off.on
    with pytest.raises(ProviderOff):
        await off.get_call(UNKNOWN)
    away = VapiClient(f"http://127.0.0.1:{any_free()}", "vapi-key")
    with pytest.raises(ProviderUnavailable):
        await away.get_call(UNKNOWN)
    for client in (wrong, off, away):
        await client.aclose()
