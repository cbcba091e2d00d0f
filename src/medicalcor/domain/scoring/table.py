"""The rubric's score table over the few facts it looks at, and what would change the class."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from medicalcor.schemas.common import Classification, Procedure, Urgency
from medicalcor.schemas.scoring import ScoringOutput, WouldChange

NO_LEAD: Final = frozenset({"opt_out", "not_a_patient", "withdrawn", "smalltalk"})
_HIGH_VALUE: Final = frozenset({Procedure.ALL_ON_X, Procedure.IMPLANT, Procedure.SINUS_LIFT_BONE_GRAFT})
_HIGH_VALUE_IF_MANY: Final = frozenset({Procedure.VENEERS, Procedure.CROWN})
_GATES: Final = {"opt_out": "opt_out", "not_a_patient": "not_patient", "withdrawn": "withdrawn"}
"""Intent → the family of evidence that it rests on."""
_ORDER: Final = tuple(Classification.of(score) for score in (1, 2, 3, 4))
_NAMES: Final = {
    "procedure": "a treatment that is named",
    "many": "four teeth or more",
    "acute": "the acute need",
    "book": "the wish to come",
    "budget": "the question about price",
    "plan": "the plan or images in hand",
    "opt_out": "the wish to be left alone",
    "not_patient": "what speaks against a patient",
    "withdrawn": "the refusal",
}


@dataclass(frozen=True, slots=True)
class Signs:
    """What a conversation comes to, as the table reads it."""

    intent: str = "prospect"
    procedures: frozenset[Procedure] = frozenset()
    many: bool = False
    """Veneers or crowns for four teeth or more."""
    budget: bool = False
    book: bool = False
    acute: bool = False
    plan: bool = False

    @property
    def high_value(self) -> bool:
        return bool(self.procedures & _HIGH_VALUE or (self.many and self.procedures & _HIGH_VALUE_IF_MANY))


def points(signs: Signs) -> int:
    """The score: the first line of the rubric's table that holds."""
    if signs.intent in NO_LEAD:
        return 1
    if signs.intent == "existing_patient":
        return 3 if signs.book else 2
    if signs.intent == "complaint":
        return 2
    if signs.high_value and (signs.budget or signs.book or signs.acute):
        return 5
    if signs.acute or (signs.procedures and signs.book) or (signs.high_value and signs.plan):
        return 4
    return 3 if signs.procedures else 2


def would_change(output: ScoringOutput) -> tuple[WouldChange, ...]:
    """The fewest signs without which the class would be lower, and each one that would make it higher.

    Nothing is said of a judgement that does not follow from its own facts: a model's may not.
    """
    signs = _signs_of(output)
    if points(signs) != output.score:
        return ()
    if signs.intent in NO_LEAD - {"smalltalk"}:
        return tuple(_without_the_gate(signs.intent, output))
    return (*_without(signs), *_with(signs))


def _signs_of(output: ScoringOutput) -> Signs:
    means = {found.means.partition(":")[0] for found in output.evidence}
    return Signs(
        intent=output.intent,
        procedures=frozenset(output.procedures),
        many="many" in means,
        budget=output.budget,
        book=output.intent_to_book,
        acute=output.urgency is Urgency.HIGH_PRIORITY,
        plan="plan" in means,
    )


def _without(signs: Signs) -> Iterator[WouldChange]:
    """Smallest sets first; a set that holds a smaller one tells nothing new."""
    names = tuple(_held(signs))
    told: list[frozenset[str]] = []
    for size in range(1, len(names) + 1):
        for gone in combinations(names, size):
            score = points(_taken_away(signs, gone))
            if _rank(score) < _rank(points(signs)) and not any(known <= set(gone) for known in told):
                told.append(frozenset(gone))
                yield _change("without", gone, score)


def _held(signs: Signs) -> Iterator[str]:
    yield from (f"procedure:{code}" for code in sorted(signs.procedures))
    yield from (name for name in ("many", "acute", "book", "budget", "plan") if getattr(signs, name))


def _taken_away(signs: Signs, gone: tuple[str, ...]) -> Signs:
    ended = signs.intent == "emergency" and "acute" in gone
    left = replace(
        signs,
        intent="prospect" if ended else signs.intent,
        procedures=frozenset(code for code in signs.procedures if f"procedure:{code}" not in gone),
        **{name: False for name in gone if ":" not in name},
    )
    return left if left.procedures or not signs.procedures else _bare_visit(left)


def _bare_visit(signs: Signs) -> Signs:
    """A wish to come with no reason is one for a consultation."""
    if signs.book and not signs.acute and not signs.procedures:
        return replace(signs, procedures=frozenset({Procedure.CONSULTATION}))
    return signs


def _without_the_gate(intent: str, output: ScoringOutput) -> Iterator[WouldChange]:
    """What the rest would be, were the one sign that closes the matter not there."""
    means = [found.means for found in output.evidence]
    families = {name.partition(":")[0] for name in means}
    if _GATES[intent] not in families:
        return
    rest = Signs(
        procedures=frozenset(Procedure(name.partition(":")[2]) for name in means if "procedure:" in name),
        many="many" in families,
        budget="budget" in families,
        book="book" in families,
        acute=bool(families & {"acute", "emergency"}),
        plan="plan" in families,
    )
    yield _change("without", (_GATES[intent],), points(_bare_visit(rest)))


def _with(signs: Signs) -> Iterator[WouldChange]:
    if signs.intent not in {"prospect", "smalltalk"}:
        return
    open_ = replace(signs, intent="prospect")
    more = {
        "procedure": replace(open_, procedures=open_.procedures or frozenset({Procedure.CLEANING})),
        "book": _bare_visit(replace(open_, book=True)),
        "acute": replace(open_, acute=True),
        "budget": replace(open_, budget=True),
        "plan": replace(open_, plan=True),
        "many": replace(open_, many=True),
    }
    for name, changed in more.items():
        if changed != open_ and _rank(points(changed)) > max(_rank(points(open_)), _rank(points(signs))):
            yield _change("with", (name,), points(changed))


def _rank(score: int) -> int:
    return _ORDER.index(Classification.of(score))


def _change(change: str, signs: tuple[str, ...], score: int) -> WouldChange:
    named = " and ".join(_NAMES.get(sign) or sign.partition(":")[2].replace("_", " ") for sign in signs)
    result = Classification.of(score)
    if change == "without":
        return WouldChange(
            change="without",
            signs=signs,
            score=score,
            classification=result,
            says=f"Without {named} it would be {result}.",
        )
    said = _ADDED[signs[0]]
    return WouldChange(
        change="with", signs=signs, score=score, classification=result, says=f"{said} would make it {result}."
    )


_ADDED: Final = {
    "procedure": "A treatment that is named",
    "book": "A wish to come",
    "acute": "An acute need",
    "budget": "A question about price or a budget",
    "plan": "A treatment plan or images in hand",
    "many": "Four teeth or more",
}
