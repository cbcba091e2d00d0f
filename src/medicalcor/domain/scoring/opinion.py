"""Where the rules and the weights disagree, and one of them is sure, that one has it.

The rules are exact and know only what they were taught; the weights (`weights.py`) have heard thousands of
conversations and understand none. So a fact that the rules miss counts when the weights are sure of it, and what
they found is struck when the weights think it very unlikely, in every turn. The limits were chosen on conversations by
writers who knew neither (docs/howto/change-the-scoring.md). What the clinic added itself, and words that mean nothing
else, are never struck.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from medicalcor.domain.scoring.facts import Facts, is_needy
from medicalcor.domain.scoring.patterns import Match
from medicalcor.domain.scoring.reading import Said
from medicalcor.domain.scoring.table import NO_LEAD
from medicalcor.domain.scoring.weights import Fact, Weights
from medicalcor.schemas.scoring import Evidence


@dataclass(frozen=True, slots=True)
class Limits:
    """Logarithms of odds: above `added` a fact counts though no rule found it, below `struck` it does not though one did."""

    added: float
    struck: float
    struck_near: float = math.inf
    """Below this must also lie what the weights make of the words around what was found."""


LIMITS: Final[Mapping[Fact, Limits]] = {
    "emergency": Limits(1.0, -3.5, -2.5),
    "opt_out": Limits(2.0, -5.5, -2.5),
    "no_lead": Limits(1.0, -4.0),
    "book": Limits(3.0, -4.5, -1.0),
    "acute": Limits(1.0, -2.5, -1.0),
}
_ENOUGH: Final = 4
"""Words below which the weights have nothing to go by that would outweigh a rule."""
_FIRM: Final = ("opt_out:firm", "emergency:self_harm", "not_patient:animal")
_MISTAKEN: Final = -2.0
"""The same for whoever names a treatment and seems to be no patient: to lose one is dearer than to answer a supplier."""
_HOT: Final = 4
_NEAR: Final = 12
"""Words on either side of a match that are weighed with it."""
_NAMED: Final = 3
"""Words that are named as speaking for a fact which no rule found."""


@dataclass(frozen=True, slots=True)
class Odds:
    """What the weights make of a conversation, and the most that they make of it or of any one turn of it."""

    whole: Mapping[Fact, float]
    most: Mapping[Fact, float]
    by: Weights

    def around(self, fact: Fact, matches: Iterable[tuple[Said, Match]]) -> float:
        """The most that they make of the words around a match: a cry for help may stand in a long, calm letter."""
        passages = {tuple(_around(said, match)) for said, match in matches}
        return max(
            (self.by.likelihoods([("user", passage)])[fact] for passage in passages), default=-math.inf
        )


def odds(known: Facts, by: Weights) -> Odds:
    asked = known.asked[-1]
    before = [("user", said.words.folded) for said in known.said[:-1]]
    question = [("assistant", asked.words.folded)] if asked else []
    whole = by.likelihoods([*before, *question, ("user", known.last.words.folded)])
    if not before:
        return Odds(whole, whole, by)
    turns = [whole, *(by.likelihoods([("user", said.words.folded)]) for said in known.said)]
    return Odds(whole, {fact: max(turn[fact] for turn in turns) for fact in whole}, by)


def _around(said: Said, match: Match) -> Iterator[str]:
    """The words of a match's sentence that stand near it; what is spoken has no full stops."""
    words = said.words
    sentences = {words.sentences[match.first], words.sentences[match.last - 1]}
    for place in range(max(0, match.first - _NEAR), min(len(words.folded), match.last + _NEAR)):
        if words.sentences[place] in sentences:
            yield words.folded[place]


def weigh(known: Facts, odds: Odds) -> None:
    """Settle the facts on which rules and weights disagree, if enough is said to weigh."""
    if _is_short(known):
        return
    known.opt_out = _settled(known, odds, "opt_out", known.opt_out)
    known.emergency = _settled(known, odds, "emergency", known.emergency)
    needy = any(is_needy(said) for said in known.said)
    known.acute = known.emergency or _settled(known, odds, "acute", needy)
    if (
        len(known.said) == 1 and not known.call_me
    ):  # an answer is understood by its question, which the rules read
        known.book = _settled(known, odds, "book", known.book)


def settled_intent(known: Facts, intent: str, odds: Odds) -> str:
    """Whether it is a lead at all."""
    if intent in {"emergency", "opt_out"} or _is_short(known):
        return intent
    if intent in NO_LEAD:
        named = known.procedures and intent == "not_a_patient" and odds.most["no_lead"] < _MISTAKEN
        return "prospect" if named or _is_struck(known, odds, "no_lead") else intent
    if odds.whole["no_lead"] > LIMITS["no_lead"].added and not known.acute:
        known.likely.append("no_lead")
        return "withdrawn" if known.procedures or known.has("withdrawn", "no") else "not_a_patient"
    return intent


def backing(intent: str, points: int, odds: Odds) -> float:
    """How far the weights are for a judgement; below zero they are against it."""
    likely = odds.whole
    if intent == "emergency":
        return max(likely["emergency"], likely["acute"])
    if intent in NO_LEAD:
        return likely["no_lead"]
    if intent != "prospect":
        return -likely["no_lead"]
    if points >= _HOT:
        return max(likely["book"], likely["acute"])
    return -max(likely["book"], likely["acute"], likely["no_lead"])


def _settled(known: Facts, odds: Odds, fact: Fact, found: bool) -> bool:
    if not found:
        if added := odds.whole[fact] > LIMITS[fact].added:
            known.likely.append(fact)
        return added
    if not _is_struck(known, odds, fact):
        return True
    for said in known.said:
        for match in said.of(fact):
            said.strike(match, "unlikely")
    return False


def _is_struck(known: Facts, odds: Odds, fact: Fact) -> bool:
    limits = LIMITS[fact]
    if odds.most[fact] >= limits.struck or known.has(*_FIRM):
        return False
    matches = [(said, match) for said in known.said for match in (*said.of(fact), *_beside(said, fact))]
    return not any(match.own for _, match in matches) and odds.around(fact, matches) < limits.struck_near


def _beside(said: Said, fact: Fact) -> Sequence[Match]:
    """A blow and an injury are an emergency together, and no match of its own."""
    return (*said.of("blow"), *said.of("injury")) if fact == "emergency" else ()


def _is_short(known: Facts) -> bool:
    return sum(len(said.words.folded) for said in known.said) < _ENOUGH


def evidence_of(known: Facts, by: Weights) -> Iterator[Evidence]:
    """The words that speak the loudest for what only the weights found; `means` is `likely:` and the fact."""
    for fact in known.likely:
        for said in known.said:
            for place in sorted(by.telling(fact, said.words.folded)[:_NAMED]):
                start, end, text = said.words.quote(place, place + 1)
                yield Evidence(turn=said.turn, start=start, end=end, text=text, means=f"likely:{fact}")
