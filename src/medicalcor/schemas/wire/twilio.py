"""What Twilio posts to us about calls: forms, whose fields come and go without notice.

Only the call's SID is required, and of a recording its own. Who calls need not have a number.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from medicalcor.schemas.base import Shape, Wire

_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_WITHHELD = ("ANONYMOUS", "RESTRICTED", "UNAVAILABLE", "UNKNOWN", "BLOCKED", "PRIVATE")
_WITHHELD_NUMBERS = frozenset(f"+{word.translate(_KEYPAD)}" for word in _WITHHELD)
"""Networks that must give a number spell the word on a keypad: +266696687 is ANONYMOUS."""


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


def _blank(value: Any) -> Any:
    """Blank fields are part of the signature, and say nothing."""
    return None if value == "" else value


def _moment(value: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(value).astimezone(UTC) if value else None
    except (TypeError, ValueError, OverflowError):
        return None


Text: TypeAlias = Annotated[str | None, BeforeValidator(_blank)]
Whole: TypeAlias = Annotated[int | None, WrapValidator(_or_none)]
CallSid: TypeAlias = Annotated[str, Field(pattern=r"^CA[0-9a-fA-F]{32}$")]
RecordingSid: TypeAlias = Annotated[str, Field(pattern=r"^RE[0-9a-fA-F]{32}$")]


class Party(Shape):
    """Who is at one end of a call."""

    kind: Literal["phone", "sip", "client", "withheld", "unknown"]
    value: str | None = Field(default=None, repr=False)
    """E.164 of a phone, the address of a SIP end or the name of a client; None when there is nothing to call back."""

    @property
    def phone(self) -> str | None:
        return self.value if self.kind == "phone" else None


def party_of(address: str | None) -> Party:
    """From `From`, `To`, `Caller` or `Called`, which may be a number, an address, a word, or nothing."""
    text = (address or "").strip()
    if _is_number(text):
        withheld = text in _WITHHELD_NUMBERS
        return Party(kind="withheld") if withheld else Party(kind="phone", value=text)
    lower = text.lower()
    if not text or lower.upper() in _WITHHELD or "@anonymous.invalid" in lower:
        return Party(kind="withheld")
    if lower.startswith(("sip:", "sips:")):
        return Party(kind="sip", value=text)
    if lower.startswith("client:"):
        return Party(kind="client", value=text[len("client:") :] or None)
    return Party(kind="unknown", value=text)


def _is_number(text: str) -> bool:
    """E.164."""
    digits = text[1:]
    return (
        text[:1] == "+"
        and 7 <= len(digits) <= 15
        and digits[0] != "0"
        and digits.isascii()
        and digits.isdigit()
    )


class _Call(Wire):
    call_sid: CallSid = Field(alias="CallSid")
    account_sid: Text = Field(default=None, alias="AccountSid")
    parent_call_sid: Text = Field(default=None, alias="ParentCallSid")
    from_: Text = Field(default=None, alias="From", repr=False)
    to: Text = Field(default=None, alias="To", repr=False)
    direction: Text = Field(default=None, alias="Direction")

    @property
    def caller(self) -> Party:
        return party_of(self.from_)

    @property
    def phone(self) -> str | None:
        """The caller's number, if one is told."""
        given = (self.from_ or "").strip()
        return given if _is_number(given) and given not in _WITHHELD_NUMBERS else None

    @property
    def called(self) -> Party:
        return party_of(self.to)


class InboundCall(_Call):
    """Somebody calls: the answer is TwiML."""

    kind: Literal["inbound"] = "inbound"
    status: Text = Field(default=None, alias="CallStatus")
    forwarded_from: Text = Field(default=None, alias="ForwardedFrom", repr=False)
    caller_name: Text = Field(default=None, alias="CallerName", repr=False)
    caller_country: Text = Field(default=None, alias="FromCountry")
    """ISO 3166; a hint at the caller's language where the number says nothing."""

    @property
    def provider_id(self) -> str:
        return f"{self.call_sid}:inbound"


class DialResult(_Call):
    """The leg that we handed the call to is over: the answer is TwiML for what follows."""

    kind: Literal["dial"] = "dial"
    dial_status: str = Field(alias="DialCallStatus")
    """completed, answered, busy, no-answer, failed, canceled; or newer than this code."""
    dial_call_sid: Text = Field(default=None, alias="DialCallSid")
    dial_seconds: Whole = Field(default=None, alias="DialCallDuration")

    @property
    def provider_id(self) -> str:
        return f"{self.call_sid}:dial:{self.dial_call_sid or self.dial_status}"

    @property
    def answered(self) -> bool:
        return self.dial_status in ("completed", "answered")


class CallUpdate(_Call):
    """Where a call stands. Updates come in any order: `sequence` says which is newer."""

    kind: Literal["call"] = "call"
    status: str = Field(alias="CallStatus")
    """queued, ringing, in-progress, completed, busy, failed, no-answer, canceled; or newer than this code."""
    seconds: Whole = Field(default=None, alias="CallDuration")
    sequence: Whole = Field(default=None, alias="SequenceNumber")
    timestamp: Text = Field(default=None, alias="Timestamp")
    """RFC 2822."""
    answered_by: Text = Field(default=None, alias="AnsweredBy")
    sip_code: Whole = Field(default=None, alias="SipResponseCode")

    @property
    def at(self) -> datetime | None:
        return _moment(self.timestamp)

    @property
    def provider_id(self) -> str:
        return f"{self.call_sid}:{self.status}:{self.sequence if self.sequence is not None else '-'}"


class RecordingUpdate(_Call):
    """A recording is there, or never will be. Its address is not kept: it is made from the SID when it is fetched."""

    kind: Literal["recording"] = "recording"
    recording_sid: RecordingSid = Field(alias="RecordingSid")
    status: Text = Field(default=None, alias="RecordingStatus")
    """in-progress, completed, absent, failed. None from `<Record action>`, which says it is there by saying its SID."""
    seconds: Whole = Field(default=None, alias="RecordingDuration")
    channels: Whole = Field(default=None, alias="RecordingChannels")
    source: Text = Field(default=None, alias="RecordingSource")
    """DialVerb, RecordVerb, …: RecordVerb is a voicemail."""
    start_time: Text = Field(default=None, alias="RecordingStartTime")
    """RFC 2822."""
    error_code: Text = Field(default=None, alias="ErrorCode")

    @property
    def provider_id(self) -> str:
        return f"{self.recording_sid}:{self.status or 'said'}"

    @property
    def started_at(self) -> datetime | None:
        return _moment(self.start_time)

    @property
    def ready(self) -> bool:
        return self.status == "completed"


Update: TypeAlias = CallUpdate | RecordingUpdate


class Problem(Wire):
    """An error. `message` is left out: it quotes numbers."""

    code: Whole = None
