"""What went out, what waits, and what was not sent; each with its decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import effects as events
from medicalcor.schemas.events import people as people_events

SQL = statements("medicalcor.readmodels.effects", "projection.sql")
TABLES = ("effects",)
_STATUS = {"send": "planned", "hold": "held", "refuse": "refused"}


def _id(recorded: Recorded, name: str = "effect_id") -> UUID | None:
    value = recorded.plain[name]
    return UUID(value) if value else None


def _time(value: Any) -> datetime:
    return datetime.fromisoformat(value)


def _time_or_none(value: Any) -> datetime | None:
    return _time(value) if value else None


def _planned(recorded: Recorded) -> Statement:
    event = recorded.event if isinstance(recorded.event, events.EffectPlanned) else None
    plain, decision = recorded.plain, recorded.plain["decision"]
    refused = decision["verdict"] == "refuse"
    return SQL["plan"], (
        _id(recorded),
        plain["key"],
        plain["kind"],
        recorded.subject_id,
        _id(recorded, "lead_id"),
        _id(recorded, "conversation_id"),
        _id(recorded, "cause_id"),
        plain["purpose"],
        plain["author"],
        event.content.model_dump(mode="json") if event else None,
        decision,
        _STATUS[decision["verdict"]],
        recorded.occurred_at,
        _time_or_none(decision["hold_until"]),
        recorded.occurred_at if refused else None,
        _time_or_none(plain.get("useless_after")),
        _time_or_none(plain.get("asked_at")),
    )


def _sent(recorded: Recorded) -> Statement:
    provider_id = recorded.event.provider_id if isinstance(recorded.event, events.EffectSent) else None
    return SQL["sent"], (
        _id(recorded),
        _time(recorded.plain["at"]),
        provider_id,
    )


def _status_changed(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["status_changed"], (
        _id(recorded),
        plain["status"],
        _time(plain["at"]),
        plain["reason"],
    )


def _waiting(recorded: Recorded) -> Statement:
    status = "unknown" if recorded.type == events.EffectUnknown.type else "delayed"
    plain = recorded.plain
    return SQL["waiting"], (
        _id(recorded),
        status,
        plain["reason"],
        _time(plain["again_at"]),
    )


def _held(recorded: Recorded) -> Statement:
    decision = recorded.plain["decision"]
    return SQL["held"], (_id(recorded), _time_or_none(decision["hold_until"]), decision)


def _ended(recorded: Recorded) -> Statement:
    plain = recorded.plain
    status = {
        events.EffectFailed.type: "failed",
        events.EffectRefused.type: "refused",
        events.EffectVoided.type: "void",
    }[recorded.type]
    decision = plain.get("decision")
    reason = decision["reasons"][0] if decision else plain["reason"]
    return SQL["ended"], (
        _id(recorded),
        status,
        reason,
        recorded.occurred_at,
        decision,
    )


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


APPLY: Mapping[str, Sequence[Project]] = {
    events.EffectPlanned.type: (_planned,),
    events.EffectSent.type: (_sent,),
    events.EffectStatusChanged.type: (_status_changed,),
    events.EffectUnknown.type: (_waiting,),
    events.EffectDelayed.type: (_waiting,),
    events.EffectHeld.type: (_held,),
    events.EffectFailed.type: (_ended,),
    events.EffectRefused.type: (_ended,),
    events.EffectVoided.type: (_ended,),
    people_events.PersonErased.type: (_erased,),
}
