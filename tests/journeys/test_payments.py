"""Money: from Stripe's webhooks to the patient's receipt, the colleague's list and HubSpot; deposits by link."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from medicalcor.sandbox.providers import stripe_payloads as payloads
from tests import money
from tests.colleague import Colleague
from tests.journeys.test_whatsapp_message import WARM
from tests.stack import Stack

_hired: dict[str, Colleague] = {}


@pytest.fixture
def elena(stack: Stack) -> Colleague:
    return _hired.get("Casa") or _hired.setdefault("Casa", Colleague.hired(stack, "Casa"))


@pytest.fixture(scope="module", autouse=True)
def _going_home() -> Iterator[None]:
    yield
    for colleague in _hired.values():
        colleague.http.close()
    _hired.clear()


def patient(stack: Stack, phone: str) -> dict[str, Any]:
    """Somebody who has just been answered on WhatsApp."""
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.settle()
    return stack.person(phone)


def receipts(stack: Stack, phone: str) -> list[str]:
    """Bodies of what the patient was told of money."""
    found = [e for e in stack.effects_of(phone) if e["purpose"] == "receipt"]
    return [e["content"].get("body", "") for e in found]


def test_whoever_pays_gets_one_receipt_and_hubspot_a_note(stack: Stack, phone: str) -> None:
    lead = patient(stack, phone)
    who = money.payer(phone=phone, name="Ana", metadata={"lead_id": str(lead["id"])})
    intent = payloads.payment_intent(who)
    session = {**payloads.checkout_session(who), "payment_intent": intent["id"]}
    money.tell(stack, "checkout.session.completed", session)
    money.tell(stack, "payment_intent.succeeded", intent)
    money.becomes(stack, intent["id"], "paid")
    stack.settle()
    [receipt] = receipts(stack, phone)
    assert "250,00\xa0RON" in receipt
    assert [m["text"]["body"] for m in stack.messages_to(phone)[1:]] == [receipt]
    [note] = [n["hs_note_body"] for n in stack.made("notes") if "Paid" in n["hs_note_body"]]
    assert str(lead["id"]) in note


def test_repeats_and_any_order_change_nothing(stack: Stack, phone: str) -> None:
    patient(stack, phone)
    who = money.payer(phone=phone)
    intent = payloads.payment_intent(who)
    session = {**payloads.checkout_session(who), "payment_intent": intent["id"]}
    failed = {
        **payloads.payment_intent(who, status="requires_payment_method", decline="x"),
        "id": intent["id"],
    }
    charge = {**payloads.charge(who), "id": intent["latest_charge"], "payment_intent": intent["id"]}
    bodies = [
        money.event("charge.refunded", {**charge, "amount_refunded": 9_000}),
        money.event("checkout.session.async_payment_succeeded", session),
        money.event("payment_intent.succeeded", intent),
        money.event("charge.refunded", {**charge, "amount_refunded": 4_000}),
        money.event("checkout.session.completed", {**session, "payment_status": "unpaid"}),
        money.event("payment_intent.payment_failed", failed),
    ]
    for body in [*bodies, *reversed(bodies)]:
        assert money.post(stack, body).status_code == 200
    payment = money.becomes(stack, intent["id"], "partly_refunded")
    stack.settle()
    assert (payment["paid"], payment["refunded"]) == (25_000, 9_000)
    told = receipts(stack, phone)
    assert ["250,00" in told[0], "90,00" in told[1], len(told)] == [True, True, 2]
    assert stack.effects_of(phone, kind="staff.alert") == []


def test_a_failed_payment_reaches_staff_and_not_the_patient(stack: Stack, phone: str) -> None:
    lead = patient(stack, phone)
    failed = payloads.EVENTS["payment_intent.payment_failed"](
        money.payer(metadata={"person_id": str(lead["person_id"])})
    )
    money.tell(stack, "payment_intent.payment_failed", failed)
    payment = money.becomes(stack, failed["id"], "failed")
    assert payment["failure"] == "insufficient_funds"
    stack.until(lambda: stack.effects_of(phone, kind="staff.alert"), what="staff to be told")
    stack.settle()
    assert receipts(stack, phone) == []
    assert [t for t in stack.made("tasks") if "payment failed" in t["hs_task_subject"]]


def test_a_stranger_is_assigned_once_and_fits_from_then_on(
    stack: Stack, phone: str, elena: Colleague
) -> None:
    lead = patient(stack, phone)
    people = len(stack.rows("select 1 from people"))
    customer = f"cus_{uuid4().hex[:14]}"
    who = {"customer": customer, "name": "Zvetlana Qasarescu", "email": "qasa@example.org"}
    first = payloads.payment_intent(money.payer(**who))
    money.tell(stack, "payment_intent.succeeded", first)
    stack.until(lambda: money.payment_with(stack, first["id"]).get("unmatched"), what="nobody to be found")
    assert "qasa@example.org" in elena.http.get("/payments").text
    payment = money.payment_with(stack, first["id"])
    assert elena.post(f"/payments/{payment['id']}/assign", lead_id=str(lead["id"])).status_code == 303
    stack.until(lambda: receipts(stack, phone), what="the receipt")
    second = payloads.payment_intent(money.payer(**who))
    money.tell(stack, "payment_intent.succeeded", second)
    stack.until(lambda: len(receipts(stack, phone)) == 2, what="the second receipt")
    stack.settle()
    assert money.payment_with(stack, second["id"])["tied_by"] == "customer"
    assert len(stack.rows("select 1 from people")) == people
    moved = elena.post(f"/payments/{payment['id']}/move", lead_id=str(lead["id"]), reason="no such reason")
    assert moved.status_code == 422
    found = elena.post(f"/payments/{payment['id']}/find", q=phone[-6:], reason="same_name").text
    assert f"/payments/{payment['id']}/move" in found
    assert 'name="reason" value="same_name"' in found
    held = stack.rows(
        "select stream from domain_events where payload::text ~* $1"
        " union all select workflow_uuid from dbos.workflow_input where inputs ~* $1",
        f"qasa|{customer}",
    )
    assert held == []
    assert not re.search(f"qasa|{customer}", stack.logs(200_000), re.IGNORECASE)


def test_a_deposit_goes_from_the_colleagues_wish_to_paid(stack: Stack, phone: str, elena: Colleague) -> None:
    lead = patient(stack, phone)
    asked = {"amount": "150,50", "currency": "RON", "reason": "appointment", "key": uuid4().hex}
    for _ in range(2):
        assert elena.post(f"/leads/{lead['id']}/deposit", **asked).status_code == 303
    [message] = stack.until(
        lambda: [m for m in stack.messages_to(phone) if "/pay/" in m.get("text", {}).get("body", "")],
        what="the link to be sent",
    )
    assert "150,50\xa0RON" in message["text"]["body"]
    stack.settle()
    assert "Link" in elena.open(lead["id"])
    url = re.search(r"http://\S+/pay/\S+", message["text"]["body"])
    assert url
    assert "150.50 RON" in stack.http.get(url[0]).text
    assert stack.http.post(url[0], data={"outcome": "declined"}).status_code == 303
    stack.until(lambda: stack.effects_of(phone, kind="staff.alert"), what="the refusal to be told")
    assert stack.http.post(url[0], data={"outcome": "later"}).status_code == 303
    assert stack.http.post(url[0], data={"outcome": "paid"}).status_code == 303
    stack.until(lambda: receipts(stack, phone), what="the receipt")
    stack.settle()
    [payment] = stack.rows(
        "select p.* from payments p join payment_requests r on r.id = any(p.request_ids) where r.lead_id = $1",
        lead["id"],
    )
    assert (payment["state"], payment["paid"], payment["tied_by"]) == ("paid", 15_050, "request")
    assert len(receipts(stack, phone)) == 1
    assert len(stack.calls("stripe", "/payment_links")) == 1


def test_what_goes_back_in_two_parts_and_a_dispute(stack: Stack, phone: str, elena: Colleague) -> None:
    lead = patient(stack, phone)
    fields = {"amount": "200", "currency": "EUR", "reason": "services", "key": uuid4().hex}
    assert elena.post(f"/leads/{lead['id']}/deposit", **fields).status_code == 303
    [row] = stack.until(
        lambda: stack.rows(
            "select link_id from payment_requests where lead_id = $1 and link_id is not null", lead["id"]
        ),
        what="the link",
    )
    _, intent = sorted(money.play(stack, link=row["link_id"])["objects"])
    money.becomes(stack, intent, "paid")
    for back in (3_000, 4_500):
        money.play(stack, refund=intent, amount=back)
        stack.until(
            lambda back=back: money.payment_with(stack, intent)["refunded"] >= back, what="the refund"
        )  # type: ignore[misc]  # a lambda with a default
        stack.settle()
    notes = receipts(stack, phone)
    assert ["200,00\xa0EUR" in notes[0], "30,00\xa0EUR" in notes[1], "45,00\xa0EUR" in notes[2]] == [True] * 3
    money.play(stack, dispute=intent, outcome="open")
    money.becomes(stack, intent, "disputed")
    stack.settle()
    [task] = [t for t in stack.made("tasks") if "disputed" in t["hs_task_subject"]]
    assert task["hs_task_priority"] == "HIGH"
    money.play(stack, dispute=intent, outcome="lost")
    money.becomes(stack, intent, "dispute_lost")


def test_a_link_that_stripe_refuses_is_told_to_staff(stack: Stack, phone: str, elena: Colleague) -> None:
    lead = patient(stack, phone)
    stack.fault(provider="stripe", kind="status", status=403, match="/payment_links")
    fields = {"amount": "100", "currency": "RON", "reason": "balance", "key": uuid4().hex}
    assert elena.post(f"/leads/{lead['id']}/deposit", **fields).status_code == 303
    stack.until(lambda: stack.effects_of(phone, kind="staff.alert"), what="staff to be told")
    assert "Stripe" in elena.open(lead["id"])


def test_a_link_survives_a_lost_answer_and_is_made_once(stack: Stack, phone: str, elena: Colleague) -> None:
    lead = patient(stack, phone)
    stack.fault(provider="stripe", kind="drop_after", match="/payment_links")
    fields = {"amount": "100", "currency": "RON", "reason": "balance", "key": uuid4().hex}
    assert elena.post(f"/leads/{lead['id']}/deposit", **fields).status_code == 303
    stack.until(
        lambda: [m for m in stack.messages_to(phone) if "/pay/" in m.get("text", {}).get("body", "")],
        what="the link to be sent",
    )
    stack.settle(60)
    made = stack.calls("stripe", "/payment_links")
    assert len(made) >= 2, "it was asked again"
    links = stack.rows("select link_id from payment_requests where lead_id = $1", lead["id"])
    assert len(links) == 1


def test_a_worker_that_is_killed_loses_nothing_and_doubles_nothing(stack: Stack, phone: str) -> None:
    patient(stack, phone)
    worker = stack.processes["worker-0"]
    who = money.payer(phone=phone)
    intents = [payloads.payment_intent(who) for _ in range(4)]
    for intent in intents:
        money.tell(stack, "payment_intent.succeeded", intent)
    stack.until(lambda: money.payment_with(stack, intents[0]["id"]), what="the first to be taken in")
    worker.kill()
    for intent in intents:
        money.tell(stack, "payment_intent.succeeded", intent)
    worker.start()
    stack.until(lambda: len(receipts(stack, phone)) >= 4, what="all receipts", seconds=60)
    stack.settle(60)
    assert len(receipts(stack, phone)) == 4
    assert len({m["text"]["body"] for m in stack.messages_to(phone)}) == 2
    assert len(stack.messages_to(phone)) == 5


@pytest.mark.parametrize("secret", [money.SECRET, money.OLD_SECRET])
def test_both_secrets_open_the_door_and_no_other(stack: Stack, secret: str) -> None:
    body = money.event("customer.created", {"id": "cus_1", "object": "customer"})
    assert money.post(stack, body, secret=secret).status_code == 200
    assert money.post(stack, body, secret="another").status_code == 401
