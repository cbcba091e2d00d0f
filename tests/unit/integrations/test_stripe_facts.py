"""One small shape of every event, whatever Stripe leaves out, moves or adds."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.errors import InvalidInput
from medicalcor.integrations.stripe.facts import fact_of
from medicalcor.integrations.stripe.failures import failure_of
from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.schemas.wire.stripe import Event, Fact

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PAYER = payloads.Payer(
    at=AT,
    amount=25_000,
    customer="cus_1",
    email="canary@clinic.example",
    phone="+40722000001",
    name="Canary",
    metadata={"effect_id": "e-1"},
    reference="ref-1",
)


def fact(kind: str, thing: dict[str, Any] | None = None) -> Fact:
    event = payloads.event(kind, thing or payloads.EVENTS[kind](PAYER), at=AT, event_id="evt_1")
    said = fact_of(Event.model_validate(event))
    assert said
    return said


@pytest.mark.parametrize(
    ("event", "kind", "state", "amount"),
    [
        ("payment_intent.succeeded", "payment", "paid", 25_000),
        ("payment_intent.payment_failed", "payment", "failed", 25_000),
        ("payment_intent.processing", "payment", "pending", 25_000),
        ("payment_intent.canceled", "payment", "canceled", 25_000),
        ("charge.refunded", "refund", "refunded", 25_000),
        ("charge.dispute.created", "dispute", "disputed", 25_000),
        ("charge.dispute.closed", "dispute", "dispute_lost", 25_000),
        ("invoice.finalized", "invoice", "open", 25_000),
        ("invoice.paid", "invoice", "paid", 25_000),
        ("invoice.payment_failed", "invoice", "failed", 25_000),
        ("customer.subscription.created", "subscription", "pending", 25_000),
        ("customer.subscription.updated", "subscription", "active", 25_000),
        ("customer.subscription.deleted", "subscription", "ended", 25_000),
        ("checkout.session.completed", "checkout", "paid", 25_000),
        ("checkout.session.expired", "checkout", "expired", 25_000),
        ("checkout.session.async_payment_succeeded", "checkout", "paid", 25_000),
        ("checkout.session.async_payment_failed", "checkout", "failed", 25_000),
    ],
)
def test_every_event_says_what_happened_to_which_amount(event, kind, state, amount) -> None:
    said = fact(event)
    assert (said.kind, said.state, said.amount, said.currency) == (kind, state, amount, "RON")
    assert (said.event_id, said.event_type, said.at) == ("evt_1", event, AT)
    assert said.metadata == {"effect_id": "e-1"}
    for personal in ("canary", "Canary", "+4072", "e-1"):
        assert personal not in repr(said)


def test_all_events_of_the_sandbox_are_covered() -> None:
    assert all(fact(kind) for kind in payloads.EVENTS)


def test_who_paid() -> None:
    assert fact("checkout.session.completed").phone == "+40722000001"
    assert fact("checkout.session.completed").reference == "ref-1"
    assert fact("invoice.paid").email == "canary@clinic.example"
    assert fact("charge.refunded").name == "Canary"
    assert fact("payment_intent.succeeded").customer_id == "cus_1"
    expanded = payloads.subscription(PAYER)
    expanded["customer"] = {
        "id": "cus_9",
        "object": "customer",
        "email": "e@x.example",
        "phone": None,
        "name": "N",
    }
    said = fact("customer.subscription.updated", expanded)
    assert (said.customer_id, said.email, said.name) == ("cus_9", "e@x.example", "N")


def test_a_completed_checkout_without_the_money_waits() -> None:
    session = payloads.checkout_session(PAYER, payment_status="unpaid")
    assert fact("checkout.session.completed", session).state == "pending"
    free = payloads.checkout_session(PAYER, payment_status="no_payment_required")
    assert fact("checkout.session.completed", free).state == "paid"


def test_a_refund_says_the_sum_so_far() -> None:
    said = fact("charge.refunded", payloads.charge(PAYER, refunded=10_000))
    assert (said.state, said.amount, said.total) == ("partly_refunded", 10_000, 25_000)
    unsaid = {**payloads.charge(PAYER, refunded=10_000), "amount_refunded": None}
    assert (fact("charge.refunded", unsaid).kind, fact("charge.refunded", unsaid).amount) == ("refund", None)


def test_where_an_invoice_belongs_in_new_and_in_old_versions() -> None:
    new = payloads.invoice(PAYER, status="paid")
    new["payments"] = {"data": [{"payment": {"type": "payment_intent", "payment_intent": {"id": "pi_7"}}}]}
    said = fact("invoice.paid", new)
    assert said.subscription_id == new["parent"]["subscription_details"]["subscription"]
    assert (said.payment_intent_id, said.metadata) == ("pi_7", {"effect_id": "e-1"})
    old = {**new, "parent": None, "payments": None, "subscription": "sub_8", "payment_intent": "pi_8"}
    said = fact("invoice.paid", old)
    assert (said.subscription_id, said.payment_intent_id) == ("sub_8", "pi_8")


def test_a_period_ends_on_the_item_or_in_old_versions_on_the_subscription() -> None:
    new = payloads.subscription(PAYER)
    assert fact("customer.subscription.updated", new).next_at == datetime(2026, 12, 23, 9, 0, tzinfo=UTC)
    old = {**new, "items": {"data": []}, "current_period_end": int(AT.timestamp())}
    assert fact("customer.subscription.updated", old).next_at == AT
    assert fact("customer.subscription.updated", old).amount is None


def test_the_last_attempt_has_no_next_one() -> None:
    assert fact("invoice.payment_failed").next_at
    last = {**payloads.invoice(PAYER, attempts=4), "next_payment_attempt": None}
    assert fact("invoice.payment_failed", last).next_at is None


@pytest.mark.parametrize(
    ("code", "decline", "reason"),
    [
        ("card_declined", "insufficient_funds", "insufficient_funds"),
        ("card_declined", "stolen_card", "suspected_fraud"),
        ("card_declined", "something_new", "card_declined"),
        ("expired_card", None, "card_expired"),
        ("incorrect_cvc", None, "card_details_wrong"),
        ("something_new", None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_a_failure_has_a_code_that_can_be_put_into_words(code, decline, reason) -> None:
    assert failure_of(code, decline_code=decline) == reason
    intent = payloads.payment_intent(PAYER, status="requires_payment_method", decline="x")
    intent["last_payment_error"] = {"code": code, "decline_code": decline, "message": "Canary"}
    said = fact("payment_intent.payment_failed", intent)
    assert said.failure == reason
    assert "Canary" not in said.model_dump_json(exclude={"name"})


def test_money_is_whole_or_unknown() -> None:
    for odd in (12.5, "250", True, None, {"x": 1}):
        intent = {**payloads.payment_intent(PAYER), "amount_received": odd}
        assert fact("payment_intent.succeeded", intent).amount is None


@pytest.mark.parametrize(
    "kind",
    [
        "customer.created",
        "charge.succeeded",
        "invoice.created",
        "v2.core.event",
        "payment_intents.x",
    ],
)
def test_what_is_not_about_money_that_moved_says_nothing(kind: str) -> None:
    event = payloads.event(kind, {"id": "x_1"}, at=AT)
    assert fact_of(Event.model_validate(event)) is None


def test_a_state_newer_than_this_code_is_told_as_unknown() -> None:
    assert (
        fact("payment_intent.created", {**payloads.payment_intent(PAYER), "status": "teleported"}).state
        == "unknown"
    )


def test_an_object_without_an_id_is_refused_and_not_quoted() -> None:
    for thing in ({}, {"id": 7, "receipt_email": "canary@clinic.example"}, {"id": ""}):
        event = payloads.event("payment_intent.succeeded", thing, at=AT)
        with pytest.raises(InvalidInput) as caught:
            fact_of(Event.model_validate(event))
        assert "canary" not in str(caught.value)


def test_only_the_payment_of_an_invoice_says_which_intent_paid_it() -> None:
    thing = {
        "id": "inpay_1",
        "object": "invoice_payment",
        "invoice": "in_1",
        "amount_paid": 25_000,
        "currency": "ron",
        "status": "paid",
        "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
    }
    said = fact("invoice_payment.paid", thing)
    assert (said.kind, said.state, said.amount) == ("invoice", "paid", 25_000)
    assert (said.invoice_id, said.payment_intent_id) == ("in_1", "pi_1")


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        ("refund.created", "succeeded", "refunded"),
        ("refund.created", "pending", "pending"),
        ("refund.updated", "canceled", "canceled"),
        ("refund.failed", "failed", "failed"),
        ("charge.refund.updated", "failed", "failed"),
    ],
)
def test_a_refund_alone_says_how_it_stands(kind: str, status: str, state: str) -> None:
    thing = payloads.refund(PAYER, status=status)
    said = fact(kind, thing)
    assert (said.kind, said.state, said.amount) == ("single_refund", state, PAYER.amount)
    assert (said.charge_id, said.payment_intent_id) == (thing["charge"], thing["payment_intent"])


def test_a_subscription_may_end_with_its_period() -> None:
    assert fact("customer.subscription.updated", payloads.subscription(PAYER)).ending is False
    ending = {**payloads.subscription(PAYER), "cancel_at_period_end": True}
    assert fact("customer.subscription.updated", ending).ending is True


Odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(kind=st.sampled_from(list(payloads.EVENTS)), data=st.data())
def test_any_field_but_the_id_may_be_anything(kind: str, data: st.DataObject) -> None:
    thing = payloads.EVENTS[kind](PAYER)
    for name in data.draw(st.lists(st.sampled_from([key for key in thing if key != "id"]), max_size=6)):
        if data.draw(st.booleans()):
            thing[name] = data.draw(Odd)
        else:
            thing.pop(name, None)
    said = fact(kind, thing)
    assert said.object_id == thing["id"]


@pytest.mark.parametrize(
    ("event", "field"), [("payment_intent.succeeded", "amount_received"), ("invoice.paid", "amount_paid")]
)
def test_what_was_paid_is_what_was_asked_when_nothing_else_is_said(event: str, field: str) -> None:
    thing = {name: value for name, value in payloads.EVENTS[event](PAYER).items() if name != field}
    assert (fact(event, thing).state, fact(event, thing).amount) == ("paid", 25_000)
    assert fact(event, {**thing, field: 0}).amount == 0
