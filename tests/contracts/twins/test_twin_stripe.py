"""The Stripe twin against the documented contract."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from medicalcor.core import clock
from medicalcor.integrations.stripe.facts import fact_of
from medicalcor.integrations.stripe.signature import Proof
from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.schemas.wire.stripe import Event

SECRET = "whsec_new"
KEY = {"Authorization": "Bearer sk_test_1"}
PRICE = "line_items[0][price_data]"
LINK = {
    f"{PRICE}[currency]": "ron",
    f"{PRICE}[unit_amount]": "25000",
    f"{PRICE}[product_data][name]": "Avans",
    "line_items[0][quantity]": "1",
    "metadata[appointment]": "a-1",
}


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"stripe_api_key": "sk_test_1", "stripe_webhook_secret": f"{SECRET},whsec_old"}


async def make_link(staged, *, key: str = "k1", **changes: str):
    return await staged.http.post(
        "/stripe/v1/payment_links", data={**LINK, **changes}, headers={**KEY, "Idempotency-Key": key}
    )


async def play(staged, **order: Any):
    return await staged.http.post("/_sandbox/play", json={"provider": "stripe", **order})


def openapi(value: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says "or null"."""
    if isinstance(value, list):
        return [openapi(one) for one in value]
    if not isinstance(value, dict):
        return value
    plain = {name: openapi(one) for name, one in value.items()}
    return {"anyOf": [plain, {"type": "null"}]} if plain.pop("nullable", False) else plain


@pytest.mark.parametrize("kind", payloads.EVENTS)
async def test_every_event_fits_the_specification_is_signed_and_can_be_read_back(staged, specification, kind):
    played = (await play(staged, event=kind, email="ana@example.com", phone="+40722000001")).json()
    [webhook] = await staged.gateway.until(lambda taken: len(taken) == 1)
    assert webhook["path"] == "/webhooks/stripe"
    event = webhook["json"]
    assert (event["id"], event["type"]) == (played["events"][0], kind)
    headers = {name.encode(): value.encode() for name, value in webhook["headers"].items()}
    assert Proof(secrets=(SECRET,)).accepts(headers, webhook["raw"], now=datetime.now(UTC))
    assert fact_of(Event.model_validate(event))
    thing = event["data"]["object"]
    folder = {"checkout.session": "checkout/sessions"}.get(thing["object"], f"{thing['object']}s")
    assert (await staged.http.get(f"/stripe/v1/{folder}/{thing['id']}", headers=KEY)).json() == thing
    document = openapi(specification("stripe/stripe.derived.openapi.json"))
    for value, name in ((event, "event"), (thing, thing["object"])):
        if name in document["components"]["schemas"]:
            jsonschema.Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"}).validate(
                value
            )


async def test_a_dispute_has_the_fields_of_the_official_example(specification):
    official = specification("stripe/fixtures3.subset.official.json")["resources"]["dispute"]
    made = payloads.dispute(payloads.Payer(at=datetime.now(UTC)))
    assert set(made) <= set(official) | {"payment_intent"}


async def test_the_published_example_events_are_read(specification):
    for event in specification("stripe/events.own.json")["events"]:
        said = fact_of(Event.model_validate(event))
        assert said
        assert said.state != "unknown"
        assert said.amount is not None
        assert said.metadata
        assert said.currency == event["data"]["object"]["currency"].upper()


async def test_signatures_are_stripes(staged):
    await play(staged, event="invoice.paid")
    [webhook] = await staged.gateway.until(lambda taken: len(taken) == 1)
    found = re.fullmatch(r"t=(\d{10}),v1=([0-9a-f]{64})", webhook["headers"]["stripe-signature"])
    assert found
    signed = found[1].encode() + b"." + webhook["raw"]
    assert found[2] == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()


async def test_a_link_that_is_paid_brings_its_metadata_along(staged):
    link = (await make_link(staged)).json()
    assert "/pay/test_1" in link["url"]
    await play(staged, link=link["id"], email="ana@example.com")
    taken = await staged.gateway.until(lambda taken: len(taken) == 2)
    intent, session = (webhook["json"]["data"]["object"] for webhook in taken)
    assert intent["metadata"] == session["metadata"] == {"appointment": "a-1"}
    assert session["payment_intent"] == intent["id"]
    assert (session["payment_link"], session["amount_total"]) == (link["id"], 25_000)


async def test_events_come_twice_and_in_any_order(staged):
    link = (await make_link(staged)).json()
    await staged.fault(provider="stripe", kind="duplicate_webhooks")
    await staged.fault(provider="stripe", kind="reorder_webhooks")
    await play(staged, link=link["id"])
    taken = await staged.gateway.until(lambda taken: len(taken) == 4)
    kinds = [webhook["json"]["type"] for webhook in taken]
    assert kinds == ["checkout.session.completed"] * 2 + ["payment_intent.succeeded"] * 2


