"""Stripe's objects and events, as its API version 2026-10-28.endive has them."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from medicalcor.core import ids

VERSION = "2026-10-28.endive"
DAY = 86_400
Thing = dict[str, Any]


@dataclass(frozen=True)
class Payer:
    """Who pays, and how much of what: what all of one payment's objects share."""

    at: datetime
    amount: int = 25_000
    currency: str = "ron"
    customer: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    reference: str | None = None

    @property
    def seconds(self) -> int:
        return int(self.at.timestamp())

    def person(self) -> Thing:
        return {"email": self.email, "name": self.name, "phone": self.phone}


def new_id(prefix: str) -> str:
    """`pi_1…`: letters and digits, as Stripe's are."""
    letters = "".join(c for c in ids.token(24) if c.isalnum())
    return f"{prefix}_1{letters:0<24.24}"


def _thing(kind: str, prefix: str, payer: Payer, **more: Any) -> Thing:
    return {
        "id": new_id(prefix),
        "object": kind,
        "created": payer.seconds,
        "currency": payer.currency,
        "customer": payer.customer,
        "livemode": False,
        "metadata": dict(payer.metadata),
        **more,
    }


def payment_intent(payer: Payer, *, status: str = "succeeded", decline: str | None = None) -> Thing:
    """`decline`: why the bank refused, e.g. `insufficient_funds`."""
    error = {"type": "card_error", "code": "card_declined", "decline_code": decline, "message": "Declined."}
    return _thing(
        "payment_intent",
        "pi",
        payer,
        amount=payer.amount,
        amount_capturable=0,
        amount_received=payer.amount if status == "succeeded" else 0,
        capture_method="automatic",
        confirmation_method="automatic",
        payment_method_types=["card"],
        receipt_email=payer.email,
        last_payment_error=error if decline else None,
        latest_charge=new_id("ch") if status == "succeeded" or decline else None,
        shipping={"name": payer.name, "phone": payer.phone, "address": {}} if payer.phone else None,
        status=status,
    )


def charge(payer: Payer, *, refunded: int = 0) -> Thing:
    """`refunded`: how much of it went back so far."""
    charge_id = new_id("ch")
    return _thing(
        "charge",
        "ch",
        payer,
        id=charge_id,
        amount=payer.amount,
        amount_captured=payer.amount,
        amount_refunded=refunded,
        billing_details={**payer.person(), "address": {}, "tax_id": None},
        captured=True,
        disputed=False,
        paid=True,
        payment_intent=new_id("pi"),
        receipt_email=None,
        receipt_url=f"https://pay.stripe.com/receipts/{charge_id}",
        refunded=refunded >= payer.amount,
        status="succeeded",
    )


def refund(payer: Payer, *, status: str = "succeeded") -> Thing:
    """One going back; `failed` comes days after it had succeeded."""
    returned = _thing(
        "refund",
        "re",
        payer,
        amount=payer.amount,
        balance_transaction=new_id("txn"),
        charge=new_id("ch"),
        failure_reason="expired_or_canceled_card" if status == "failed" else None,
        payment_intent=new_id("pi"),
        reason="requested_by_customer",
        status=status,
    )
    del returned["customer"]  # it names its charge, not who paid
    return returned


