"""Scoring by rules: pure, offline, and able to say why. The rubric's tables, in the rubric's order."""

from medicalcor.domain.scoring import opinion
from medicalcor.domain.scoring.explain import confidence, evidence_of, reasoning, suggested_action
from medicalcor.domain.scoring.facts import Facts, gather
from medicalcor.domain.scoring.gate import asks_for_another_day, intent_of
from medicalcor.domain.scoring.lexicon import VERSION, lexicon
from medicalcor.domain.scoring.own import OwnWords
from medicalcor.domain.scoring.table import NO_LEAD, Signs, points
from medicalcor.domain.scoring.weights import weights
from medicalcor.schemas.common import Classification, Procedure, Urgency
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput

__all__ = ["VERSION", "score"]


def score(facts: ScoringInput, own: OwnWords | None = None) -> ScoringOutput:
    """`own`: what the clinic added to the lexicon."""
    known = gather(facts, own.book if own else lexicon())
    heard = weights()
    odds = opinion.odds(known, heard)
    opinion.weigh(known, odds)
    intent = opinion.settled_intent(known, intent_of(known), odds)
    known.evidence = [*evidence_of(known), *opinion.evidence_of(known, heard)]
    _as_the_intent_has_it(known, intent)
    worth = _points(known, intent)
    return ScoringOutput(
        score=worth,
        classification=Classification.of(worth),
        confidence=confidence(known, intent, worth, opinion.backing(intent, worth, odds)),
        reasoning=reasoning(known, intent, worth),
        suggested_action=suggested_action(known, intent, worth),
        procedures=tuple(sorted(known.procedures)),
        budget=known.budget,
        intent_to_book=known.book,
        urgency=_urgency(known, worth),
        emergency=known.emergency,
        opt_out=known.opt_out,
        language=known.language,
        evidence=tuple(known.evidence),
        intent=intent,
    )


def _as_the_intent_has_it(known: Facts, intent: str) -> None:
    """What does not go with an intent is not reported beside it (rubric, open cases)."""
    if intent in NO_LEAD or intent == "existing_patient":
        known.procedures.clear()
    if intent in NO_LEAD:
        known.book = False
        # a price in the turn that wants silence is an offer it is tired of
        told = known.said[:-1] if intent == "opt_out" else known.said
        known.budget = intent in {"withdrawn", "opt_out"} and any(said.has("budget") for said in told)
        known.acute = known.emergency
        return
    if intent == "existing_patient":
        moved = (
            known.has("logistics:move")
            or (known.last.has("no") and known.last.has("can") and not known.has("logistics:invoice"))
            or any(asks_for_another_day(said) for said in known.said)
            or (known.book and not known.last.has("logistics:cancel", "logistics:confirm"))
        )
        asks_for_paper = known.has("logistics:invoice") and not known.has("book")
        settled = asks_for_paper or known.has("logistics:cancel", "logistics:confirm")
        known.book = moved or (known.book and not settled)
        known.budget = False
        return
    if intent == "complaint":
        known.procedures.clear()
        known.budget = False
    if (
        (known.visiting or known.has("soon.asap"))
        and known.procedures - {Procedure.PEDIATRIC}
        and not known.has("not_now")
    ):
        known.book = True
    if known.book and not known.procedures and not known.acute and intent == "prospect":
        known.procedures.add(Procedure.CONSULTATION)
    known.book = known.book or (known.call_me and intent != "complaint")


def _points(known: Facts, intent: str) -> int:
    return points(
        Signs(
            intent=intent,
            procedures=frozenset(known.procedures),
            many=known.many,
            budget=known.budget,
            book=known.book,
            acute=known.acute,
            plan=known.plan,
        )
    )


def _urgency(known: Facts, worth: int) -> Urgency:
    if known.acute:
        return Urgency.HIGH_PRIORITY
    if worth == 1:
        return Urgency.LOW
    return Urgency.HIGH if worth >= 4 or (known.soon and known.book) else Urgency.NORMAL
