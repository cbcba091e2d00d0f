"""Scoring by rules: pure, offline, and able to say why. The rubric's tables, in the rubric's order."""

from typing import Final

from medicalcor.domain.scoring import lexicon
from medicalcor.domain.scoring.explain import confidence, reasoning, suggested_action
from medicalcor.domain.scoring.facts import Facts, gather
from medicalcor.domain.scoring.gate import intent_of
from medicalcor.schemas.common import Classification, Procedure, Urgency
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput

VERSION: Final = lexicon.VERSION

_HIGH_VALUE: Final = frozenset({Procedure.ALL_ON_X, Procedure.IMPLANT, Procedure.SINUS_LIFT_BONE_GRAFT})
_HIGH_VALUE_IF_MANY: Final = frozenset({Procedure.VENEERS, Procedure.CROWN})
_NO_LEAD: Final = frozenset({"opt_out", "not_a_patient", "withdrawn", "smalltalk"})


def score(facts: ScoringInput) -> ScoringOutput:
    known = gather(facts)
    intent = intent_of(known)
    _as_the_intent_has_it(known, intent)
    points = _points(known, intent)
    return ScoringOutput(
        score=points,
        classification=Classification.of(points),
        confidence=confidence(known, intent, points),
        reasoning=reasoning(known, intent, points),
        suggested_action=suggested_action(known, intent, points),
        procedures=tuple(sorted(known.procedures)),
        budget=known.budget,
        intent_to_book=known.book,
        urgency=_urgency(known, points),
        emergency=known.emergency,
        opt_out=known.opt_out,
        language=known.language,
        evidence=tuple(known.evidence),
        intent=intent,
    )


def _as_the_intent_has_it(known: Facts, intent: str) -> None:
    """What does not go with an intent is not reported beside it (rubric, open cases)."""
    if intent in _NO_LEAD or intent == "existing_patient":
        known.procedures.clear()
    if intent in _NO_LEAD:
        known.book = False
        known.budget = known.has("budget") and intent == "withdrawn"
        known.acute = known.emergency
        return
    if intent == "existing_patient":
        moved = known.has("logistics:move") or (known.last.has("no") and known.last.has("can"))
        known.book = moved or (known.book and not known.has("logistics:cancel", "logistics:confirm"))
        known.budget = False
        return
    if intent == "complaint":
        known.procedures.clear()
        known.budget = False
    if (known.visiting or known.has("soon.asap")) and known.procedures and not known.has("not_now"):
        known.book = True
    if known.book and not known.procedures and not known.acute and intent == "prospect":
        known.procedures.add(Procedure.CONSULTATION)
    known.book = known.book or (known.call_me and intent != "complaint")


def _points(known: Facts, intent: str) -> int:
    if intent in _NO_LEAD:
        return 1
    if intent == "existing_patient":
        return 3 if known.book else 2
    if intent == "complaint":
        return 2
    wanted = known.procedures
    high = bool(wanted & _HIGH_VALUE or (known.many and wanted & _HIGH_VALUE_IF_MANY))
    if high and (known.budget or known.book or known.acute):
        return 5
    if known.acute or (wanted and known.book) or (high and known.plan):
        return 4
    return 3 if wanted else 2


def _urgency(known: Facts, points: int) -> Urgency:
    if known.acute:
        return Urgency.HIGH_PRIORITY
    if points == 1:
        return Urgency.LOW
    return Urgency.HIGH if points >= 4 or (known.soon and known.book) else Urgency.NORMAL
