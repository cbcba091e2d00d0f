"""What Vapi posts to its server URL: one message a request, of a dozen kinds and growing.

`server_message` reads any of them; a kind that is new, or one whose own part does not fit, becomes a
`ServerMessage` with what all have in common. Run what arrives through `schemas.wire.vapi_secrets` before keeping it.
"""

import re
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from pydantic import Field, ValidationError, model_validator

from medicalcor.schemas.base import Wire
from medicalcor.schemas.wire.lenient import Lenient
from medicalcor.schemas.wire.vapi_shapes import normalised

_TWILIO = re.compile(r"CA[0-9a-fA-F]{32}")
_FIRST_YEAR = 2020
"""Vapi's own: no call is older."""


class AuthPlan(Wire):
    """How a credential of Vapi's proves itself, in Vapi's own words and with its defaults: the header of a bearer token, and
    how a credential of the kind `hmac` signs."""

    header_name: str = Field(default="authorization", alias="headerName", min_length=1)

    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    signature_header: str = Field(default="x-signature", alias="signatureHeader", min_length=1)
    timestamp_header: str = Field(default="x-timestamp", alias="timestampHeader", min_length=1)
    signature_prefix: str = Field(default="", alias="signaturePrefix")
    include_timestamp: bool = Field(default=True, alias="includeTimestamp")
    payload_format: str = Field(default="{timestamp}.{body}", alias="payloadFormat", pattern=r"\{body\}")
    message_id_header: str = Field(default="svix-id", alias="messageIdHeader", min_length=1)
    signature_encoding: Literal["hex", "base64"] = Field(default="hex", alias="signatureEncoding")
    secret_is_base64: bool = Field(default=False, alias="secretIsBase64")


class Customer(Wire):
    number: Lenient[str] = None
    """E.164 as a rule; callers who hide their number have none, SIP callers something else."""
    name: Lenient[str] = None
    sip_uri: Lenient[str] = Field(default=None, alias="sipUri")
    external_id: Lenient[str] = Field(default=None, alias="externalId")


class Transport(Wire):
    call_sid: Lenient[str] = Field(default=None, alias="callSid")


class Spoken(Wire):
    """One turn of a call, or something that was done in it (`tool_calls`, `tool_call_result`)."""

    role: Lenient[str] = None
    """bot, user, system, tool_calls, tool_call_result …"""
    message: Lenient[str] = None
    seconds_from_start: Lenient[float] = Field(default=None, alias="secondsFromStart")


Variables: TypeAlias = Lenient[dict[str, Any]]
"""What an assistant's places were filled with; headers `X-…` of a SIP call are among them."""


class Artifact(Wire):
    variables: Variables = Field(default=None, alias="variableValues", repr=False)
    transcript: Lenient[str] = None
    messages: Lenient[tuple[Spoken, ...]] = None
    recording_url: Lenient[str] = Field(default=None, alias="recordingUrl")


class Analysis(Wire):
    summary: Lenient[str] = None
    structured_data: Lenient[dict[str, Any]] = Field(default=None, alias="structuredData")
    success_evaluation: Lenient[str] = Field(default=None, alias="successEvaluation")
    """Words such as "true" or "8", by the assistant's rubric."""


class Overrides(Wire):
    variables: Variables = Field(default=None, alias="variableValues", repr=False)


