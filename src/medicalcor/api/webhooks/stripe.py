"""The door for Stripe: events, each under its own id."""

from typing import Any

from pydantic_core import to_json

from medicalcor.api import problems
from medicalcor.api.exchange import Answer, Request
from medicalcor.api.shell import Door
from medicalcor.api.webhooks.desk import LIMIT, Desk
from medicalcor.api.webhooks.items import Item, parse, unread
from medicalcor.core import clock
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings
from medicalcor.integrations.stripe.signature import Proof

PROVIDER = "stripe"
PATH = "/webhooks/stripe"
_TAKEN = Answer(200)
_SAME_PAYMENT = ("payment_intent", "charge", "invoice")
"""Where an object names what it is part of, in the order in which it is looked for."""


class Stripe:
    """Answers for `/webhooks/stripe`; without a secret it is not there."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self._desk = desk
        self._proof = Proof(secrets=[secret.get_secret_value() for secret in settings.stripe_webhook_secret])

    def door(self, limit: Limit = LIMIT) -> Door:
        return Door(PATH, PROVIDER, {"POST": self.take_in}, limit, _DESCRIPTION)

    async def take_in(self, request: Request) -> Answer:
        """Store the event, then say so."""
        if not self._proof.configured:
            raise problems.unknown_route()
        body = await request.body()
        if not self._proof.accepts(request.headers, body, now=clock.now()):
            self._desk.refuse(size=len(body))
        await self._desk.keep(request, [item_of(parse(body))])
        return _TAKEN


def item_of(payload: Any) -> Item:
    """One event is one item, whatever it is."""
    if isinstance(payload, dict) and payload.get("object") == "v2.core.event":
        return unread("it is a thin event of Stripe's: it names its object and does not show it", payload)
    if not _is_event(payload):
        return unread("it is no Stripe event: `id`, `type` or `data.object` is missing", payload)
    return Item("event", payload["id"], _payment(payload["data"]["object"], payload["id"]), to_json(payload))


def _is_event(payload: Any) -> bool:
    data = payload.get("data") if isinstance(payload, dict) else None
    return (
        isinstance(data, dict)
        and isinstance(data.get("object"), dict)
        and _is_text(payload.get("id"))
        and _is_text(payload.get("type"))
    )


def _payment(thing: dict[str, Any], event_id: str) -> str:
    """What keeps one payment's events in order: its intent where there is one."""
    own = thing.get("id")
    if thing.get("object") == "payment_intent" and _is_text(own):
        return str(own)
    for name in _SAME_PAYMENT:
        other = thing.get(name)
        other = other.get("id") if isinstance(other, dict) else other
        if _is_text(other):
            return str(other)
    return str(own) if _is_text(own) else event_id


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


_DESCRIPTION = {
    "post": {
        "summary": "Events of payments, refunds, disputes, invoices, subscriptions and checkouts",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {"description": "The event is stored"},
            "400": {"description": "Not JSON"},
            "401": {"description": "The signature is missing, wrong or older than five minutes"},
            "404": {"description": "STRIPE_WEBHOOK_SECRET is not set"},
            "408": {"description": "The body did not arrive in time"},
            "413": {"description": "The body is too large"},
            "429": {"description": "Too many requests"},
            "503": {"description": "Not stored: send it again"},
        },
    },
}
