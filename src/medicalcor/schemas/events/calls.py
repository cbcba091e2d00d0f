"""What happens in a telephone call. Stream `call-<id>`."""

from typing import Annotated, ClassVar, Literal

from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.calls import CallAnalysis, CallerKind, CallTurn, Direction, Outcome, RecordingOf
from medicalcor.schemas.common import CallId, ConversationId, Language, LeadId, MessageId, PersonId


class CallStarted(Event):
    """Somebody called, or we did; told first by Twilio or by the voice agent."""

    type: ClassVar[str] = "call.started"
    call_id: CallId
    person_id: PersonId
    lead_id: LeadId
    conversation_id: ConversationId
    direction: Direction
    twilio_sid: str | None = None
    vapi_id: str | None = None
    caller_kind: CallerKind
    caller: Annotated[str | None, Personal()] = None
    """The address of a caller that is no telephone; a telephone's number is the person's address."""


class CallLinked(Event):
    """The other provider tells of the same call: its id for it is known now."""

    type: ClassVar[str] = "call.linked"
    call_id: CallId
    lead_id: LeadId
    twilio_sid: str | None = None
    vapi_id: str | None = None


class CallStatusChanged(Event):
    """Where the call stands. Never goes backwards: by `rank`, then by the provider's `sequence`."""

    type: ClassVar[str] = "call.status_changed"
    call_id: CallId
    lead_id: LeadId
    status: str
    """The provider's word: queued, ringing, in-progress, completed, busy, failed, no-answer, canceled …"""
    rank: int
    sequence: int | None = None
    seconds: int | None = None
    """How long it has been, where that was told."""


class AgentReached(Event):
    """The leg to the voice agent is over or under way: whether anybody took the call there."""

    type: ClassVar[str] = "call.agent_reached"
    call_id: CallId
    lead_id: LeadId
    answered: bool
    status: str
    """Twilio's `DialCallStatus`, or the agent's own word."""
    seconds: int | None = None


class PersonWanted(Event):
    """The caller asked the voice agent for a person, at once or to call back."""

    type: ClassVar[str] = "call.person_wanted"
    call_id: CallId
    lead_id: LeadId
    at_once: bool


class CallEnded(Event):
    """The call is over, and this is what came of it. Said again when later news says that more came of it."""

    type: ClassVar[str] = "call.ended"
    call_id: CallId
    lead_id: LeadId
    outcome: Outcome
    direction: Direction = "inbound"
    seconds: int | None = None
    reason: str | None = None
    """The provider's word for why it ended."""


class CallRecorded(Event):
    """There is a recording at Twilio, or it is certain that there will be none."""

    type: ClassVar[str] = "call.recorded"
    call_id: CallId
    lead_id: LeadId
    recording_sid: str
    of: RecordingOf
    state: Literal["said", "ready", "absent"]
    """`said`: Twilio has one and it is not there to be fetched yet."""
    seconds: int | None = None


class RecordingKept(Event):
    """We hold the sound ourselves, sealed with the person's key."""

    type: ClassVar[str] = "call.recording_kept"
    call_id: CallId
    lead_id: LeadId
    recording_sid: str
    bytes: int


class RecordingDropped(Event):
    """The sound is gone, at Twilio and here."""

    type: ClassVar[str] = "call.recording_dropped"
    call_id: CallId
    lead_id: LeadId
    recording_sid: str


class CallNotTranscribed(Event):
    """What was said could not be written down (yet); the recording waits, and staff can listen to it at Twilio."""

    type: ClassVar[str] = "call.not_transcribed"
    call_id: CallId
    lead_id: LeadId
    recording_sid: str
    reason: str
    """A code: `ai_off`, `recording_not_ready`, `ai_too_large`, …"""


class CallTranscribed(Event):
    """What was said, by whoever wrote it down."""

    type: ClassVar[str] = "call.transcribed"
    call_id: CallId
    lead_id: LeadId
    source: Literal["vapi", "openai"]
    language: Language | None = None
    message_id: MessageId | None = None
    """The message that the caller's own words became, for scoring; None when the caller said nothing."""
    turns: Annotated[tuple[CallTurn, ...], Personal()] = ()


class CallAnalysed(Event):
    """What the call came to, in the judgement of AI or of the rules."""

    type: ClassVar[str] = "call.analysed"
    call_id: CallId
    lead_id: LeadId
    by: Literal["vapi", "ai", "rules"]
    analysis: Annotated[CallAnalysis, Personal()]
