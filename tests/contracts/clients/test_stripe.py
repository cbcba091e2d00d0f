"""The Stripe client against its twin, in good and in bad weather."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.core.ports import any_free
from medicalcor.integrations.stripe.client import VERSION, StripeClient
from medicalcor.integrations.stripe.mapping import error_of
from medicalcor.schemas.wire.stripe import PaymentLink

KEY = "deposit:0193-canary"


@pytest.fixture
async def client(sandbox) -> AsyncIterator[StripeClient]:
    client = StripeClient(f"{sandbox.url}/stripe", "sk_test_canary", timeout=0.5)
    yield client
    await client.aclose()


async def link(client: StripeClient, *, amount: int = 25_000, key: str = KEY) -> PaymentLink:
    return await client.create_payment_link(
        amount=amount, currency="RON", title="Avans", metadata={"appointment": "a-1"}, idempotency_key=key
    )


async def play(sandbox, **order: Any) -> dict[str, Any]:
    answer = await sandbox.http.post("/_sandbox/play", json={"provider": "stripe", **order})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_a_payment_link_has_a_price_of_its_own_and_can_be_paid_once(sandbox, client) -> None:
    made = await link(client)
    assert made.id.startswith("plink_")
    assert "/pay/test_" in made.url
    [body] = await sandbox.bodies("stripe")
    assert {name: values[0] for name, values in parse_qs(body).items()} == {
        "line_items[0][price_data][currency]": "ron",
        "line_items[0][price_data][unit_amount]": "25000",
        "line_items[0][price_data][product_data][name]": "Avans",
        "line_items[0][quantity]": "1",
        "restrictions[completed_sessions][limit]": "1",
        "metadata[appointment]": "a-1",
        "payment_intent_data[metadata][appointment]": "a-1",
    }


async def test_the_same_key_is_the_same_link(client) -> None:
    assert await link(client) == await link(client)
    assert (await link(client, key="another")).id != (await link(client)).id
    with pytest.raises(ProviderRejected) as caught:
        await link(client, amount=1)
    assert caught.value.reason == "key_reused"


async def test_version_and_key_go_along(headers_of) -> None:
    async with headers_of({"id": "plink_1", "url": "https://buy.example/1"}) as (url, seen):
        client = StripeClient(url, "sk_test_canary")
        await link(client)
        await client.aclose()
    assert seen[0]["stripe-version"] == VERSION
    assert seen[0]["idempotency-key"] == KEY
    assert seen[0]["authorization"] == "Bearer sk_test_canary"
    assert seen[0]["content-type"] == "application/x-www-form-urlencoded"


async def test_without_a_key_it_is_off(sandbox) -> None:
    client = StripeClient(f"{sandbox.url}/stripe", None)
    with pytest.raises(ProviderOff):
        await link(client)
    assert await sandbox.calls("stripe") == []
    await client.aclose()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -5},
        {"currency": "lei!"},
        {"idempotency_key": ""},
        {"idempotency_key": "k" * 256},
    ],
)
async def test_what_cannot_be_a_link_is_refused_here(sandbox, client, wrong: dict[str, Any]) -> None:
    asked: dict[str, Any] = {
        "amount": 1,
        "currency": "RON",
        "title": "x",
        "metadata": {},
        "idempotency_key": "k",
    }
    with pytest.raises(ProviderRejected) as caught:
        await client.create_payment_link(**{**asked, **wrong})
    assert caught.value.reason == "invalid_request"
    assert await sandbox.calls("stripe") == []


@pytest.mark.parametrize(
    ("fault", "error", "reason", "calls"),
    [
        ({"kind": "drop"}, ProviderUnavailable, "dropped", 3),
        ({"kind": "hang"}, ProviderUnavailable, "timeout", 3),
        ({"kind": "status", "status": 500}, ProviderUnavailable, "server_error", 3),
        ({"kind": "status", "status": 502, "body": "<html>"}, ProviderUnavailable, "server_error", 3),
        ({"kind": "malformed"}, ProviderUnavailable, "malformed_answer", 1),
        ({"kind": "rate_limit"}, ProviderBusy, "rate_limited", 3),
        ({"kind": "rate_limit", "retry_after": 60}, ProviderBusy, "rate_limited", 1),
        ({"kind": "conflict"}, ProviderBusy, "in_progress", 1),
        ({"kind": "declined"}, ProviderRejected, "insufficient_funds", 1),
        ({"kind": "declined", "content": "do_not_honor"}, ProviderRejected, "card_declined", 1),
        ({"kind": "status", "status": 401}, ProviderRejected, "account", 1),
        ({"kind": "status", "status": 403}, ProviderRejected, "account", 1),
        ({"kind": "status", "status": 404}, ProviderRejected, "not_found", 1),
        ({"kind": "status", "status": 400}, ProviderRejected, "invalid_request", 1),
    ],
)
async def test_each_fault_is_told_apart(
    sandbox, client, fault: dict[str, Any], error: type[ProviderError], reason: str, calls: int
) -> None:
    await sandbox.fault(provider="stripe", **fault, count=calls)
    with pytest.raises(error) as caught:
        await link(client)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert len(await sandbox.calls("stripe")) == calls
    for private in ("canary", "a-1", "Avans", "Your card"):
        assert private not in repr(caught.value)


async def test_a_lost_answer_is_asked_for_again_and_nothing_happens_twice(sandbox, client) -> None:
    await sandbox.fault(provider="stripe", kind="drop_after")
    made = await link(client)
    assert made == await link(client)
    assert len(await sandbox.calls("stripe")) == 3


async def test_nobody_listening_means_nothing_was_done() -> None:
    client = StripeClient(f"http://127.0.0.1:{any_free()}", "sk_test_canary")
    with pytest.raises(ProviderUnavailable) as caught:
        await link(client)
    assert caught.value.reason == "unreachable"
    await client.aclose()


def test_a_failure_that_is_kept_under_the_key_is_final() -> None:
    kept = Response(500, {"idempotent-replayed": "true"}, b"{}")
    assert type(error_of(kept)) is ProviderRejected
    assert error_of(kept).reason == "key_spent"


def test_codes_are_told_and_messages_are_not() -> None:
    body = b'{"error":{"type":"invalid_request_error","code":"amount_too_small","param":"line_items[0]","message":"Canary"}}'
    assert "amount_too_small line_items[0]" in str(error_of(Response(400, {}, body)))
    assert "Canary" not in str(error_of(Response(400, {}, body)))
    odd = b'{"error":{"code":"Canary <x>","param":"Canary"}}'
    assert "Canary" not in str(error_of(Response(400, {}, odd)))
    assert error_of(Response(400, {}, b'{"error":{"code":"lock_timeout"}}')).reason == "locked"