class Call(Wire):
    """A call, as it comes with each message and as `GET /call` answers it."""

    id: str = Field(min_length=1)
    type: Lenient[str] = None
    """inboundPhoneCall, outboundPhoneCall, webCall …"""
    name: Lenient[str] = None
    """What we named it when we asked for it: the effect's id."""
    status: Lenient[str] = None
    ended_reason: Lenient[str] = Field(default=None, alias="endedReason")
    customer: Lenient[Customer] = None
    phone_number_id: Lenient[str] = Field(default=None, alias="phoneNumberId")
    phone_call_provider_id: Lenient[str] = Field(default=None, alias="phoneCallProviderId")
    transport: Lenient[Transport] = None
    created_at: Lenient[datetime] = Field(default=None, alias="createdAt")
    updated_at: Lenient[datetime] = Field(default=None, alias="updatedAt")
    started_at: Lenient[datetime] = Field(default=None, alias="startedAt")
    ended_at: Lenient[datetime] = Field(default=None, alias="endedAt")
    cost: Lenient[float] = None
    analysis: Lenient[Analysis] = None
    artifact: Lenient[Artifact] = None
    overrides: Lenient[Overrides] = Field(default=None, alias="assistantOverrides")

    @property
    def inbound(self) -> bool:
        """Whether somebody called the clinic, as opposed to the clinic calling them."""
        return self.type != "outboundPhoneCall"

    @property
    def twilio_sid(self) -> str | None:
        """Twilio's id of the same call, where it runs over Twilio or was handed over from there."""
        own = (self.phone_call_provider_id, self.transport.call_sid if self.transport else None)
        return next((sid for sid in (*own, *self._of_header()) if sid and _TWILIO.fullmatch(sid)), None)

    @property
    def handed_over(self) -> bool:
        """Whether Twilio took the call and handed it over by SIP: then the caller's number may be known to Twilio only."""
        return bool(self._of_header())

    def _of_header(self) -> list[str]:
        """What came in a SIP header such as `X-Call-Sid`."""
        filled = [part.variables for part in (self.overrides, self.artifact) if part and part.variables]
        return [
            value
            for variables in filled
            for name, value in variables.items()
            if isinstance(value, str) and re.sub(r"[^a-z]", "", name.lower()).endswith("callsid")
        ]


