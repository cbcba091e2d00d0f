"""What each person has agreed to, as it stands; what they were asked; and each step of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.base import Event
from medicalcor.schemas.events import consents as events
from medicalcor.schemas.events import people as people_events

SQL = statements("medicalcor.readmodels.consents", "projection.sql")
TABLES = ("consents", "consent_questions", "consent_steps")
_ANSWERED = {
    events.ConsentGranted.type: "granted",
    events.ConsentRenewed.type: "granted",
    events.ConsentDenied.type: "denied",
    events.ConsentWithdrawn.type: "denied",
    events.ConsentDoubtSettled.type: "settled",
}


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _note(recorded: Recorded) -> str | None:
    return getattr(recorded.event, "note", None)


def _asked(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["ask"], (
        _id(plain["question_id"]),
        recorded.subject_id,
        _id(plain["conversation_id"]),
        _id(plain["effect_id"]),
        plain["channel"],
        plain["address_key"],
        plain["purposes"],
        plain["occasion"],
        plain["text_version"],
        plain["text_hash"],
        plain["language"],
        plain["clinic"],
        recorded.occurred_at,
        _id(plain["by"]),
    )


def _claimed(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["claim"], (
        recorded.subject_id,
        plain["purposes"],
        plain["address_key"],
        plain["channel"],
        plain["text_version"],
        plain["text_hash"],
        plain["language"],
        _id(plain["evidence_id"]),
        recorded.occurred_at,
    )


def _granted(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["grant"], (
        recorded.subject_id,
        plain["purposes"],
        plain["address_key"] or "",
        plain["channel"],
        plain.get("how"),
        plain["text_version"],
        plain["text_hash"],
        plain["language"],
        plain.get("clinic"),
        plain.get("occasion"),
        _id(plain.get("question_id")),
        _id(plain["evidence_id"]),
        _id(plain.get("by")),
        _note(recorded),
        recorded.occurred_at,
        _time(plain["expires_at"]),
    )


def _refused(recorded: Recorded) -> Statement:
    """Denied or withdrawn: what was agreed to before does not count any more."""
    plain = recorded.plain
    denied = recorded.type == events.ConsentDenied.type
    return SQL["deny" if denied else "withdraw"], (
        recorded.subject_id,
        plain["purposes"],
        plain["address_key"],
        plain["channel"],
        plain["how"],
        _id(plain["evidence_id"]),
        _id(plain.get("by")),
        _note(recorded),
        recorded.occurred_at,
    )


def _expired(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["expire"], (
        recorded.subject_id,
        plain["purposes"],
        plain["address_key"] or "",
        recorded.occurred_at,
    )


def _doubted(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["doubt"], (_id(plain["question_id"]), _id(plain["message_id"]), recorded.occurred_at)


def _answered(recorded: Recorded) -> Statement | None:
    question = _id(recorded.plain.get("question_id"))
    if question is None:
        return None
    return SQL["answered"], (question, _ANSWERED[recorded.type], recorded.occurred_at)


def _step(recorded: Recorded) -> Statement:
    evidence = recorded.plain.get("evidence_id") or recorded.plain.get("message_id")
    return SQL["step"], (
        recorded.position,
        recorded.subject_id,
        recorded.occurred_at,
        recorded.type,
        recorded.actor,
        _id(evidence),
        recorded.plain,
        _note(recorded),
    )


def _erased(table: str) -> Project:
    def erase(recorded: Recorded) -> Statement:
        return SQL[f"erase_{table}"], (recorded.subject_id,)

    return erase


_ANY: Mapping[type[Event], Any] = {
    events.ConsentAsked: (_asked,),
    events.ConsentClaimed: (_claimed,),
    events.ConsentGranted: (_granted, _answered),
    events.ConsentRenewed: (_granted, _answered),
    events.ConsentDenied: (_refused, _answered),
    events.ConsentWithdrawn: (_refused, _answered),
    events.ConsentExpired: (_expired,),
    events.ConsentDoubted: (_doubted,),
    events.ConsentDoubtSettled: (_answered,),
}
APPLY: Mapping[str, Sequence[Project]] = {
    **{event.type: (*projects, _step) for event, projects in _ANY.items()},
    people_events.OptedOut.type: (_step,),
    people_events.OptOutLifted.type: (_step,),
    people_events.PersonErased.type: tuple(_erased(table) for table in TABLES),
}
