"""A judgement in words for staff, and how far to trust it."""

from collections.abc import Iterator
from typing import Final

from medicalcor.domain.scoring.facts import Facts
from medicalcor.domain.scoring.patterns import Match
from medicalcor.domain.scoring.reading import Said
from medicalcor.schemas.common import Procedure
from medicalcor.schemas.scoring import Evidence

_OPENINGS: Final = {
    "emergency": "Signs of a life-threatening state.",
    "opt_out": "Asks not to be contacted again.",
    "not_a_patient": "Does not write as a patient.",
    "withdrawn": "Interest is withdrawn or refused.",
    "existing_patient": "An existing patient's visit or papers.",
    "smalltalk": "Thanks, an ok or an emoji, with no wish in it.",
    "complaint": "A complaint.",
    "prospect": "A prospective patient.",
}
_ACTIONS: Final = {
    "emergency": "Give the emergency number 112 at once, then call the patient.",
    "opt_out": "Stop all messages to this person and record the opt-out.",
    "not_a_patient": "No answer needed; close it as not a patient.",
    "withdrawn": "Close it politely; do not follow up.",
    "existing_patient": "Let the front desk look at the visit and answer.",
    "smalltalk": "Nothing to do.",
    "complaint": "Have a manager read it and call back.",
}
_WOULD_CHANGE: Final = {
    3: "A wish to come or an acute need would make it HOT.",
    2: "A treatment that is named would make it WARM, an acute need HOT.",
}
_SURE_OF_INTENT: Final = {
    "emergency": 0.96,
    "opt_out": 0.93,
    "not_a_patient": 0.89,
    "withdrawn": 0.93,
    "existing_patient": 0.93,
    "smalltalk": 0.93,
    "complaint": 0.92,
}
_SURE_OF_SCORE: Final = {5: 0.93, 4: 0.9, 3: 0.87, 2: 0.9}
_SURE_OF_NOTHING: Final = {True: 0.65, False: 0.45}
"""Nothing was recognised: a question, or not even that."""
_PER_SIGN: Final = 0.03
_USUAL_SIGNS: Final = 2
_MOST_SIGNS: Final = 4
_DISPUTED: Final = 0.2
"""How much a sign of the contrary takes away."""
_LEAST: Final = 0.4
_COUNTED: Final = frozenset({Procedure.VENEERS, Procedure.CROWN})
"""Wanted for several teeth they are high value: only beside them does a count tell anything."""


def reasoning(known: Facts, intent: str, points: int) -> str:
    parts = [_OPENINGS[intent]]
    if known.procedures:
        parts.append(f"Wants {', '.join(code.replace('_', ' ') for code in sorted(known.procedures))}.")
    signs = [
        word
        for word, holds in (
            ("asks about price or payment", known.budget),
            ("wants to come or be called", known.book),
            ("has an acute need", known.acute),
            ("has a plan or images in hand", known.plan and points >= 4),
        )
        if holds
    ]
    if signs and intent in {"prospect", "emergency", "existing_patient"}:
        parts.append(f"{', '.join(signs).capitalize()}.")
    elif intent == "prospect" and not known.procedures:
        parts.append("Names no treatment yet.")
    if intent == "prospect" and points < 4:
        parts.append(_WOULD_CHANGE[points])
    return " ".join(parts)


def suggested_action(known: Facts, intent: str, points: int) -> str:
    if intent in _ACTIONS:
        return _ACTIONS[intent]
    if known.acute:
        return "Call now and offer the first free urgent visit."
    if points >= 4:
        return "Call today and book a consultation."
    if points == 3:
        return "Answer the question and offer a consultation."
    return (
        "Call back and ask what is needed."
        if known.call_me
        else "Answer and ask which treatment it is about."
    )


def confidence(known: Facts, intent: str, points: int) -> float:
    """How often such a judgement was right on labelled conversations that the rules had not been
    made for: by what was judged, how many signs speak for it and whether one speaks against."""
    if intent != "prospect":
        return _SURE_OF_INTENT[intent]
    signs = len({(found.turn, found.means) for found in known.evidence})
    if not signs and not known.has("vague"):
        return _SURE_OF_NOTHING[any(said.words.asked for said in known.said)]
    sure = _SURE_OF_SCORE[points]
    if points > 2:
        sure += _PER_SIGN * (min(signs, _MOST_SIGNS) - _USUAL_SIGNS)
    if any(said.has_any("withdrawn", "not_patient", "complaint") for said in known.said):
        sure -= _DISPUTED
    return round(max(sure, _LEAST), 2)


def evidence_of(known: Facts) -> Iterator[Evidence]:
    counted: tuple[str, ...] = ("procedure", "budget", "acute", "emergency", "opt_out", "call_me", "plan", "soon", "visiting",
               "withdrawn", "not_patient", "logistics", "complaint", "book", "child", "someday", "looking", "orders")  # fmt: skip
    if known.procedures & _COUNTED:
        counted += ("many",)
    for said in known.said:
        found: list[tuple[Match, str]] = [
            (match, match.means) for family in counted for match in said.of(family)
        ]
        found += [(match, "budget") for match in said.of("dear")]
        found += [(match, "denied") for match, why in said.struck if why in {"denied", "ruled out"}]
        found += [(match, "unlikely") for match, why in said.struck if why == "unlikely"]
        if known.emergency and known.has("blow") and known.has("injury"):
            found += [
                (match, "emergency:trauma") for family in ("blow", "injury") for match in said.of(family)
            ]
        yield from _widest(said, found)


def _widest(said: Said, found: list[tuple[Match, str]]) -> Iterator[Evidence]:
    """One entry for each meaning and place: of overlapping matches the longest."""
    kept: list[tuple[Match, str]] = []
    for match, means in sorted(found, key=lambda item: item[0].first - item[0].last):
        if not any(
            means == other and match.first < had.last and had.first < match.last for had, other in kept
        ):
            kept.append((match, means))
    for match, means in sorted(kept, key=lambda item: (item[0].first, item[1])):
        start, end, text = said.words.quote(match.first, match.last)
        yield Evidence(turn=said.turn, start=start, end=end, text=text, means=means)
