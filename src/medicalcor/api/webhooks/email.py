"""The door for e-mail: signed JSON, a mail a request (Standard Webhooks)."""

import re
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from medicalcor.api import problems
from medicalcor.api.exchange import Answer, Request
from medicalcor.api.shell import Door
from medicalcor.api.webhooks.desk import LIMIT, Desk
from medicalcor.api.webhooks.items import Item, canonical, parse, unread
from medicalcor.core import clock
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings
from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.correspondence.threads import canonical_ids
from medicalcor.integrations.email.signature import ID, Proof
from medicalcor.schemas.wire.email import head_of, unwrapped

PROVIDER = "email"
PATH = "/webhooks/email"
_TAKEN = Answer(200)
_COMES_IN = re.compile("receive|inbound", re.IGNORECASE)
_WENT_OUT = re.compile(
    r"(?:sent|deliver\w*|delayed|deferred|bounced?|complain\w*|opened|open|clicked|click|failed|scheduled|suppressed"
    r"|rejected|dropped|queued|processed|unsubscribed?)$"
)
"""What a service tells of the mails that it has sent for others: `email.delivered`."""


class Email:
    """Answers for `/webhooks/email`; without a secret it is not there."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self._desk = desk
        secrets = [secret.get_secret_value() for secret in settings.email_webhook_secret]
        self._proof = Proof(secrets=secrets)

    def door(self, limit: Limit = LIMIT) -> Door:
        return Door(PATH, PROVIDER, {"POST": self.take_in}, limit, _DESCRIPTION)

    async def take_in(self, request: Request) -> Answer:
        """Store the mail, then say so."""
        if not self._proof.configured:
            raise problems.unknown_route()
        body = await request.body()
        if not self._proof.accepts(request.headers, body, now=clock.now()):
            self._desk.refuse(size=len(body))
        delivery = request.headers[ID].decode("utf-8", "replace")
        await self._desk.keep(request, [item_of(parse(body), delivery=delivery)])
        return _TAKEN


def item_of(payload: Any, *, delivery: str) -> Item:
    """`delivery`: the webhook's own id, for a mail that has none."""
    if not isinstance(payload, dict):
        return unread("it is no mail: it is no JSON object", payload)
    kind = payload.get("type")
    told = kind.lower() if isinstance(kind, str) and not _COMES_IN.search(kind) else None
    if told is not None and _WENT_OUT.search(told):
        return _notice(payload)
    try:
        address, message_id = head_of(payload)
    except ValidationError:
        # of a kind that we do not know, and no mail: news of something else
        return unread("the mail does not say who sent it", payload) if told is None else _notice(payload)
    sender = normalised(address) or address.lower()
    identity = next(iter(canonical_ids(message_id)), None) or f"delivery:{delivery}"
    return Item("message", identity, sender, to_json({"kind": "message", "mail": unwrapped(payload)}))


def _notice(payload: dict[str, Any]) -> Item:
    identity = canonical(payload)
    return Item("notice", identity, identity, to_json({"kind": "notice", "notice": payload}))


_DESCRIPTION = {
    "post": {
        "summary": "A mail to the clinic, signed as Standard Webhooks ask",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {"description": "The mail is stored"},
            "400": {"description": "Not JSON"},
            "401": {"description": "The signature is missing, wrong or older than five minutes"},
            "404": {"description": "EMAIL_WEBHOOK_SECRET is not set"},
            "408": {"description": "The body did not arrive in time"},
            "413": {"description": "The body is too large"},
            "429": {"description": "Too many requests"},
            "503": {"description": "Not stored: send it again"},
        },
    },
}
