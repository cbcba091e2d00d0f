"""The clinic's own words as they stand, and those that it gave up."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import lexicon as events

SQL = statements("medicalcor.readmodels.lexicon", "projection.sql")
TABLES = ("own_phrases",)


def _added(recorded: Recorded) -> Statement:
    phrase = recorded.plain["phrase"]
    return SQL["add_phrase"], (
        UUID(recorded.plain["phrase_id"]),
        recorded.version,
        phrase["means"],
        phrase["language"],
        phrase["phrase"],
        recorded.occurred_at,
        recorded.actor,
    )


def _removed(recorded: Recorded) -> Statement:
    return SQL["remove_phrase"], (
        UUID(recorded.plain["phrase_id"]),
        recorded.version,
        recorded.occurred_at,
        recorded.actor,
    )


APPLY: Mapping[str, Sequence[Project]] = {
    events.PhraseAdded.type: (_added,),
    events.PhraseRemoved.type: (_removed,),
}
