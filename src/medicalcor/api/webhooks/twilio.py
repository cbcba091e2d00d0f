"""The doors for Twilio: what is to be done with a call, and how it went.

A caller waits on the line, so `/webhooks/voice` answers with something to hear whatever happens: the voice agent, a
voicemail when there is none, and the same when the database is away. Then the item is lost, not the call: every later
word of Twilio's opens it anew.
"""

from collections.abc import Mapping

from pydantic_core import to_json

from medicalcor.api import problems
from medicalcor.api.exchange import Answer, Request
from medicalcor.api.shell import Door
from medicalcor.api.webhooks import answering
from medicalcor.api.webhooks.desk import LIMIT, Desk
from medicalcor.api.webhooks.items import Item, parse, unread
from medicalcor.core.errors import InvalidInput
from medicalcor.core.log import get_logger
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings
from medicalcor.integrations.twilio import twiml
from medicalcor.integrations.twilio.forms import inbound_of, update_of
from medicalcor.integrations.twilio.signature import FORM, Proof, form_of, is_form
from medicalcor.schemas.wire.twilio import DialResult, InboundCall, RecordingUpdate, Update

PROVIDER = "twilio"
VOICE = "/webhooks/voice"
STATUS = "/webhooks/voice/status"
_XML = twiml.CONTENT_TYPE.encode()
_TAKEN = Answer(200, b'<?xml version="1.0" encoding="UTF-8"?><Response/>', _XML)

log = get_logger(__name__)


class Twilio:
    """Answers for both addresses; without TWILIO_AUTH_TOKEN they are not there."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self._desk = desk
        self._hands_over = settings.vapi_sip_uri is not None
        self._operator = answering.Operator(settings, voice_url=settings.gateway_url + VOICE)
        self._proof = Proof(
            tokens=[token.get_secret_value() for token in settings.twilio_auth_token],
            public_url=settings.gateway_url,
        )

    def doors(self, limit: Limit = LIMIT) -> list[Door]:
        return [
            Door(
                VOICE,
                PROVIDER,
                {"POST": self.voice},
                limit,
                _described(_VOICE, twiml=True),
                breaker=self._operator.breaker if self._hands_over else None,
            ),
            Door(STATUS, PROVIDER, {"POST": self.status}, limit, _described(_STATUS, twiml=False)),
        ]

    async def voice(self, request: Request) -> Answer:
        """Keep what Twilio says of the call, then say what to do with it."""
        fields = await self._fields(request)
        told: InboundCall | DialResult | RecordingUpdate | None = None
        try:
            told = _asked(fields)
            item = item_of(told, fields, path=VOICE)
        except InvalidInput as fault:
            item = unread(fault.message, dict(fields))
        try:
            await self._desk.keep(request, [item])
        except problems.Refused as refused:
            if refused.http_status != 503:
                raise
            log.warning("call_answered_but_not_stored", reason=refused.code)
        return Answer(200, self._operator.answer(told), _XML)

    async def status(self, request: Request) -> Answer:
        """Keep how a call went, or that a recording is there."""
        fields = await self._fields(request)
        try:
            item = item_of(update_of(fields), fields, path=STATUS)
        except InvalidInput as fault:
            item = unread(fault.message, dict(fields))
        await self._desk.keep(request, [item])
        return _TAKEN

    async def _fields(self, request: Request) -> Mapping[str, str]:
        """The form's fields, once it is sure that they are Twilio's."""
        if not self._proof.configured:
            raise problems.unknown_route()
        body = await request.body()
        path, query = request.scope.get("raw_path") or request.path.encode(), request.scope["query_string"]
        signed = self._proof.form(request.headers, body, path=path, query=query)
        if signed is None:
            self._desk.refuse(size=len(body))
        if signed:
            return signed
        return form_of(body) if not body or is_form(request.headers) else _fields_of(parse(body))


def _fields_of(value: object) -> dict[str, str]:
    """A JSON body's fields as a form would have them."""
    if not isinstance(value, dict):
        raise problems.not_json()
    return {
        str(name): held if isinstance(held, str) else "" if held is None else to_json(held).decode()
        for name, held in value.items()
    }


def _asked(fields: Mapping[str, str]) -> InboundCall | DialResult | RecordingUpdate:
    """`<Record action>` says that it has a recording by saying its SID."""
    if "RecordingSid" in fields and "DialCallStatus" not in fields:
        told = update_of(fields)
        if isinstance(told, RecordingUpdate):
            return told
    return inbound_of(fields)


def item_of(told: InboundCall | DialResult | Update, fields: Mapping[str, str], *, path: str) -> Item:
    """A word of Twilio's about a call, as it was posted."""
    body = to_json({"path": path, "fields": fields})
    return Item("call", told.provider_id, told.call_sid, body)


_VOICE = "Twilio asks what to do with a call: answered with TwiML"
_STATUS = "Twilio tells how a call went, or that a recording is there"


def _described(summary: str, *, twiml: bool) -> dict[str, object]:
    schema = {"schema": {"type": "object"}}
    stored = {"503": {"description": "Not stored: send it again"}} if not twiml else {}
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {FORM: schema, "application/json": schema}},
            "responses": {
                "200": {
                    "description": "TwiML: what to do next" if twiml else "Stored",
                    "content": {"application/xml": {"schema": {"type": "string"}}},
                },
                "400": {"description": "Neither a form nor JSON"},
                "401": {"description": "The signature is missing or wrong"},
                "404": {"description": "TWILIO_AUTH_TOKEN is not set"},
                "408": {"description": "The body did not arrive in time"},
                "413": {"description": "The body is too large"},
                "429": {"description": "Too many requests"},
                **stored,
            },
        }
    }
