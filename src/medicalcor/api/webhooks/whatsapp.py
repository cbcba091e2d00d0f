"""The door for WhatsApp: Meta's handshake, messages and statuses."""

from urllib.parse import parse_qs

from medicalcor.api import problems
from medicalcor.api.exchange import Answer, Request
from medicalcor.api.shell import Door
from medicalcor.api.webhooks.desk import LIMIT, Desk
from medicalcor.api.webhooks.items import parse
from medicalcor.api.webhooks.whatsapp_items import split
from medicalcor.core.crypto import hmac
from medicalcor.core.errors import Forbidden
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings
from medicalcor.integrations.whatsapp.signature import Proof

PROVIDER = "whatsapp"
PATH = "/webhooks/whatsapp"
_TAKEN = Answer(200)


class WhatsApp:
    """Answers for `/webhooks/whatsapp`; what is not configured is not there."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self._desk = desk
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
            self._desk.refuse(size=len(body))
        await self._desk.keep(request, split(parse(body)))
        return _TAKEN


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
