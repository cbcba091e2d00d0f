"""A telephone call, in the words that Twilio's side and the voice agent's side share."""

from typing import Literal, TypeAlias

from pydantic import Field

from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import Procedure, Role

Direction: TypeAlias = Literal["inbound", "outbound"]
CallerKind: TypeAlias = Literal["phone", "sip", "client", "withheld", "unknown"]
"""What the caller is known by; only a `phone` can be called back or written to."""
RecordingOf: TypeAlias = Literal["call", "voicemail"]

Outcome: TypeAlias = Literal["missed", "failed", "voicemail", "answered_by_agent", "handed_over"]
OUTCOME_RANK: dict[Outcome, int] = {
    "missed": 0,
    "failed": 1,
    "voicemail": 2,
    "answered_by_agent": 3,
    "handed_over": 4,
}
"""What is learned later may only say that more came of the call."""
NOT_REACHED: frozenset[Outcome] = frozenset({"missed", "failed", "voicemail"})
"""The caller waits for a person to call back."""


class CallTurn(Shape):
    """What one side said; `user` is the caller."""

    role: Role
    text: str


class CallAnalysis(Shape):
    """What a call came to. All of it may quote the caller, so it is kept sealed."""

    intent: str = Field(max_length=80)
    """A code of the scorer's or a few words of the AI's."""
    sentiment: Literal["positive", "neutral", "negative"] | None = None
    """None when nobody judged it."""
    procedures: tuple[Procedure, ...] = ()
    objections: tuple[str, ...] = ()
    next_action: str | None = None
    summary: str | None = None
    """None when AI is off: rules do not summarise."""
