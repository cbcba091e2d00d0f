"""Stripe's events, posted to the gateway as Stripe does; and its sandbox, in which links are paid."""

from datetime import UTC, datetime
from typing import Any

import httpx

from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.sandbox.providers.stripe_payloads import Payer, Thing
from tests.stack import Stack

SECRET, OLD_SECRET = "journey-stripe-secret", "journey-stripe-secret-of-last-year"


def payer(**more: Any) -> Payer:
    return Payer(at=datetime.now(UTC), **more)


def event(kind: str, thing: Thing, *, event_id: str | None = None) -> bytes:
    return payloads.body_of(payloads.event(kind, thing, at=datetime.now(UTC), event_id=event_id))


def post(stack: Stack, body: bytes, *, secret: str = SECRET) -> httpx.Response:
    headers = {"Stripe-Signature": payloads.signature(body, secret=secret, at=datetime.now(UTC))}
    return stack.http.post(f"{stack.api_url}/webhooks/stripe", content=body, headers=headers)


def tell(stack: Stack, kind: str, thing: Thing, **options: Any) -> None:
    answer = post(stack, event(kind, thing, **options))
    assert answer.status_code == 200, answer.text


def play(stack: Stack, **order: Any) -> dict[str, Any]:
    """Something happens at Stripe."""
    answer = stack.http.post(f"{stack.sandbox_url}/_sandbox/play", json={"provider": "stripe", **order})
    assert answer.status_code == 202, answer.text
    played: dict[str, Any] = answer.json()
    return played


def payment_with(stack: Stack, reference: str) -> dict[str, Any]:
    """How the payment stands that goes by this id of Stripe's; empty while it is not known."""
    rows = stack.rows(
        "select p.* from payments p join payment_references r on r.payment_id = p.id where r.reference = $1",
        reference,
    )
    return rows[0] if rows else {}


def becomes(stack: Stack, reference: str, state: str) -> dict[str, Any]:
    """The payment, once it stands like this."""
    found: dict[str, Any] = stack.until(
        lambda: (p := payment_with(stack, reference)).get("state") == state and p,
        what=f"the payment to be {state}",
    )
    return found
