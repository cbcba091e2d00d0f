"""What was decided, decided once more from what was kept: the same rules must come to the same."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.domain.outreach import policy
from medicalcor.domain.scoring import prompt, rules
from medicalcor.domain.scoring.own import OwnWords
from medicalcor.domain.triage import mentions
from medicalcor.domain.triage import rules as triage_rules
from medicalcor.operations import effects
from medicalcor.operations.talk import as_said
from medicalcor.schemas.decisions import Decision
from medicalcor.schemas.events.lexicon import PhraseAdded
from medicalcor.schemas.scoring import Merge, OwnPhrase, ScoringInput, ScoringOutput, Turn
from medicalcor.schemas.triage import TriageResult

SQL = statements("medicalcor.operations", "replaying.sql")
_SIGNS = ("budget", "intent_to_book", "emergency", "opt_out")


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision, then and now. `again` is None when it cannot be made once more, and `because` says why."""

    noun: Literal["effect", "score", "triage", "booking"]
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
    asked_by: tuple[tuple[str, tuple[str, ...]], ...]
    """The rules of triage that asked for this task or alert, with what they ask."""


async def why(connection: Connection, *, effect_id: UUID) -> Why:
    effect = await connection.fetchrow(SQL["effect_in_brief"], effect_id)
    if effect is None:
        raise NotFound("There is no such effect.")
    rows = await connection.fetch(SQL["decisions"], effects.stream(effect_id))
    asked = await connection.fetch(SQL["asked_by"], effect_id)
    return Why(
        effect,
        tuple((row["type"], row["occurred_at"], _decision(row), _replayed(row)) for row in rows),
        tuple((row["rule"], tuple(row["actions"])) for row in asked),
    )


async def everything(connection: Connection) -> AsyncIterator[Replayed]:
    """Every decision about an effect, then every judgement of a lead and what it asked of the clinic."""
    for row in await connection.fetch(SQL["decisions"], None):
        yield _replayed(row)
    for row in await connection.fetch(SQL["scores"]):
        said = await _turns(connection, row)
        yield await _scored_again(connection, row, said)
        if row["triage"] is not None:
            yield _triaged_again(row, said)


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


async def _scored_again(connection: Connection, row: Row, said: Sequence[Turn] | None) -> Replayed:
    """By the rules, with the clinic's own words as they were then; or from what AI answered then: it is not asked twice."""
    if row["by"]["scorer"] == "ai":
        return _merged_again(row)
    by, then = row["by"], f"{row['classification']} {row['score']}"

    def told(again: str | None, because: str | None = None) -> Replayed:
        return Replayed("score", row["id"], row["occurred_at"], then, again, because)

    version, _, own = by["version"].partition("+")
    if version != rules.VERSION:
        return told(None, f"It was scored by {by['scorer']} {by['version']}.")
    if said is None:
        return told(None, "What was said is erased.")
    words = await _own_words(connection, int(own)) if own else None
    known = ScoringInput(channel=row["channel"], messages=tuple(said), language=row["language"])
    output = rules.score(known, words)
    return told(f"{output.classification.value} {output.score}")


def _merged_again(row: Row) -> Replayed:
    """What AI answered and what the rules had found, made one judgement once more."""

    def told(then: str, again: str | None, because: str | None = None) -> Replayed:
        return Replayed("score", row["id"], row["occurred_at"], then, again, because)

    by, then = row["by"], f"{row['classification']} {row['score']}"
    if row["output"] is None:
        return told(then, None, "What was said is erased.")
    if row["merge"] is None:
        return told(
            then, None, f"It was scored by {by['scorer']} {by['version']}, and its answer was not kept."
        )
    merge = Merge.model_validate(row["merge"])
    if merge.version != prompt.MERGE:
        return told(then, None, f"It was merged by rules {merge.version}; these are rules {prompt.MERGE}.")
    then = _judged(ScoringOutput.model_validate(row["output"]))
    try:
        return told(then, _judged(prompt.settled(merge)))
    except ValueError as refused:
        return told(then, str(refused))


def _judged(output: ScoringOutput) -> str:
    """A judgement without its words."""
    signs = [name for name in _SIGNS if getattr(output, name)]
    rest = (output.urgency, output.intent, output.language, *output.procedures, *signs)
    return f"{output.classification.value} {output.score}: {', '.join(rest)}"


async def _own_words(connection: Connection, version: int) -> OwnWords:
    """As they were at this version of theirs."""
    counting: dict[str, OwnPhrase] = {}
    for row in await connection.fetch(SQL["own_words_then"], version):
        told = row["payload"]
        if row["type"] == PhraseAdded.type:
            counting[told["phrase_id"]] = OwnPhrase.model_validate(told["phrase"])
        else:
            counting.pop(told["phrase_id"], None)
    return OwnWords(version, counting.values())


def _triaged_again(row: Row, said: Sequence[Turn] | None) -> Replayed:
    """What the judgement asked of whom, from the judgement itself, whoever made it."""
    then = TriageResult.model_validate(row["triage"])

    def told(again: str | None, because: str | None = None) -> Replayed:
        return Replayed("triage", row["id"], row["occurred_at"], _asked(then), again, because)

    if then.version != triage_rules.version():
        return told(None, f"It was triaged by rules {then.version or 'of before'}.")
    if said is None or row["output"] is None:
        return told(None, "What was said is erased.")
    output = ScoringOutput.model_validate(row["output"])
    return told(_asked(triage_rules.triage(output, kind=row["kind"], mentions=mentions.found_in(said))))


def _asked(result: TriageResult) -> str:
    named = " + ".join((result.rule, *result.also))
    return f"{named}: {result.routing}, {', '.join(result.required_actions) or 'nothing'}"


async def _turns(connection: Connection, row: Row) -> list[Turn] | None:
    """What was judged; None when it is erased."""
    said = await connection.fetch(SQL["said"], [UUID(one) for one in row["turns"]])
    if any(turn["body"] is None for turn in said):
        return None
    return [Turn(role=one.role, content=one.text) for one in map(as_said, said)]
