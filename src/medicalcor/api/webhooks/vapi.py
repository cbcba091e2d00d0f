"""The door for Vapi: what the voice agent asks is answered in line, what it tells is kept. Always with 200.

A call is answered and put through even when the database is away: who answers it, and the clinic's number, are read from
the settings alone.
"""

from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from medicalcor.api import metrics, problems
from medicalcor.api.exchange import Answer, Request
from medicalcor.api.shell import Door
from medicalcor.api.webhooks import vapi_assistant
from medicalcor.api.webhooks.desk import LIMIT, Desk
from medicalcor.api.webhooks.items import Item, canonical, parse, unread
from medicalcor.api.webhooks.vapi_tools import Tools
from medicalcor.core import clock
from medicalcor.core.log import get_logger
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings
from medicalcor.integrations.vapi import replies
from medicalcor.integrations.vapi.signature import Proof
from medicalcor.schemas.wire import vapi as wire
from medicalcor.schemas.wire.vapi_secrets import without_secrets

PROVIDER = "vapi"
PATH = "/webhooks/vapi"
CHATTER = frozenset(
    {
        "assistant.speechStarted",
        "assistant.started",
        "conversation-update",
        "model-output",
        "speech-update",
        "transcript",
        "user-interrupted",
        "voice-input",
    }
)
"""Not kept: every few seconds they repeat a part of what the report holds in whole, and nobody decides by them."""
KEPT_FOR_WORK = frozenset(
    {
        "end-of-call-report",
        "handoff-destination-request",
        "status-update",
        "transfer-destination-request",
    }
)

log = get_logger(__name__)


class Vapi:
    """Answers for `/webhooks/vapi`; without a secret it is not there."""

    def __init__(self, settings: Settings, desk: Desk, tools: Tools) -> None:
        self._settings = settings
        self._desk = desk
        self._tools = tools
        self._url = f"{settings.gateway_url}{PATH}"
        self._proof = Proof(
            secrets=[secret.get_secret_value() for secret in settings.vapi_webhook_secret],
            plan=settings.vapi_webhook_plan,
        )

    def door(self, limit: Limit = LIMIT) -> Door:
        return Door(PATH, PROVIDER, {"POST": self.take_in}, limit, _DESCRIPTION)

    async def take_in(self, request: Request) -> Answer:
        if not self._proof.configured:
            raise problems.unknown_route()
        body = await request.body()
        if not self._proof.accepts(request.headers, body, now=clock.now(), url=self._url):
            self._desk.refuse(size=len(body))
        # what is not JSON is refused: nobody could take the credentials out of it before it is kept
        raw = without_secrets(parse(body))
        told = news(raw)
        if told is not None:
            await self._desk.keep(request, [told])
            return _NOTHING
        try:
            message = wire.server_message(raw)
        except ValidationError:
            await self._desk.keep(request, [unread("the body has no `message` with a `type`", raw)])
            return _NOTHING
        return _answer(await self._answered(request, message, raw))

    async def _answered(self, request: Request, message: wire.ServerMessage, raw: Any) -> dict[str, Any]:
        await self._keep(request, message, split(message, raw))
        match message:
            case wire.AssistantRequest():
                return vapi_assistant.for_call(self._settings, message, url=self._url)
            case wire.ToolCalls():
                return await self._tools.run(message)
            case wire.HandoffDestinationRequest():
                return vapi_assistant.no_other(self._settings, message)
            case wire.TransferDestinationRequest():
                return vapi_assistant.transfer(self._settings, message)
            case wire.Hang():
                metrics.agent_hung()
                log.warning("voice_agent_hangs")
        return replies.nothing()

    async def _keep(self, request: Request, message: wire.ServerMessage, items: list[Item]) -> None:
        """A caller who can be put through to a person is, also when it cannot be stored."""
        if not items:
            return
        try:
            await self._desk.keep(request, items)
        except problems.Refused as refused:
            put_through = message.kind == "transfer-destination-request" and self._settings.clinic_phone
            if refused.http_status != 503 or not put_through:
                raise
            log.warning("call_put_through_but_not_stored", reason=refused.code)


def news(raw: Any) -> Item | None:
    """What a call's news keep, looked at no further than to tell them apart; None for all that needs more.

    The same as `split` makes of them: nearly all messages are such, and the workflow reads them again.
    """
    message = raw.get("message") if isinstance(raw, dict) else None
    if not isinstance(message, dict):
        return None
    kind, call, status = message.get("type"), message.get("call"), message.get("status")
    call_id = call.get("id") if isinstance(call, dict) else None
    if not isinstance(call_id, str) or not call_id:
        return None
    if kind == "status-update" and isinstance(status, str):
        return Item("event", f"{call_id}:{kind}:{status}", call_id, to_json(raw))
    if kind == "end-of-call-report":
        return Item("report", f"{call_id}:{kind}", call_id, to_json(raw))
    return None


def split(message: wire.ServerMessage, raw: Any) -> list[Item]:
    """What of a message is kept: at most one item. The answers to what is asked in a call are not kept here."""
    if message.kind in CHATTER or isinstance(message, wire.AssistantRequest):
        return []
    if isinstance(message, wire.ToolCalls):
        return [] if message.calls else [unread("the message names no tool", raw)]
    if message.kind not in KEPT_FOR_WORK:
        return [_notice(message, raw)]
    if type(message) is wire.ServerMessage or message.call is None:
        return [unread(f"the {message.kind} has no call, or not the shape that Vapi documents", raw)]
    kind = "report" if isinstance(message, wire.EndOfCallReport) else "event"
    return [Item(kind, message.key, message.call.id, to_json(raw))]


def _notice(message: wire.ServerMessage, raw: Any) -> Item:
    identity = canonical(raw) if message.timestamp is None else message.key
    return Item("notice", identity, message.call.id if message.call else identity, to_json(raw))


def _answer(payload: dict[str, Any]) -> Answer:
    return Answer(200, to_json(payload), b"application/json")


_NOTHING = _answer(replies.nothing())


_DESCRIPTION = {
    "post": {
        "summary": "Vapi's server messages; assistants, tools and transfers are answered in line",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {
                "description": "Kept, or answered in the body",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "400": {"description": "Not JSON"},
            "401": {"description": "No credential of ours, or a wrong one"},
            "404": {"description": "VAPI_WEBHOOK_SECRET is not set"},
            "408": {"description": "The body did not arrive in time"},
            "413": {"description": "The body is too large"},
            "429": {"description": "Too many requests"},
            "503": {"description": "Not stored: send it again"},
        },
    }
}
