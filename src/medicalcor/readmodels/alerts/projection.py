"""What became of each alert: what it says is its effect; whether it waits is kept here, so that what is over costs nothing."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import alerts as events
from medicalcor.schemas.events import conversations as conversation_events
from medicalcor.schemas.events import effects as effect_events
from medicalcor.schemas.events import leads as lead_events

SQL = statements("medicalcor.readmodels.alerts", "projection.sql")
TABLES = ("alert_acts",)


def _raised(recorded: Recorded) -> Statement | None:
    plain = recorded.plain
    if plain["kind"] != "staff.alert" or plain["decision"]["verdict"] == "refuse":
        return None
    lead = UUID(plain["lead_id"]) if plain["lead_id"] else None
    return SQL["raise"], (UUID(plain["effect_id"]), recorded.subject_id, lead, recorded.occurred_at)


def _wrote(recorded: Recorded) -> Statement | None:
    return (
        _dealt_with(recorded) if recorded.plain["author"] == "staff" and recorded.plain["lead_id"] else None
    )


def _dealt_with(recorded: Recorded) -> Statement:
    """Who acts on the lead has seen to its alerts."""
    return SQL["act_on_lead"], (UUID(recorded.plain["lead_id"]), recorded.occurred_at)


def _acted(recorded: Recorded, what: str) -> Statement:
    plain = recorded.plain
    return SQL[what], (UUID(plain["alert_id"]), recorded.occurred_at, UUID(plain["by"]))


def _taken(recorded: Recorded) -> Statement:
    return _acted(recorded, "take")


def _resolved(recorded: Recorded) -> Statement:
    return _acted(recorded, "resolve")


def _reopened(recorded: Recorded) -> Statement:
    taker = recorded.plain["taken_by"]
    return SQL["reopen"], (UUID(recorded.plain["alert_id"]), UUID(taker) if taker else None)


APPLY: Mapping[str, Sequence[Project]] = {
    effect_events.EffectPlanned.type: (_raised, _wrote),
    lead_events.LeadSeen.type: (_dealt_with,),
    conversation_events.ConversationTakenOver.type: (_dealt_with,),
    events.AlertTaken.type: (_taken,),
    events.AlertResolved.type: (_resolved,),
    events.AlertReopened.type: (_reopened,),
}
