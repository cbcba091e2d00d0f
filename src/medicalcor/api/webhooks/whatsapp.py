"""The door for WhatsApp: Meta's handshake, messages and statuses."""

import json
from urllib.parse import parse_qs

from pydantic_core import from_json

from medicalcor.api import problems
from medicalcor.api.exchange import Answer, Request
from medicalcor.api.shell import Door
from medicalcor.api.webhooks.intake import Intake, Row, Work
from medicalcor.api.webhooks.whatsapp_items import Item, split
from medicalcor.core import clock, context
from medicalcor.core.crypto import hmac
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import Forbidden, SignatureRejected
from medicalcor.core.jobs import WHATSAPP_MESSAGE, WHATSAPP_STATUSES
from medicalcor.core.log import get_logger
from medicalcor.core.observability import tracing
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings
from medicalcor.integrations.whatsapp.signature import Proof

PROVIDER = "whatsapp"
PATH = "/webhooks/whatsapp"
LIMIT = Limit(20_000, essential=True)
"""A second and address: far more than one process takes in, so that only a flood meets it."""
WORKS = (
    Work(PROVIDER, "message", WHATSAPP_MESSAGE),
    Work(PROVIDER, "status", WHATSAPP_STATUSES, together=True),
)
_TAKEN = Answer(200)

log = get_logger(__name__)


class WhatsApp:
    """Answers for `/webhooks/whatsapp`; what is not configured is not there."""

    def __init__(self, settings: Settings, *, intake: Intake, vault: Vault) -> None:
        self._intake = intake
        self._vault = vault
        self._quiet_until = 0.0
        self._token = settings.whatsapp_verify_token
        self._proof = Proof(
            secrets=[secret.get_secret_value() for secret in settings.whatsapp_webhook_secret],
            headers=[header.get_secret_value() for header in settings.whatsapp_webhook_header],
        )

    def door(self, limit: Limit = LIMIT) -> Door:
        return Door(PATH, PROVIDER, {"GET": self.handshake, "POST": self.take_in}, limit, _DESCRIPTION)

    async def handshake(self, request: Request) -> Answer:
        """Meta asks once, when the address is registered."""
        if self._token is None:
            raise problems.unknown_route()
        asked = parse_qs(request.scope["query_string"].decode("latin-1"))
        mode, token, challenge = (
            asked.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge")
        )
        if mode != "subscribe" or not hmac.matches(token, [self._token.get_secret_value()]):
            raise Forbidden("The verify token is not ours.")
        return Answer(200, challenge.encode())

    async def take_in(self, request: Request) -> Answer:
        """Store every item of the webhook, then say so."""
        if not self._proof.configured:
            raise problems.unknown_route()
        body = await request.body()
        if not self._proof.accepts(request.headers, body):
            self._complain(len(body))
            raise SignatureRejected
        with tracing.span("webhook.whatsapp"):
            await self._intake.store(
                [row_of(item, vault=self._vault) for item in split(parse(body))],
                provider=PROVIDER,
                correlation_id=request.correlation_id,
                traceparent=context.traceparent(),
            )
        return _TAKEN

    def _complain(self, size: int) -> None:
        """A line a second at most: a flood is counted, not written down."""
        if clock.monotonic() >= self._quiet_until:
            self._quiet_until = clock.monotonic() + 1.0
            log.warning("signature_rejected", provider=PROVIDER, bytes=size)


def row_of(item: Item, *, vault: Vault) -> Row:
    """An item as the inbox keeps it; who it is from stands there as a keyed hash."""
    purpose = "whatsapp-conversation" if item.kind == "message" else "whatsapp-item"
    return Row(
        vault.keyed_hash("whatsapp-item", item.identity),
        item.kind,
        vault.keyed_hash(purpose, item.address),
        item.body,
        item.reason,
    )


def parse(body: bytes) -> object:
    """JSON; refused with 400 when it is none, or is nested deeper than a reader should follow."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as fault:
        if "recursion limit" in str(fault):
            raise problems.too_deep() from None
        return _parse_leniently(body)


def _parse_leniently(body: bytes) -> object:
    """Half of an emoji, cut off in a name, is no reason to refuse a message: it becomes a `?`."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return from_json(text.encode("utf-8", "replace"), allow_inf_nan=False)
    except (ValueError, RecursionError):
        raise problems.not_json() from None


_DESCRIPTION = {
    "get": {
        "summary": "The handshake when the webhook is registered with Meta",
        "parameters": [
            {"name": f"hub.{name}", "in": "query", "required": True, "schema": {"type": "string"}}
            for name in ("mode", "verify_token", "challenge")
        ],
        "responses": {
            "200": {"description": "The challenge, as it came"},
            "403": {"description": "The verify token is not ours"},
            "404": {"description": "WHATSAPP_VERIFY_TOKEN is not set"},
        },
    },
    "post": {
        "summary": "Messages and statuses, in the Cloud API's format",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {"description": "Every item is stored"},
            "400": {"description": "Not JSON"},
            "401": {"description": "The signature is missing or wrong"},
            "404": {"description": "No WhatsApp secret is set"},
            "408": {"description": "The body did not arrive in time"},
            "413": {"description": "The body is too large"},
            "429": {"description": "Too many requests"},
            "503": {"description": "Not stored: send it again"},
        },
    },
}
