"""What the policy is to look at, gathered from what is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.domain.outreach import hours
from medicalcor.domain.outreach.facts import FREE_TEXT, Consent, Facts, Template
from medicalcor.domain.outreach.policy import UNASKED
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.effects import Author, Content, Purpose, WhatsAppTemplate

SQL = statements("medicalcor.operations", "outreach.sql")
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something that ought to reach somebody, before the policy has been asked."""

    key: str
    content: Content
    purpose: Purpose
    cause_id: UUID
    author: Author = "automatic"
    by: UUID | None = None
    useless_after: datetime | None = None
    """From then on it is of no use: what cannot go before is refused instead of held."""
    asked_at: datetime | None = None
    """When the person asked for it, where that is what lets it go: since when they wait for a place."""


async def facts(
    ledger: Ledger,
    connection: Connection,
    about: Row,
    intent: Intent,
    *,
    effect_id: UUID | None = None,
    beside: Sequence[Purpose] = (),
) -> Facts:
    """All of it. `about` is the conversation's standing; the rest as for `effects.judged`."""
    kind, now, settings = intent.content.kind, clock.now(), ledger.settings
    return Facts(
        now=now,
        kind=kind,
        purpose=intent.purpose,
        author=intent.author,
        template=await _template(connection, intent.content),
        channel_on=ledger.is_on(kind),
        has_address=about["reply_to"] is not None and _carries(kind, about),
        erased=about["erased_at"] is not None,
        opted_out_at=about["opted_out_at"],
        suppressed=about["suppressed"],
        taken_over=about["taken_over_by"] is not None,
        # a call opens no window for WhatsApp
        last_inbound_at=about["last_inbound_at"] if about["channel"] != "voice" else None,
        score=about["score"],
        consents=_agreed(about),
        refused=tuple(sorted(about["refused"])),
        asked_at=intent.asked_at,
        zone=hours.zone_of(about["phone"], clinic_zone=settings.clinic_timezone, at=now),
        quiet_hours=settings.quiet_hours,
        unasked_per_day=settings.unasked_per_day,
        marketing_per_week=settings.marketing_per_week,
        useless_after=intent.useless_after,
        **await _lately(connection, about, intent, effect_id, beside, now),
    )


def _carries(kind: str, about: Row) -> bool:
    """Whether this line of conversation can carry this: only who wrote on WhatsApp has a window for free text."""
    if kind in FREE_TEXT and about["channel"] == "web":
        return False
    is_mail: bool = about["reply_kind"] == "email"
    return kind.startswith("email.") == is_mail


def _agreed(about: Row) -> tuple[Consent, ...]:
    return tuple(
        _consent(purpose, (about["consent_texts"] or {}).get(purpose))
        for purpose in sorted(about["consents"])
    )


def _consent(purpose: str, given: dict[str, str | None] | None) -> Consent:
    at = given and given["at"]
    return Consent(
        purpose=purpose,
        text_version=given["text_version"] if given else None,
        at=datetime.fromisoformat(at) if at else None,
    )


async def _template(connection: Connection, content: Content) -> Template | None:
    if not isinstance(content, WhatsAppTemplate):
        return None
    known = await connection.fetchrow(SQL["template"], content.name, content.language)
    state, until = (known["state"], known["until"]) if known else (None, None)
    return Template(name=content.name, language=content.language, state=state, until=until)


async def _lately(
    connection: Connection,
    about: Row,
    intent: Intent,
    effect_id: UUID | None,
    beside: Sequence[Purpose],
    now: datetime,
) -> dict[str, Any]:
    """How often the person was written to of late without having asked; of no interest for what they wait for."""
    if intent.purpose not in UNASKED:
        return {}
    rows = await connection.fetch(SQL["unasked"], about["person_id"], effect_id, list(UNASKED), now - A_WEEK)
    sent = [(row["purpose"], row["at"]) for row in rows] + [(one, now) for one in beside if one in UNASKED]
    return {
        "unasked_at": tuple(sorted((at for _, at in sent if at > now - A_DAY), reverse=True)),
        "marketing_at": tuple(sorted((at for what, at in sent if what == "marketing"), reverse=True)),
        "consent_asked_at": now
        if "consent_question" in beside
        else await connection.fetchval(SQL["consent_asked"], about["person_id"], effect_id),
    }