class ServerMessage(Wire):
    """What all kinds have in common; alone, a kind that we do not know."""

    type: str = Field(min_length=1)
    timestamp: Lenient[float] = None
    call: Lenient[Call] = None
    customer: Lenient[Customer] = None

    @property
    def kind(self) -> str:
        """The type without the condition that may hang on it: `transcript[transcriptType="final"]`."""
        return self.type.partition("[")[0]

    @property
    def caller(self) -> str | None:
        """The number at the other end, as Vapi has it."""
        of_call = self.call.customer if self.call else None
        return (self.customer.number if self.customer else None) or (of_call.number if of_call else None)

    @property
    def at(self) -> datetime | None:
        """From Unix milliseconds; None when they mean no usable moment."""
        try:
            moment = datetime.fromtimestamp((self.timestamp or 0) / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return moment if moment.year >= _FIRST_YEAR else None

    @property
    def key(self) -> str:
        """The same whenever the same message is delivered, for counting it once."""
        call = self.call.id if self.call else "no-call"
        return ":".join([call, self.kind, *self._own_key()])

    def _own_key(self) -> list[str]:
        return [str(self.timestamp)]


class AssistantRequest(ServerMessage):
    """A call comes in on a number that has no assistant. Vapi waits 7.5 seconds for the answer."""

    def _own_key(self) -> list[str]:
        return []


class ToolCall(Wire):
    """A function that the assistant wants to be run."""

    id: str | None = None
    """None only in the legacy `function-call`, which is answered by the bare result."""
    name: str = ""
    arguments: dict[str, Any] = Field(default={}, repr=False)
    unreadable: bool = False
    """Arguments were given, but not as an object: the model made a mess of its JSON."""


class ToolCalls(ServerMessage):
    """`tool-calls` in each of its shapes, and the legacy `function-call`."""

    calls: tuple[ToolCall, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _normalise(cls, message: Any) -> Any:
        return {**message, "calls": normalised(message)} if isinstance(message, dict) else message

    @property
    def legacy(self) -> bool:
        return self.kind == "function-call"

    def _own_key(self) -> list[str]:
        return [call.id for call in self.calls if call.id] or [str(self.timestamp)]


class StatusUpdate(ServerMessage):
    status: str
    """scheduled, queued, ringing, in-progress, forwarding, ended, …"""
    ended_reason: Lenient[str] = Field(default=None, alias="endedReason")

    def _own_key(self) -> list[str]:
        return [self.status]


class EndOfCallReport(ServerMessage):
    """Addresses of recordings differ on each delivery; the recording is fetched by the call's id."""

    ended_reason: Lenient[str] = Field(default=None, alias="endedReason")
    """One of more than 600 words; see `outcome_of`."""
    started_at: Lenient[datetime] = Field(default=None, alias="startedAt")
    ended_at: Lenient[datetime] = Field(default=None, alias="endedAt")
    cost: Lenient[float] = None
    """US dollars."""
    analysis: Lenient[Analysis] = None
    artifact: Lenient[Artifact] = None

    def _own_key(self) -> list[str]:
        return []

    @property
    def transcript(self) -> str | None:
        return self.artifact.transcript if self.artifact else None

    @property
    def turns(self) -> tuple[Spoken, ...]:
        """What was said by either side, in order."""
        said = (self.artifact.messages if self.artifact else None) or ()
        return tuple(turn for turn in said if turn.message and turn.role in ("bot", "assistant", "user"))

    @property
    def seconds(self) -> float | None:
        """How long it took; None when that cannot be told, as when only one of the times names its zone."""
        if self.started_at is None or self.ended_at is None:
            return None
        if (self.started_at.tzinfo is None) != (self.ended_at.tzinfo is None):
            return None
        return max((self.ended_at - self.started_at).total_seconds(), 0.0)


class Transcript(ServerMessage):
    role: str
    transcript_type: Lenient[str] = Field(default=None, alias="transcriptType")
    transcript: str = Field(repr=False)

    @property
    def final(self) -> bool:
        return self.transcript_type == "final" or 'transcriptType="final"' in self.type


class Hang(ServerMessage):
    """The assistant is stuck waiting, often for one of our tools."""


class TransferDestinationRequest(ServerMessage):
    """The assistant wants to hand the call over and asks where to."""


class HandoffDestinationRequest(TransferDestinationRequest):
    """As that, to another assistant: there is none, so the wish is for a person."""


class ConversationUpdate(ServerMessage):
    messages: Lenient[tuple[Spoken, ...]] = None


_KINDS: dict[str, type[ServerMessage]] = {
    "assistant-request": AssistantRequest,
    "tool-calls": ToolCalls,
    "function-call": ToolCalls,
    "status-update": StatusUpdate,
    "end-of-call-report": EndOfCallReport,
    "transcript": Transcript,
    "hang": Hang,
    "transfer-destination-request": TransferDestinationRequest,
    "handoff-destination-request": HandoffDestinationRequest,
    "conversation-update": ConversationUpdate,
}


def server_message(body: Any) -> ServerMessage:
    """The message in a request's body. Raises ValidationError only when there is no message, or none with a type."""
    inner = body.get("message") if isinstance(body, dict) else None
    said = inner.get("type") if isinstance(inner, dict) else None
    kind = said.partition("[")[0] if isinstance(said, str) else ""
    try:
        return _KINDS.get(kind, ServerMessage).model_validate(inner)
    except ValidationError:
        return ServerMessage.model_validate(inner)


Outcome = Literal["completed", "handed_over", "no_answer", "refused_by_us", "failed", "unknown"]


def outcome_of(ended_reason: str | None) -> Outcome:
    """Vapi's hundreds of reasons in the few words that matter to a clinic."""
    reason = ended_reason or ""
    if reason in ("customer-busy", "customer-did-not-answer", "voicemail", "silence-timed-out"):
        return "no_answer"
    if "error" in reason or "failed" in reason or reason.startswith("pipeline"):
        return "refused_by_us" if reason.startswith("assistant-request-returned-error") else "failed"
    if "forward" in reason or "transfer" in reason:
        return "handed_over"
    if reason.startswith(("customer-ended", "assistant-ended", "assistant-said", "exceeded-max-duration")):
        return "completed"
    return "unknown"