async def test_an_event_is_repeated_until_it_is_taken_and_signed_anew(staged):
    staged.app.sender._first_pause = 0.2
    staged.gateway.answers.append(500)
    still = clock.Still(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    with clock.using(still):
        await play(staged, event="invoice.paid")
        await staged.gateway.until(lambda taken: len(taken) == 1)
        still.forward(minutes=10)
        first, second = await staged.gateway.until(lambda taken: len(taken) == 2)
    assert first["raw"] == second["raw"]
    moments = [int(webhook["headers"]["stripe-signature"][2:12]) for webhook in (first, second)]
    assert moments[1] - moments[0] == 600


async def test_the_first_answer_is_kept_under_its_key(staged):
    first, again = await make_link(staged), await make_link(staged)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = await make_link(staged, **{f"{PRICE}[unit_amount]": "1"})
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({f"{PRICE}[unit_amount]": ""}, f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[unit_amount]": "12.5"}, f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[currency]": "lei!"}, f"{PRICE}[currency]"),
        ({f"{PRICE}[product_data][name]": ""}, f"{PRICE}[product_data][name]"),
        ({"amount": "5"}, "amount"),
    ],
)
async def test_what_stripe_refuses(staged, specification, changes, param):
    answer = await make_link(staged, **changes)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    schema = specification("stripe/stripe.derived.openapi.json")["components"]["schemas"]["error"]
    jsonschema.validate(answer.json(), schema)


async def test_wrong_keys_objects_and_addresses(staged):
    for headers in ({}, {"Authorization": "Bearer another"}):
        assert (await staged.http.get("/stripe/v1/charges/ch_1", headers=headers)).status_code == 401
    missing = await staged.http.get("/stripe/v1/charges/ch_1", headers=KEY)
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "resource_missing")
    assert (await staged.http.get("/stripe/v1/nothing", headers=KEY)).status_code == 404
    assert (await staged.http.post("/stripe/v1/charges", headers=KEY)).status_code == 404


async def test_faults_have_stripes_own_form(staged):
    for order, status, code in (
        ({"kind": "rate_limit"}, 429, "rate_limit"),
        ({"kind": "declined", "content": "expired_card"}, 402, "card_declined"),
        ({"kind": "conflict"}, 409, "idempotency_key_in_use"),
    ):
        await staged.fault(provider="stripe", **order)
        answer = await make_link(staged)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    await staged.fault(provider="stripe", kind="status", status=503)
    assert (await make_link(staged)).json()["error"]["type"] == "api_error"


async def test_an_object_of_somebody_elses_making_can_be_read_back(staged):
    thing = payloads.charge(payloads.Payer(at=datetime.now(UTC)))
    await play(staged, remember=thing)
    assert (await staged.http.get(f"/stripe/v1/charges/{thing['id']}", headers=KEY)).json() == thing
    assert staged.gateway.taken == []
    await staged.http.post("/_sandbox/reset")
    assert (await staged.http.get(f"/stripe/v1/charges/{thing['id']}", headers=KEY)).status_code == 404


@pytest.mark.parametrize(
    "order",
    [
        {"event": "no.such"},
        {},
        {"link": "plink_none"},
        {"event": "invoice.paid", "amount": -1},
        {"colour": "red"},
    ],
)
async def test_an_order_that_cannot_be_played_says_so(staged, order):
    answer = await play(staged, **order)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_who_plays_nothing_says_so(staged):
    for provider in ("hubspot", "nobody"):
        answer = await staged.http.post("/_sandbox/play", json={"provider": provider})
        assert answer.status_code == 400


async def kinds_of(staged, count: int) -> list[tuple[str, Any]]:
    taken = await staged.gateway.until(lambda taken: len(taken) == count)
    return [(one["json"]["type"], one["json"]["data"]["object"]) for one in taken]


async def test_a_link_goes_from_refused_to_waiting_to_paid_as_one_payment(staged):
    link = (await make_link(staged)).json()
    page = link["url"].rpartition("/")[2]
    assert "250.00 RON" in (await staged.http.get(f"/pay/{page}")).text
    for outcome, events in (("declined", 1), ("later", 3), ("paid", 5)):
        done = await staged.http.post(f"/pay/{page}", data={"outcome": outcome, "name": "Ana"})
        assert done.status_code == 303
        await kinds_of(staged, events)
    told = await kinds_of(staged, 5)
    assert [kind for kind, _ in told] == [
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]
    assert len({thing.get("payment_intent") or thing["id"] for _, thing in told}) == 1
    assert [thing["payment_status"] for _, thing in told if "payment_status" in thing] == ["unpaid", "paid"]
    assert all(thing["metadata"] == {"appointment": "a-1"} for _, thing in told)
    assert "Paid" in (await staged.http.get(f"/pay/{page}")).text
    assert (await staged.http.post(f"/pay/{page}", data={"outcome": "paid"})).status_code == 404
    assert (await staged.http.get("/pay/nothing")).status_code == 404


async def test_refunds_add_up_and_a_dispute_has_an_end(staged):
    link = (await make_link(staged)).json()
    played = (await play(staged, link=link["id"])).json()
    intent = next(one for one in played["objects"] if one.startswith("pi_"))
    for events, amount in ((3, 5_000), (4, 20_000)):
        assert (await play(staged, refund=intent, amount=amount)).status_code == 202
        await kinds_of(staged, events)
    assert (await play(staged, refund=intent, amount=1)).status_code == 400
    for events, outcome in ((5, "open"), (6, "lost")):
        await play(staged, dispute=intent, outcome=outcome)
        await kinds_of(staged, events)
    told = (await kinds_of(staged, 6))[2:]
    assert [thing["amount_refunded"] for kind, thing in told if kind == "charge.refunded"] == [5_000, 25_000]
    assert [thing["refunded"] for kind, thing in told if kind == "charge.refunded"] == [False, True]
    disputes = [(kind, thing["status"]) for kind, thing in told if "dispute" in kind]
    assert disputes == [("charge.dispute.created", "needs_response"), ("charge.dispute.closed", "lost")]
    assert len({thing["id"] for kind, thing in told if "dispute" in kind}) == 1
