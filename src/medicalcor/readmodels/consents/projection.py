"""What each person has agreed to, as it stands."""

from collections.abc import Mapping, Sequence

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import consents as events
from medicalcor.schemas.events import people as people_events

SQL = statements("medicalcor.readmodels.consents", "projection.sql")
TABLES = ("consents",)


def _granted(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["grant"], (
        recorded.subject_id,
        plain["purposes"],
        plain["channel"],
        plain["text_version"],
        plain["language"],
        recorded.occurred_at,
    )


def _withdrawn(recorded: Recorded) -> Statement:
    return SQL["withdraw"], (recorded.subject_id, recorded.plain["purposes"], recorded.occurred_at)


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


APPLY: Mapping[str, Sequence[Project]] = {
    events.ConsentGranted.type: (_granted,),
    events.ConsentWithdrawn.type: (_withdrawn,),
    people_events.PersonErased.type: (_erased,),
}
