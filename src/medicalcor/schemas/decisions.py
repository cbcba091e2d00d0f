"""Why something was sent, held or refused: kept with every effect, so that any page can answer "why?"."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from medicalcor.schemas.base import Shape

Verdict = Literal["send", "hold", "refuse"]

Reason = Literal[
    "answers_a_message",
    "emergency",
    "hot_lead",
    "missed_call",
    "receipt",
    "payment_request",
    "marketing",
    "staff_wrote",
    "crm_sync",
    "staff_alert",
    "opted_out",
    "suppressed_address",
    "taken_over",
    "window_closed",
    "no_address",
    "already_answered",
    "already_acknowledged",
    "newer_message_waits",
    "settling",
    "quiet_hours",
    "channel_off",
    "no_consent",
    "not_a_prospect",
    "person_erased",
    "just_booked",
]


class Decision(Shape):
    """The policy's answer. `reasons` are codes in the order in which they weighed."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    hold_until: datetime | None = None
    evidence: dict[str, str | int | bool | None] = Field(default_factory=dict)
    """What was looked at: ids, times, flags. Never personal data."""
    policy: str
    """The policy's version."""
