"""Why something was sent, held or refused: kept with every effect, so that any page can answer "why?"."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

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
    "booking",
    "reminder",
    "waitlist",
    "follow_up",
    "consent_question",
    "consent_refused",
    "not_asked_for",
    "asked_lately",
    "template_paused",
    "template_disabled",
    "template_unknown",
    "frequency_cap",
    "too_late",
    "opt_out_notice",
]


class Decision(Shape):
    """The policy's answer. `reasons` are codes in the order in which they weighed."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    hold_until: datetime | None = None
    evidence: dict[str, JsonValue] = Field(default_factory=dict)
    """All that was looked at, so that the same rules come to the same verdict again. Never personal data."""
    policy: str
    """The policy's version."""
