"""From Stripe's events and objects to one small shape.

One payment makes several events (checkout, intent, charge, invoice), in any order and more than once. Each fact names
the others' ids, so that whoever records it can tell that they are one payment.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.integrations.stripe.failures import failure_of
from medicalcor.schemas.wire.stripe import (
    Charge,
    CheckoutSession,
    Contact,
    Dispute,
    Event,
    Fact,
    Invoice,
    Item,
    Kind,
    PaidBy,
    PaymentIntent,
    PaymentOfInvoice,
    Refund,
    State,
    Subscription,
    SubscriptionDetails,
    Thing,
)


def fact_of(event: Event) -> Fact | None:
    """What the event says; None when it is about nothing that we record.

    Raises InvalidInput when it should be readable and is not.
    """
    family = next((name for name in _FAMILIES if event.type.startswith(f"{name}.")), None)
    if family is None or _is_aside(event.type):
        return None
    said = _read(_FAMILIES[family], event.data.object, event_type=event.type)
    return said.model_copy(
        update={"event_id": event.id, "event_type": event.type, "at": event.created or said.at}
    )


def _is_aside(event_type: str) -> bool:
    """Of a family we read, but about nothing that happened to money, or told by another event of the same payment."""
    return event_type in _ASIDES or (event_type.startswith("charge.") and event_type not in _CHARGES)


_ASIDES = frozenset({
    "invoice.created", "invoice.upcoming", "invoice.updated", "invoice.deleted", "invoice.sent", "invoice.will_be_due",
    "invoice.payment_succeeded", "customer.subscription.trial_will_end",
    "customer.subscription.pending_update_applied", "customer.subscription.pending_update_expired",
})  # fmt: skip
_CHARGES = frozenset({
    "charge.refunded", "charge.refund.updated", "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
    "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn",
})  # fmt: skip


def _read(reader: Callable[..., Fact], raw: Mapping[str, Any], *, event_type: str) -> Fact:
    try:
        return reader(raw, event_type)
    except ValidationError:
        # not chained: it quotes what came, and that may name the payer
        raise InvalidInput("An object of Stripe's has no id: it cannot be read.") from None


def _fact(thing: Thing, *, kind: Kind, state: State, amount: int | None, **more: Any) -> Fact:
    contact = more.pop("contact", None) or Contact()
    person = thing.person or Contact()
    return Fact(
        event_id=None,
        event_type=None,
        kind=kind,
        object_id=thing.id,
        state=state,
        at=thing.created,
        amount=amount,
        currency=thing.currency.upper() if thing.currency else None,
        customer_id=thing.customer,
        email=contact.email or person.email,
        phone=contact.phone or person.phone,
        name=contact.name or person.name,
        metadata=more.pop("metadata", None) or thing.metadata,
        **more,
    )


def _told(thing: Thing, field: str) -> bool:
    """Whether it is there at all: left out, an amount is the one that was asked for; in an odd shape it is unknown."""
    return field in thing.model_fields_set


def _payment(raw: Mapping[str, Any], event_type: str) -> Fact:
    intent = PaymentIntent.model_validate(raw)
    by_status: dict[str | None, State] = {
        "succeeded": "paid",
        "processing": "pending",
        "requires_action": "pending",
        "requires_confirmation": "pending",
        "requires_capture": "pending",
        "canceled": "canceled",
        # there is no status for "failed": it waits for another card
        "requires_payment_method": "failed" if intent.last_payment_error else "pending",
    }
    state: State = by_status.get(intent.status, "unknown")
    if event_type == "payment_intent.payment_failed":
        state = "failed"
    error = intent.last_payment_error
    code, decline = (error.code, error.decline_code) if error else (None, None)
    shipping = intent.shipping or Contact()
    return _fact(
        intent,
        kind="payment",
        state=state,
        amount=intent.amount_received
        if state == "paid" and _told(intent, "amount_received")
        else intent.amount,
        contact=Contact(email=intent.receipt_email, phone=shipping.phone, name=shipping.name),
        failure=failure_of(code, decline_code=decline) if state == "failed" else None,
        payment_intent_id=intent.id,
        charge_id=intent.latest_charge,
        invoice_id=intent.invoice or _invoice_named_by(intent),
    )


def _invoice_named_by(intent: PaymentIntent) -> str | None:
    """Its invoice, where the intent itself says it."""
    ordered = intent.payment_details.order_reference if intent.payment_details else None
    named = (ordered, *(intent.metadata.get(name) for name in ("invoice_id", "invoice")))
    return next((one for one in named if one and one.startswith("in_")), None)


def _charge(raw: Mapping[str, Any], event_type: str) -> Fact:
    """A charge is read for its refunds; that it was paid, its intent says too."""
    charge = Charge.model_validate(raw)
    went_back = bool(charge.refunded or charge.amount_refunded or event_type == "charge.refunded")
    states: dict[str | None, State] = {"succeeded": "paid", "pending": "pending", "failed": "failed"}
    state: State = states.get(charge.status, "unknown")
    if went_back:
        state = "refunded" if charge.refunded else "partly_refunded"
    billing = charge.billing_details or Contact()
    return _fact(
        charge,
        kind="refund" if went_back else "payment",
        state=state,
        amount=charge.amount_refunded if went_back else charge.amount,
        total=charge.amount,
        contact=Contact(email=billing.email or charge.receipt_email, phone=billing.phone, name=billing.name),
        failure=failure_of(charge.failure_code) if state == "failed" else None,
        payment_intent_id=charge.payment_intent,
        charge_id=charge.id,
        invoice_id=charge.invoice,
        url=charge.receipt_url,
    )


def _refund(raw: Mapping[str, Any], _: str) -> Fact:
    refund = Refund.model_validate(raw)
    states: dict[str | None, State] = {
        "succeeded": "refunded",
        "pending": "pending",
        "requires_action": "pending",
        "failed": "failed",
        "canceled": "canceled",
    }
    return _fact(
        refund,
        kind="single_refund",
        state=states.get(refund.status, "unknown"),
        amount=refund.amount,
        payment_intent_id=refund.payment_intent,
        charge_id=refund.charge,
    )


def _dispute(raw: Mapping[str, Any], _: str) -> Fact:
    dispute = Dispute.model_validate(raw)
    ends: dict[str | None, State] = {
        "won": "dispute_won",
        "prevented": "dispute_won",
        "warning_closed": "dispute_won",
        "lost": "dispute_lost",
    }
    return _fact(
        dispute,
        kind="dispute",
        state=ends.get(dispute.status, "disputed"),
        amount=dispute.amount,
        payment_intent_id=dispute.payment_intent,
        charge_id=dispute.charge,
        next_at=dispute.evidence_details.due_by if dispute.evidence_details else None,
    )


def _invoice(raw: Mapping[str, Any], event_type: str) -> Fact:
    invoice = Invoice.model_validate(raw)
    states: dict[str | None, State] = {
        "draft": "pending",
        "open": "open",
        "paid": "paid",
        "void": "void",
        "uncollectible": "uncollectible",
    }
    state: State = states.get(invoice.status, "unknown")
    if event_type == "invoice.payment_failed" and state == "open":
        state = "failed"
    of = (invoice.parent.subscription_details if invoice.parent else None) or SubscriptionDetails()
    payments = invoice.payments.data if invoice.payments else ()
    paid_by = next((paid.payment for paid in payments if paid.payment), None) or PaidBy()
    return _fact(
        invoice,
        kind="invoice",
        state=state,
        amount=invoice.amount_paid
        if state == "paid" and _told(invoice, "amount_paid")
        else invoice.amount_due,
        contact=Contact(
            email=invoice.customer_email, phone=invoice.customer_phone, name=invoice.customer_name
        ),
        metadata=invoice.metadata or of.metadata,
        payment_intent_id=paid_by.payment_intent or invoice.payment_intent,
        charge_id=paid_by.charge or invoice.charge,
        invoice_id=invoice.id,
        subscription_id=of.subscription or invoice.subscription,
        next_at=invoice.next_payment_attempt or (invoice.due_date if state == "open" else None),
        url=invoice.hosted_invoice_url,
    )


def _payment_of_invoice(raw: Mapping[str, Any], _: str) -> Fact:
    """Says of an invoice which intent paid it: neither names the other any more."""
    paying = PaymentOfInvoice.model_validate(raw)
    states: dict[str | None, State] = {"open": "pending", "paid": "paid", "canceled": "canceled"}
    by = paying.payment or PaidBy()
    return _fact(
        paying,
        kind="invoice",
        state=states.get(paying.status, "unknown"),
        amount=paying.amount_requested if paying.amount_paid is None else paying.amount_paid,
        payment_intent_id=by.payment_intent,
        charge_id=by.charge,
        invoice_id=paying.invoice,
    )


def _subscription(raw: Mapping[str, Any], _: str) -> Fact:
    subscription = Subscription.model_validate(raw)
    states: dict[str | None, State] = {
        "incomplete": "pending",
        "trialing": "active",
        "active": "active",
        "past_due": "past_due",
        "unpaid": "past_due",
        "paused": "paused",
        "canceled": "ended",
        "incomplete_expired": "ended",
    }
    items = subscription.items.data if subscription.items else ()
    prices = [_price(item) for item in items]
    ends = [item.current_period_end for item in items if item.current_period_end]
    return _fact(
        subscription,
        kind="subscription",
        state=states.get(subscription.status, "unknown"),
        amount=sum(price for price in prices if price is not None) if prices and None not in prices else None,
        invoice_id=subscription.latest_invoice,
        subscription_id=subscription.id,
        next_at=min(ends) if ends else subscription.current_period_end,
        ending=bool(subscription.cancel_at_period_end),
    )


def _price(item: Item) -> int | None:
    """None for a price in tiers, which only the invoice knows."""
    unit = item.price.unit_amount if item.price else None
    return None if unit is None else unit * (1 if item.quantity is None else item.quantity)


def _checkout(raw: Mapping[str, Any], event_type: str) -> Fact:
    session = CheckoutSession.model_validate(raw)
    details = session.customer_details or Contact()
    return _fact(
        session,
        kind="checkout",
        state=_of_checkout(session, event_type),
        amount=session.amount_total,
        contact=Contact(
            email=details.email or session.customer_email, phone=details.phone, name=details.name
        ),
        reference=session.client_reference_id,
        payment_intent_id=session.payment_intent,
        invoice_id=session.invoice,
        subscription_id=session.subscription,
        payment_link_id=session.payment_link,
    )


def _of_checkout(session: CheckoutSession, event_type: str) -> State:
    """Complete is not paid: with a delayed method the money comes, or does not, days later."""
    if session.payment_status in ("paid", "no_payment_required"):
        return "paid"
    if event_type == "checkout.session.async_payment_failed":
        return "failed"
    if session.status == "expired":
        return "expired"
    return "pending" if session.payment_status == "unpaid" else "unknown"


_FAMILIES: dict[str, Callable[[Mapping[str, Any], str], Fact]] = {
    "payment_intent": _payment,
    "charge.dispute": _dispute,
    "charge.refund": _refund,
    "refund": _refund,
    "charge": _charge,
    "invoice": _invoice,
    "invoice_payment": _payment_of_invoice,
    "customer.subscription": _subscription,
    "checkout.session": _checkout,
}
"""By the event type's beginning; the longer first."""
