"""Stripe at the gateway: who is let in, what is kept, and what is started."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from gateway_support import Stored, serving, settings_for

from medicalcor.core.settings import Settings
from medicalcor.sandbox.providers import stripe_payloads as payloads

SECRET, OLD_SECRET = "whsec_new", "whsec_old"
DOOR = "/webhooks/stripe"
PAYER = payloads.Payer(at=datetime(2026, 11, 26, tzinfo=UTC), phone="+40722000001", name="CANAR")


@pytest.fixture
def gateway_settings(database_url: str, master_key: str) -> Settings:
    return settings_for(database_url, master_key, stripe_webhook_secret=f"{SECRET},{OLD_SECRET}")


def made(kind: str = "payment_intent.succeeded", **changes: Any) -> dict[str, Any]:
    return {**payloads.event(kind, payloads.EVENTS[kind](PAYER), at=PAYER.at), **changes}


async def post(
    url: str, payload: Any, *, secrets: tuple[str, ...] = (SECRET,), ago: timedelta = timedelta()
) -> httpx.Response:
    body = payload if isinstance(payload, bytes) else payloads.body_of(payload)
    at = datetime.now(UTC) - ago
    signed = [payloads.signature(body, secret=secret, at=at).partition(",")[2] for secret in secrets]
    headers = {"Stripe-Signature": ",".join([f"t={int(at.timestamp())}", *signed])}
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.post(DOOR, content=body, headers=headers)


@pytest.mark.parametrize("secrets", [(SECRET,), (OLD_SECRET,), ("other", SECRET), (SECRET, OLD_SECRET)])
async def test_any_signature_under_any_secret_opens(
    gateway: str, stored: Stored, secrets: tuple[str, ...]
) -> None:
    assert (await post(gateway, made(), secrets=secrets)).status_code == 200
    assert [row["kind"] for row in await stored.rows()] == ["event"]


@pytest.mark.parametrize(
    ("secrets", "ago"), [(("other",), 0), ((), 0), ((SECRET,), 301), ((SECRET,), -302)], ids=str
)
async def test_anything_else_is_refused(
    gateway: str, stored: Stored, secrets: tuple[str, ...], ago: int
) -> None:
    answer = await post(gateway, made(), secrets=secrets, ago=timedelta(seconds=ago))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_rejected")
    assert await stored.rows() == []


async def test_without_a_secret_there_is_no_door(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key)) as url:
        assert (await post(url, made())).status_code == 404


async def test_an_event_is_kept_once_and_starts_one_run(gateway: str, stored: Stored) -> None:
    event = made()
    for _ in range(3):
        assert (await post(gateway, event)).status_code == 200
    [item] = await stored.items("event")
    assert item == event
    assert len(await stored.runs("stripe.event")) == 1


async def test_the_events_of_one_payment_take_turns(gateway: str, stored: Stored) -> None:
    intent = payloads.payment_intent(PAYER)
    session = {**payloads.checkout_session(PAYER), "payment_intent": intent["id"]}
    charge = {**payloads.charge(PAYER), "payment_intent": {"id": intent["id"]}}
    for kind, thing in (
        ("payment_intent.succeeded", intent),
        ("checkout.session.completed", session),
        ("charge.refunded", charge),
    ):
        assert (await post(gateway, payloads.event(kind, thing, at=PAYER.at))).status_code == 200
    await post(gateway, made())
    runs = await stored.runs("stripe.event")
    assert len({run["partition"] for run in runs[:3]}) == 1
    assert runs[3]["partition"] != runs[0]["partition"]
    assert "CANAR" not in str(runs)


@pytest.mark.parametrize(
    "payload",
    [
        {"object": "v2.core.event", "id": "evt_1", "type": "v1.invoice.paid"},
        [],
        {},
        made(id=""),
        made(type=None),
        made(data=None),
        made(data={"object": []}),
    ],
)
async def test_what_fits_nothing_is_kept_for_staff(gateway: str, stored: Stored, payload: Any) -> None:
    assert (await post(gateway, payload)).status_code == 200
    [row] = await stored.rows()
    assert row["kind"] == "unread"
    assert "Stripe" in row["reason"]
    assert await stored.runs("stripe.event") == []


async def test_what_is_no_json_is_refused(gateway: str, stored: Stored) -> None:
    assert (await post(gateway, b"{")).status_code == 400
    assert await stored.rows() == []


async def test_no_mutation_is_our_fault(gateway: str) -> None:
    wrong = (None, True, -1, 10**30, 1.5, "", "\x00", "🦷" * 50, [], {}, {"id": 1}, [None])
    event = made()
    for path in (["id"], ["type"], ["data"], ["data", "object"], ["data", "object", "id"], ["created"]):
        for value in wrong:
            changed = copy.deepcopy(event)
            spot: Any = changed
            for name in path[:-1]:
                spot = spot[name]
            spot[path[-1]] = value
            assert (await post(gateway, json.dumps(changed).encode())).status_code == 200
