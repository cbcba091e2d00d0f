"""The Vapi client against its twin, in good and in bad weather."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.ports import any_free
from medicalcor.integrations.vapi.client import VapiClient

ASSISTANT = "44444444-4444-4444-8444-444444444444"
NUMBER = "33333333-3333-4333-8333-333333333333"
TRACKER = "0197f0e2-7b1c-7000-8000-000000000001"
UNKNOWN = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
async def client(sandbox) -> AsyncIterator[VapiClient]:
    client = VapiClient(f"{sandbox.url}/vapi", "vapi-key", timeout=0.5)
    yield client
    await client.aclose()


async def ring(client: VapiClient, *, to: str = "+40722000001", tracker: str = TRACKER) -> str:
    return await client.create_call(
        to=to, assistant_id=ASSISTANT, phone_number_id=NUMBER, variables={"clinic": "Zâmbet"}, tracker=tracker
    )


async def test_a_call_is_asked_for_and_found_again(sandbox, client, specification) -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    call_id = await ring(client)
    [body] = await sandbox.bodies("vapi", path="/call")
    fits = specification("vapi/vapi.trimmed.json")
    fits(body, "#/components/schemas/CreateCallDTO")
    call = await client.get_call(call_id)
    assert (call.id, call.name, call.type) == (call_id, TRACKER, "outboundPhoneCall")
    assert call.customer is not None
    assert call.customer.number == "+40722000001"
    found = await client.find_call(TRACKER, since=began)
    assert found is not None
    assert found.id == call_id
    assert await client.find_call("another", since=began) is None
    assert [one.id for one in await client.calls_since(began)] == [call_id]
    assert await client.calls_since(datetime.now(UTC) + timedelta(seconds=5)) == ()


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ({"kind": "delay", "seconds": 2}, OutcomeUnknown, "timeout"),
        ({"kind": "hang"}, OutcomeUnknown, "timeout"),
        ({"kind": "drop"}, OutcomeUnknown, "dropped"),
        ({"kind": "drop_after"}, OutcomeUnknown, "dropped"),
        ({"kind": "malformed"}, OutcomeUnknown, "malformed_answer"),
        ({"kind": "status", "status": 500}, OutcomeUnknown, "server_error"),
        ({"kind": "status", "status": 401}, ProviderRejected, "account"),
        ({"kind": "status", "status": 400}, ProviderRejected, "invalid_request"),
        ({"kind": "rate_limit", "retry_after": 7}, ProviderBusy, "rate_limited"),
    ],
)
async def test_a_call_is_never_asked_for_twice(
    sandbox, client, *, fault: dict[str, Any], error: type[ProviderError], reason: str
) -> None:
    await sandbox.fault(provider="vapi", **fault)
    with pytest.raises(error) as caught:
        await ring(client)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert len(await sandbox.calls("vapi")) == 1


@pytest.mark.parametrize("kind", ["drop_after", "malformed"])
async def test_after_an_unknown_outcome_the_call_is_looked_for(sandbox, client, kind: str) -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    await sandbox.fault(provider="vapi", kind=kind)
    with pytest.raises(OutcomeUnknown):
        await ring(client)
    assert await client.find_call(TRACKER, since=began) is not None


async def test_looking_up_is_repeated_and_never_unknown(sandbox, client) -> None:
    call_id = await ring(client)
    await sandbox.fault(provider="vapi", kind="status", status=503)
    assert (await client.get_call(call_id)).id == call_id
    for kind in ("drop", "malformed"):
        await sandbox.fault(provider="vapi", kind=kind, count=3)
        with pytest.raises(ProviderUnavailable):
            await client.get_call(call_id)
        await sandbox.http.delete("/_sandbox/faults")


async def test_what_vapi_would_refuse(client) -> None:
    for to in ("0722000001", "anonymous"):
        with pytest.raises(ProviderRejected, match="Vapi takes no such call") as refused:
            await ring(client, to=to)
        assert to not in str(refused.value)
    for call_id in (UNKNOWN, "../call", ""):
        with pytest.raises(ProviderRejected) as gone:
            await client.get_call(call_id)
        assert gone.value.reason == "gone"


async def test_wrong_key_no_key_and_nobody_there(sandbox) -> None:
    wrong = VapiClient(f"{sandbox.url}/vapi", "wrong")
    with pytest.raises(ProviderRejected) as refused:
        await ring(wrong)
    assert refused.value.reason == "account"
    off = VapiClient(f"{sandbox.url}/vapi", None)
    assert not off.on
    with pytest.raises(ProviderOff):
        await ring(off)
    away = VapiClient(f"http://127.0.0.1:{any_free()}", "vapi-key")
    with pytest.raises(ProviderUnavailable):
        await ring(away)
    for client in (wrong, off, away):
        await client.aclose()
