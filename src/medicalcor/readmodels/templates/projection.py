"""What is known of each template. Notices come in any order: the latest stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events.templates import TemplateStateLearnt

SQL = statements("medicalcor.readmodels.templates", "projection.sql")
TABLES = ("templates",)


def _learnt(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["learn"], (
        plain["template"],
        plain["language"],
        plain["state"],
        plain["reason"],
        plain["told_by"],
        datetime.fromisoformat(plain["at"]),
        datetime.fromisoformat(plain["until"]) if plain["until"] else None,
    )


APPLY: Mapping[str, Sequence[Project]] = {TemplateStateLearnt.type: (_learnt,)}