def dispute(payer: Payer, *, status: str = "needs_response") -> Thing:
    disputed = _thing(
        "dispute",
        "du",
        payer,
        amount=payer.amount,
        balance_transactions=[],
        charge=new_id("ch"),
        evidence={},
        evidence_details={
            "due_by": payer.seconds + 7 * DAY,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        payment_intent=new_id("pi"),
        reason="fraudulent",
        status=status,
    )
    del disputed["customer"]  # a dispute names its charge, not who paid
    return disputed


def _sums(due: int, paid: int) -> Thing:
    return {
        "amount_due": due,
        "amount_paid": paid,
        "amount_remaining": due - paid,
        "amount_overpaid": 0,
        "amount_shipping": 0,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "subtotal": due,
        "total": due,
    }


def invoice(payer: Payer, *, status: str = "open", attempts: int = 0) -> Thing:
    """Of a subscription: where it belongs stands in `parent`, and its metadata too."""
    paid = payer.amount if status == "paid" else 0
    details = {"subscription": new_id("sub"), "metadata": dict(payer.metadata)}
    made = _thing("invoice", "in", payer, **_sums(payer.amount, paid))
    return {
        **made,
        "attempt_count": attempts,
        "attempted": attempts > 0,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "collection_method": "charge_automatically",
        "customer_email": payer.email,
        "customer_name": payer.name,
        "customer_phone": payer.phone,
        "default_tax_rates": [],
        "discounts": [],
        "due_date": payer.seconds + 14 * DAY,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/{made['id']}",
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": [], "has_more": False, "url": f"/v1/invoices/{made['id']}/lines"},
        "metadata": {},
        "next_payment_attempt": payer.seconds + 3 * DAY if status == "open" and attempts else None,
        "number": f"SANDBOX-{payer.seconds % 10_000:04}",
        "parent": {"type": "subscription_details", "quote_details": None, "subscription_details": details},
        "payment_settings": {"payment_method_options": None, "payment_method_types": None},
        "period_end": payer.seconds,
        "period_start": payer.seconds,
        "status": status,
        "status_transitions": {"finalized_at": payer.seconds, "paid_at": payer.seconds if paid else None},
    }


def subscription(payer: Payer, *, status: str = "active") -> Thing:
    """The period stands on the item, and no longer on the subscription."""
    made = _thing("subscription", "sub", payer, customer=payer.customer or new_id("cus"))
    price = {
        "id": new_id("price"),
        "object": "price",
        "currency": payer.currency,
        "unit_amount": payer.amount,
    }
    item = {
        "id": new_id("si"),
        "object": "subscription_item",
        "created": payer.seconds,
        "current_period_start": payer.seconds,
        "current_period_end": payer.seconds + 30 * DAY,
        "discounts": [],
        "metadata": {},
        "plan": {},
        "price": price,
        "quantity": 1,
        "subscription": made["id"],
    }
    return {
        **made,
        "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None},
        "billing_cycle_anchor": payer.seconds,
        "billing_mode": {"type": "flexible"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "canceled_at": payer.seconds if status == "canceled" else None,
        "collection_method": "charge_automatically",
        "discounts": [],
        "invoice_settings": {"issuer": {"type": "self"}},
        "items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
        "latest_invoice": new_id("in"),
        "start_date": payer.seconds,
        "status": status,
    }


def checkout_session(payer: Payer, *, payment_status: str = "paid", status: str = "complete") -> Thing:
    return _thing(
        "checkout.session",
        "cs_test",
        payer,
        amount_subtotal=payer.amount,
        amount_total=payer.amount,
        automatic_tax={"enabled": False, "liability": None, "status": None},
        client_reference_id=payer.reference,
        custom_fields=[],
        custom_text={"after_submit": None, "submit": None},
        customer_details={**payer.person(), "address": None, "tax_exempt": "none", "tax_ids": []},
        expires_at=payer.seconds + DAY,
        mode="payment",
        payment_intent=new_id("pi") if status == "complete" else None,
        payment_link=None,
        payment_method_types=["card"],
        payment_status=payment_status,
        shipping_options=[],
        status=status,
    )


def payment_link(payer: Payer, *, url: str) -> Thing:
    """As far as it is read; `restrictions` say that it can be paid once."""
    made = _thing("payment_link", "plink", payer, active=True, url=f"{url}/{new_id('test')}")
    del made["created"], made["customer"]
    return {**made, "restrictions": {"completed_sessions": {"count": 0, "limit": 1}}}


Maker = Callable[[Payer], Thing]
EVENTS: dict[str, Maker] = {
    "payment_intent.succeeded": payment_intent,
    "payment_intent.payment_failed": lambda p: payment_intent(
        p, status="requires_payment_method", decline="insufficient_funds"
    ),
    "payment_intent.processing": lambda p: payment_intent(p, status="processing"),
    "payment_intent.canceled": lambda p: payment_intent(p, status="canceled"),
    "charge.refunded": lambda p: charge(p, refunded=p.amount),
    "refund.created": refund,
    "refund.failed": lambda p: refund(p, status="failed"),
    "charge.dispute.created": dispute,
    "charge.dispute.closed": lambda p: dispute(p, status="lost"),
    "invoice.finalized": invoice,
    "invoice.paid": lambda p: invoice(p, status="paid", attempts=1),
    "invoice.payment_failed": lambda p: invoice(p, attempts=1),
    "customer.subscription.created": lambda p: subscription(p, status="incomplete"),
    "customer.subscription.updated": subscription,
    "customer.subscription.deleted": lambda p: subscription(p, status="canceled"),
    "checkout.session.completed": checkout_session,
    "checkout.session.expired": lambda p: checkout_session(p, payment_status="unpaid", status="expired"),
    "checkout.session.async_payment_succeeded": checkout_session,
    "checkout.session.async_payment_failed": lambda p: checkout_session(p, payment_status="unpaid"),
}
"""What can happen, and what its object looks like then."""


def event(kind: str, thing: Thing, *, at: datetime, event_id: str | None = None) -> Thing:
    return {
        "id": event_id or new_id("evt"),
        "object": "event",
        "api_version": VERSION,
        "created": int(at.timestamp()),
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def body_of(payload: Thing) -> bytes:
    """Stripe's events are indented by two."""
    return json.dumps(payload, ensure_ascii=False, indent=2).encode()


def signature(body: bytes, *, secret: str, at: datetime) -> str:
    """The value of `Stripe-Signature`."""
    moment = str(int(at.timestamp()))
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"
