"""The page of the outreach policy: what it answers in each situation, asked of the policy itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from medicalcor.domain.outreach.facts import FREE_TEXT, Consent, Facts, Template
from medicalcor.domain.outreach.policy import VERSION, decide
from medicalcor.schemas.effects import Author, Purpose
from medicalcor.web.reasons import REASONS
from medicalcor.web.words import TABLES

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
WROTE = DAY - timedelta(hours=1)
ALL = (
    "marketing_whatsapp",
    "marketing_email",
    "treatment_updates",
    "appointment_reminders",
)
PURPOSES: dict[Purpose, tuple[str, Author]] = {
    "answer": ("whatsapp.text", "automatic"),
    "emergency": ("whatsapp.text", "automatic"),
    "staff_reply": ("whatsapp.text", "staff"),
    "booking": ("whatsapp.template", "automatic"),
    "receipt": ("whatsapp.template", "automatic"),
    "payment_request": ("whatsapp.template", "staff"),
    "reminder": ("whatsapp.template", "automatic"),
    "waitlist": ("whatsapp.template", "automatic"),
    "follow_up": ("whatsapp.template", "automatic"),
    "missed_call": ("whatsapp.template", "automatic"),
    "consent_question": ("whatsapp.template", "automatic"),
    "marketing": ("whatsapp.template", "automatic"),
    "opt_out_notice": ("whatsapp.text", "automatic"),
}
"""What each is for, in the form that it usually has, and who writes it."""
Row = dict[str, Any]
BLANK: Row = {"consents": (), "asked_at": None, "last_inbound_at": None}
FULL = tuple(DAY - timedelta(hours=n) for n in (1, 2, 3))
SITUATIONS: dict[str, Row] = {
    "nothing in the way": {},
    "agreed to and asked for nothing, never wrote": BLANK,
    "does not want messages of this kind": {"consents": (), "refused": (*ALL, "data_processing")},
    "opted out": {"opted_out_at": DAY - timedelta(minutes=1)},
    "opted out, then wrote again": {"opted_out_at": DAY - timedelta(hours=2)},
    "a colleague has taken over": {"taken_over": True},
    "last wrote two days ago": {"last_inbound_at": DAY - timedelta(days=2)},
    "quiet hours": {"now": NIGHT, "last_inbound_at": NIGHT - timedelta(hours=1)},
    "quiet hours, of use for an hour": {
        "now": NIGHT,
        "last_inbound_at": NIGHT - timedelta(hours=1),
        "useless_after": NIGHT + timedelta(hours=1),
    },
    "written to as often as may be": {"unasked_at": FULL, "marketing_at": FULL[:2]},
    "template paused": {"state": "paused"},
    "template switched off": {"state": "disabled"},
    "no address, or erased": {"has_address": False},
}


def page() -> str:
    """`docs/reference/outreach.md`."""
    return "\n".join(
        ["# Whom we write to, and when", "", *_introduction(), "", *_table(), "", *_reasons(), ""]
    )


def _introduction() -> list[str]:
    return [
        f"Policy {VERSION}, asked of `domain/outreach/policy.py` itself and written by `make docs`. Why the rules are so:",
        "[decision 22](../decisions/0022-whom-we-write-to.md). The patient has agreed to everything, wrote an hour ago and is in",
        "the clinic's zone, unless the row says otherwise; quiet hours and limits are those of the settings `QUIET_HOURS`,",
        "`UNASKED_PER_DAY` and `MARKETING_PER_WEEK`. Alerts to staff always reach them; the CRM is told unless it is off or the",
        "person erased. The same question is asked when a message is planned and again when it is sent. `medicalcor effects why ID`",
        'and "Why?" beside each message show what was looked at.',
    ]  # fmt: skip


def _table() -> list[str]:
    rows = ["| | " + " | ".join(TABLES["purpose"][one] for one in PURPOSES) + " |"]
    rows.append("| --- |" + " --- |" * len(PURPOSES))
    for situation, told in SITUATIONS.items():
        rows.append(f"| {situation} | " + " | ".join(_answer(one, told) for one in PURPOSES) + " |")
    return rows


def _answer(purpose: Purpose, told: Row) -> str:
    decision = decide(_facts(purpose, told))
    match decision.verdict:
        case "send":
            return "**sent**"
        case "hold":
            return f"held: {', '.join(decision.reasons)}"
        case _:
            return f"no: {', '.join(decision.reasons)}"


def _facts(purpose: Purpose, told: Row) -> Facts:
    kind, author = PURPOSES[purpose]
    state = told.get("state")
    usual = Facts(
        now=DAY,
        kind=kind,
        purpose=purpose,
        author=author,
        consents=tuple(Consent(purpose=one) for one in ALL),
        asked_at=DAY - timedelta(days=1),
        last_inbound_at=WROTE,
        zone="Europe/Bucharest",
        quiet_hours="21:00-08:00",
    )
    facts = replace(usual, **{name: value for name, value in told.items() if name != "state"})
    if kind in FREE_TEXT:
        return facts
    until = facts.now + timedelta(hours=2) if state == "paused" else None
    return replace(facts, template=Template(name="x", language="ro", state=state, until=until))


def _reasons() -> list[str]:
    lines = ["## What the reasons mean", "", "| code | in words |", "| --- | --- |"]
    return [*lines, *(f"| `{code}` | {words} |" for code, words in REASONS["decision"].items())]
