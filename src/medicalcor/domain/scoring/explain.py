"""A judgement in words for staff, and how far to trust it."""

from collections.abc import Iterator, Mapping
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
_SURE: Final[Mapping[str | int, tuple[float, float, float]]] = {
    "emergency": (0.5, 0.8, 0.98),
    "opt_out": (0.4, 0.83, 0.98),
    "not_a_patient": (0.55, 0.91, 0.97),
    "withdrawn": (0.45, 0.87, 0.93),
    "smalltalk": (0.9, 0.95, 0.97),
    "existing_patient": (0.65, 0.68, 0.82),
    "complaint": (0.65, 0.7, 0.75),
    5: (0.95, 0.97, 0.98),
    4: (0.62, 0.8, 0.95),
    3: (0.4, 0.66, 0.9),
    2: (0.6, 0.65, 0.88),
}
"""How often such a judgement was right on conversations by eight writers that neither rules nor weights had seen (those weights
were learnt without them): where the weights speak against it, where they are of two minds, where they back it. A prospect goes by
the score."""
_CLEAR: Final = 1.0
"""Logarithm of odds from which the weights say something."""
_SURE_OF_NOTHING: Final = {True: 0.65, False: 0.45}
"""Nothing was recognised: a question, or not even that."""
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


def confidence(known: Facts, intent: str, points: int, backing: float) -> float:
    """How often such a judgement is right. `backing`: how far the weights are for it (`opinion.backing`)."""
    if intent == "prospect" and not known.evidence and not known.has("vague"):
        return _SURE_OF_NOTHING[any(said.words.asked for said in known.said)]
    against, unsure, backed = _SURE[points if intent == "prospect" else intent]
    return backed if backing > _CLEAR else against if backing < -_CLEAR else unsure


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
