"""The one rule about whom we write to: person × channel × purpose × time × content → decision.

Asked when an effect is planned and again when it is sent; the first rule that holds decides. What stands in the way
for good refuses; what stands in the way for now holds, until the first moment at which nothing does.
docs/decisions/0022 says why the rules are as they are, docs/reference/outreach.md is written from them.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from medicalcor.domain.outreach import hours
from medicalcor.domain.outreach.facts import FREE_TEXT, Consent, Facts, kept, read
from medicalcor.schemas.decisions import Decision, Reason, Verdict
from medicalcor.schemas.effects import Purpose

VERSION = "2"

UNASKED: frozenset[Purpose] = frozenset(
    {"marketing", "reminder", "waitlist", "follow_up", "missed_call", "consent_question"}
)
"""What nobody waits for: not in quiet hours, and not too often."""
CONVERSATION: frozenset[Purpose] = UNASKED - {"reminder"} | {"answer"}
"""What a machine leaves to the colleague who has taken over. Reminders and what was booked or paid go on."""
UNLIMITED: frozenset[Purpose] = frozenset({"reminder"})
"""Counts towards the day's limit and is not held back by it: a visit forgotten harms more than a message too many."""
_FOLLOW_UP = ("marketing_whatsapp", "treatment_updates", "appointment_reminders")
"""Any of these lets us write to somebody who called."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
TALKING = timedelta(minutes=15)
"""Who wrote so lately has the telephone in hand: a question about consent may follow at any hour."""
ASKED_AGAIN = timedelta(days=30)
"""Outside the window a consent is asked for once in this time."""


class DecidedByOtherRules(ValueError):
    """The decision was made by another version of the policy."""


def decide(facts: Facts) -> Decision:
    """Send, hold or refuse, with the reasons in the order in which they weighed."""
    if facts.kind == "staff.alert":
        return _decision("send", ("staff_alert",), facts)
    barrier = _barrier(facts)
    if barrier is not None:
        return _decision("refuse", (barrier,), facts)
    until, reasons = _next(facts)
    if not reasons:
        return _decision("send", (_why(facts),), facts)
    by_then = _barrier(replace(facts, now=until))
    if by_then is not None:
        return _decision("refuse", (*reasons, by_then), facts)
    return _decision("hold", reasons, facts, until)


def replay(decision: Decision) -> Decision:
    """The decision once more, from nothing but the facts that were kept with it.

    Raises `DecidedByOtherRules` when these are not the rules that it was made by.
    """
    if decision.policy != VERSION:
        raise DecidedByOtherRules(f"It was decided by policy {decision.policy}; this is policy {VERSION}.")
    return decide(read(decision.evidence))


def _barrier(facts: Facts) -> Reason | None:
    """What stands in the way for good."""
    if facts.declined is not None:
        return facts.declined
    if not facts.channel_on:
        return "channel_off"
    if facts.erased:
        return "person_erased"
    if facts.purpose == "crm":
        return None
    if not facts.has_address:
        return "no_address"
    return _unwanted(facts) or _not_agreed(facts) or _not_taken(facts) or _too_late(facts)


def _unwanted(facts: Facts) -> Reason | None:
    """Who asked for silence gets it. An emergency is told all the same, and once that the wish was heard."""
    if facts.purpose in {"emergency", "opt_out_notice"}:
        return None
    if facts.opted_out_at is not None and not _wrote_again(facts):
        return "opted_out"
    if facts.suppressed and facts.opted_out_at is None:
        return "suppressed_address"
    if facts.taken_over and facts.author == "automatic" and facts.purpose in CONVERSATION:
        return "taken_over"
    return None


def _wrote_again(facts: Facts) -> bool:
    """A colleague may answer somebody who opted out and then wrote again; a machine may not."""
    if facts.author != "staff" or facts.last_inbound_at is None or facts.opted_out_at is None:
        return False
    return facts.purpose not in UNASKED and facts.last_inbound_at > facts.opted_out_at


def _not_agreed(facts: Facts) -> Reason | None:
    """What nobody asked us for needs a ground; which one depends on what it is for."""
    if facts.purpose in UNASKED and "data_processing" in facts.refused:
        return "consent_refused"
    match facts.purpose:
        case "marketing" | "follow_up":
            return None if relied_on(facts) else "no_consent"
        case "missed_call":
            return None if facts.last_inbound_at or relied_on(facts) else "no_consent"
        case "reminder":
            return "consent_refused" if "appointment_reminders" in facts.refused else None
        case "waitlist":
            return None if facts.asked_at else "not_asked_for"
        case "consent_question":
            # who has just ticked a box is asked whether it was they, at each of their addresses
            return "asked_lately" if facts.asked_at is None and _asked_lately(facts) else None
        case _:
            return None


def relied_on(facts: Facts) -> Consent | None:
    """The consent that lets it go, where one is needed or helps."""
    match facts.purpose:
        case "marketing":
            return facts.agreed(f"marketing_{facts.kind.partition('.')[0]}")
        case "follow_up":
            return facts.agreed("treatment_updates")
        case "reminder":
            return facts.agreed("appointment_reminders")
        case "missed_call":
            return next((found for name in _FOLLOW_UP if (found := facts.agreed(name))), None)
        case _:
            return None


def _asked_lately(facts: Facts) -> bool:
    asked = facts.consent_asked_at
    return not facts.window_open and asked is not None and facts.now < asked + ASKED_AGAIN


def _not_taken(facts: Facts) -> Reason | None:
    """What WhatsApp would not take."""
    if facts.kind in FREE_TEXT and not facts.window_open:
        return "window_closed"
    match _state(facts):
        case "disabled":
            return "template_disabled"
        case "unknown":
            return "template_unknown"
        case _:
            return None


def _state(facts: Facts) -> str | None:
    """What we believe of the template now. For an emergency WhatsApp is tried whatever we believe."""
    known = facts.template
    if known is None or facts.purpose == "emergency" or (known.until and known.until <= facts.now):
        return None
    return known.state


def _next(facts: Facts) -> tuple[datetime, tuple[Reason, ...]]:
    """The first moment at which it may go, and what it waits for; no reasons when that is now.

    A paused template and full limits only get better with time, so the quiet hours are asked last.
    """
    at, reasons = facts.now, list[Reason]()
    if _state(facts) == "paused" and facts.template and facts.template.until:
        at = facts.template.until
        reasons.append("template_paused")
    free = _below_the_limits(facts)
    if free > at:
        at = free
        reasons.append("frequency_cap")
    if facts.purpose in UNASKED and not _talking(facts, at):
        end = hours.over_at(at, hours.parse(facts.quiet_hours), facts.zone)
        if end is not None:
            at = end
            reasons.append("quiet_hours")
    return at, tuple(reasons)


def _talking(facts: Facts, at: datetime) -> bool:
    wrote = facts.last_inbound_at
    return facts.purpose == "consent_question" and wrote is not None and at < wrote + TALKING


def _below_the_limits(facts: Facts) -> datetime:
    """When neither the day's limit nor the week's for offers is reached any more."""
    at = facts.now
    if facts.purpose in UNASKED - UNLIMITED:
        at = max(at, _room(facts.unasked_at, facts.unasked_per_day, _DAY, at))
    if facts.purpose == "marketing":
        at = max(at, _room(facts.marketing_at, facts.marketing_per_week, _WEEK, at))
    return at


def _room(sent: tuple[datetime, ...], most: int, within: timedelta, now: datetime) -> datetime:
    """When fewer than `most` lie within the time before: as soon as the `most`-th latest is that old."""
    lately = sorted((at for at in sent if at > now - within), reverse=True)
    return lately[most - 1] + within if len(lately) >= most else now


def _too_late(facts: Facts) -> Reason | None:
    return "too_late" if facts.useless_after is not None and facts.now >= facts.useless_after else None


def _why(facts: Facts) -> Reason:
    match facts.purpose:
        case "answer":
            hot = facts.template is not None and facts.template.name == "hot_lead_ack"
            return "hot_lead" if hot else "answers_a_message"
        case "staff_reply":
            return "staff_wrote"
        case "crm":
            return "crm_sync"
        case purpose:
            return purpose


def _decision(
    verdict: Verdict, reasons: tuple[Reason, ...], facts: Facts, until: datetime | None = None
) -> Decision:
    consent = relied_on(facts)
    seen: dict[str, JsonValue] = {
        "window_open": facts.window_open,
        "consent": consent.purpose if consent else None,
        "unasked": facts.purpose in UNASKED,
        "local_time": facts.now.astimezone(ZoneInfo(facts.zone)).strftime("%H:%M"),
        "decided_at": facts.now.isoformat(),
    }
    return Decision(
        verdict=verdict,
        reasons=reasons,
        hold_until=until,
        evidence={**kept(facts), **seen},
        policy=VERSION,
    )
