"""Every combination of the facts that matter."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

from medicalcor.domain.outreach.facts import Consent, Facts, Template
from medicalcor.schemas.effects import Purpose

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, 11 in the morning in Bucharest."""
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
ZONE = "Europe/Bucharest"
QUIET = "21:00-08:00"
TO_PATIENT: tuple[Purpose, ...] = tuple(p for p in get_args(Purpose) if p not in ("crm", "staff_alert"))
PURPOSES = ("marketing_whatsapp", "marketing_email", "treatment_updates", "appointment_reminders")
ALL = tuple(Consent(purpose=one, text_version="3", at=NOW - timedelta(days=90)) for one in PURPOSES)


def template(state: str | None = None, until: timedelta | None = None, *, now: datetime = NOW) -> Template:
    end = now + until if until else None
    return Template(name="reminder", language="ro", state=state, until=end)  # type: ignore[arg-type]  # states by name


REACH: dict[str, dict[str, Any]] = {
    "can be reached": {},
    "channel off": {"channel_on": False},
    "no address": {"has_address": False},
    "erased": {"erased": True},
}
SILENCE: dict[str, dict[str, Any]] = {
    "wants messages": {},
    "opted out before they wrote": {"opted_out_at": -timedelta(days=3)},
    "opted out since": {"opted_out_at": -timedelta(seconds=1)},
    "suppressed": {"suppressed": True},
    "taken over": {"taken_over": True},
}
WROTE = {
    "never": None,
    "just now": -timedelta(minutes=1),
    "today": -timedelta(hours=20),
    "long ago": -timedelta(days=2),
}
AGREED: dict[str, dict[str, Any]] = {
    "to nothing": {},
    "to all": {"consents": ALL, "asked_at": -timedelta(days=1)},
    "refused all": {"refused": (*PURPOSES, "data_processing")},
}
LATELY: dict[str, dict[str, Any]] = {
    "left alone": {},
    "as often as may be": {
        "unasked_at": tuple(-timedelta(hours=h) for h in (1, 2, 3)),
        "marketing_at": (-timedelta(days=1), -timedelta(days=2)),
        "consent_asked_at": -timedelta(days=1),
    },
}
FORMS: dict[str, dict[str, Any]] = {
    "free text": {"kind": "whatsapp.text"},
    "template": {"kind": "whatsapp.template", "template": template()},
    "paused template": {"kind": "whatsapp.template", "template": template("paused", timedelta(hours=2))},
    "disabled template": {"kind": "whatsapp.template", "template": template("disabled")},
    "mail": {"kind": "email.message"},
}
USE = {"for ever": None, "for an hour": timedelta(hours=1)}


def _at(now: datetime, value: Any) -> Any:
    """Times in the tables are spans from now."""
    if isinstance(value, timedelta):
        return now + value
    if isinstance(value, tuple) and value and isinstance(value[0], timedelta):
        return tuple(now + one for one in value)
    return value


def every_case() -> Iterator[Facts]:
    tables = (REACH.values(), SILENCE.values(), AGREED.values(), LATELY.values(), FORMS.values())
    for now, purpose, author in product((NOW, NIGHT), TO_PATIENT, ("automatic", "staff")):
        if author == "staff" and purpose not in ("staff_reply", "payment_request", "booking", "marketing"):
            continue
        for wrote, use, *rows in product(WROTE.values(), USE.values(), *tables):
            if now == NIGHT and rows[0]:
                continue  # who cannot be reached by day cannot by night
            told = {name: _at(now, value) for row in rows for name, value in row.items()}
            if told.get("template") is not None and told["template"].until:
                told["template"] = template("paused", timedelta(hours=2), now=now)
            yield Facts(
                now=now,
                purpose=purpose,
                author=author,  # type: ignore[arg-type]  # one of the two
                last_inbound_at=_at(now, wrote),
                useless_after=_at(now, use),
                zone=ZONE,
                quiet_hours=QUIET,
                **told,
            )
