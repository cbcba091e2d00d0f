"""What was decided, decided once more from what was kept: the same rules must come to the same."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.domain.outreach import policy
from medicalcor.domain.scoring import rules
from medicalcor.operations import effects
from medicalcor.operations.talk import as_said
from medicalcor.schemas.decisions import Decision
from medicalcor.schemas.scoring import ScoringInput, Turn

SQL = statements("medicalcor.operations", "replaying.sql")


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision, then and now. `again` is None when it cannot be made once more, and `because` says why."""

    noun: Literal["effect", "score"]
    id: UUID
    at: datetime
    then: str
    again: str | None
    because: str | None = None

    @property
    def differs(self) -> bool:
        return self.again is not None and self.again != self.then


@dataclass(frozen=True, slots=True)
class Why:
    """An effect, with each decision about it and how it comes out today."""

    effect: Row
    decisions: tuple[tuple[str, datetime, Decision, Replayed], ...]


async def why(connection: Connection, *, effect_id: UUID) -> Why:
    effect = await connection.fetchrow(SQL["effect_in_brief"], effect_id)
    if effect is None:
        raise NotFound("There is no such effect.")
    rows = await connection.fetch(SQL["decisions"], effects.stream(effect_id))
    return Why(
        effect, tuple((row["type"], row["occurred_at"], _decision(row), _replayed(row)) for row in rows)
    )


async def everything(connection: Connection) -> AsyncIterator[Replayed]:
    """Every decision about an effect, then every judgement of a lead."""
    for row in await connection.fetch(SQL["decisions"], None):
        yield _replayed(row)
    for row in await connection.fetch(SQL["scores"]):
        yield await _scored_again(connection, row)


def _decision(row: Row) -> Decision:
    return Decision.model_validate(row["decision"])


def _replayed(row: Row) -> Replayed:
    decision = _decision(row)
    try:
        again = policy.replay(decision)
    except policy.DecidedByOtherRules as other:
        return Replayed("effect", row["id"], row["occurred_at"], _in_short(decision), None, str(other))
    return Replayed("effect", row["id"], row["occurred_at"], _in_short(decision), _in_short(again))


def _in_short(decision: Decision) -> str:
    until = f" until {decision.hold_until.isoformat()}" if decision.hold_until else ""
    return f"{decision.verdict}{until}: {', '.join(decision.reasons)}"


async def _scored_again(connection: Connection, row: Row) -> Replayed:
    """By the rules: what AI said is not said twice the same."""
    by, then = row["by"], f"{row['classification']} {row['score']}"
    if by["scorer"] != "rules" or by["version"] != rules.VERSION:
        because = f"It was scored by {by['scorer']} {by['version']}."
        return Replayed("score", row["id"], row["occurred_at"], then, None, because)
    said = await connection.fetch(SQL["said"], [UUID(one) for one in row["turns"]])
    if any(turn["body"] is None for turn in said):
        return Replayed("score", row["id"], row["occurred_at"], then, None, "What was said is erased.")
    turns = tuple(Turn(role=one.role, content=one.text) for one in map(as_said, said))
    output = rules.score(ScoringInput(channel=row["channel"], messages=turns, language=row["language"]))
    return Replayed(
        "score", row["id"], row["occurred_at"], then, f"{output.classification.value} {output.score}"
    )
