"""The one rule about whom we write to: person × channel × purpose × time × content → decision.

Asked when an effect is planned and again when it is sent; the first rule that holds decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from medicalcor.schemas.decisions import Decision, Reason
from medicalcor.schemas.effects import (
    Author,
    Content,
    Purpose,
    WhatsAppChoices,
    WhatsAppTemplate,
    WhatsAppText,
)

VERSION = "1"
_FOLLOW_UP = frozenset({"marketing_whatsapp", "treatment_updates", "appointment_reminders"})
"""Any of these lets us write to somebody who called."""
WINDOW = timedelta(hours=24)
"""WhatsApp: free text only this long after the patient's last message (Meta, customer service window)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when the question is asked. Times are zone-aware."""

    now: datetime
    content: Content
    purpose: Purpose
    author: Author
    channel_on: bool = True
    """Whether the provider is configured."""
    has_address: bool = True
    erased: bool = False
    opted_out_at: datetime | None = None
    suppressed: bool = False
    taken_over: bool = False
    last_inbound_at: datetime | None = None
    score: int | None = None
    consents: frozenset[str] = frozenset()
    """Purposes that the person has agreed to."""


def decide(facts: Facts) -> Decision:
    """Send, hold or refuse, with the reasons in the order in which they weighed."""
    if facts.content.kind == "staff.alert":
        return _decision("send", ("staff_alert",), facts)
    if not facts.channel_on:
        return _decision("refuse", ("channel_off",), facts)
    if facts.purpose == "crm":
        return _decision("refuse", ("person_erased",), facts) if facts.erased else _send("crm_sync", facts)
    barrier = _barrier(facts)
    return _decision("refuse", barrier, facts) if barrier else _send(_why(facts), facts)


def window_open(now: datetime, last_inbound_at: datetime | None) -> bool:
    """Whether WhatsApp takes free text to this person now."""
    return last_inbound_at is not None and now < last_inbound_at + WINDOW


def _barrier(facts: Facts) -> tuple[Reason, ...]:
    if facts.erased:
        return ("person_erased",)
    if not facts.has_address:
        return ("no_address",)
    if facts.purpose != "emergency":
        if facts.opted_out_at is not None and not _asked_again(facts):
            return ("opted_out",)
        if facts.suppressed and facts.opted_out_at is None:
            return ("suppressed_address",)
        if facts.taken_over and facts.author == "automatic" and facts.purpose != "receipt":
            return ("taken_over",)
    if not _agreed(facts):
        return ("no_consent",)
    if isinstance(facts.content, WhatsAppText | WhatsAppChoices) and not window_open(
        facts.now, facts.last_inbound_at
    ):
        return ("window_closed",)
    return ()


def _agreed(facts: Facts) -> bool:
    """What nobody asked us for needs a consent. Who wrote on the channel before may be written to about a call."""
    match facts.purpose:
        case "marketing":
            return f"marketing_{facts.content.kind.partition('.')[0]}" in facts.consents
        case "missed_call":
            return facts.last_inbound_at is not None or not facts.consents.isdisjoint(_FOLLOW_UP)
        case _:
            return True


def _asked_again(facts: Facts) -> bool:
    """A colleague may answer somebody who opted out and then wrote again; a machine may not."""
    if facts.author != "staff" or facts.last_inbound_at is None or facts.opted_out_at is None:
        return False
    return facts.last_inbound_at > facts.opted_out_at


def _why(facts: Facts) -> Reason:
    match facts.purpose:
        case "emergency" | "missed_call" | "receipt" | "payment_request" | "marketing":
            return facts.purpose
        case "staff_reply":
            return "staff_wrote"
        case _ if isinstance(facts.content, WhatsAppTemplate) and facts.content.name == "hot_lead_ack":
            return "hot_lead"
        case _:
            return "answers_a_message"


def _send(reason: Reason, facts: Facts) -> Decision:
    return _decision("send", (reason,), facts)


def _decision(verdict: str, reasons: tuple[Reason, ...], facts: Facts) -> Decision:
    evidence = {
        "purpose": facts.purpose,
        "author": facts.author,
        "consents": " ".join(sorted(facts.consents)),
        "opted_out": facts.opted_out_at is not None or facts.suppressed,
        "taken_over": facts.taken_over,
        "last_inbound_at": facts.last_inbound_at.isoformat() if facts.last_inbound_at else None,
        "window_open": window_open(facts.now, facts.last_inbound_at),
        "score": facts.score,
        "decided_at": facts.now.isoformat(),
    }
    return Decision.model_validate(
        {"verdict": verdict, "reasons": reasons, "evidence": evidence, "policy": VERSION}
    )
