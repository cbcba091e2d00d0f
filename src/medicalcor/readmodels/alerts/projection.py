"""What colleagues did with alerts; the alerts themselves are effects."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import alerts as events

SQL = statements("medicalcor.readmodels.alerts", "projection.sql")
TABLES = ("alert_acts",)


def _acted(recorded: Recorded, what: str) -> Statement:
    plain = recorded.plain
    return SQL[what], (
        UUID(plain["alert_id"]),
        recorded.subject_id,
        recorded.occurred_at,
        UUID(plain["by"]),
    )


def _taken(recorded: Recorded) -> Statement:
    return _acted(recorded, "take")


def _resolved(recorded: Recorded) -> Statement:
    return _acted(recorded, "resolve")


def _reopened(recorded: Recorded) -> Statement:
    return SQL["reopen"], (
        UUID(recorded.plain["alert_id"]),
        recorded.subject_id,
        recorded.occurred_at,
    )


APPLY: Mapping[str, Sequence[Project]] = {
    events.AlertTaken.type: (_taken,),
    events.AlertResolved.type: (_resolved,),
    events.AlertReopened.type: (_reopened,),
}
