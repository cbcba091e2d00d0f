"""A judgement in words for staff, and how far to trust it."""

from typing import Final

from medicalcor.domain.scoring.facts import Facts

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
_SURE_OF_INTENT: Final = {
    "emergency": 0.97,
    "opt_out": 0.97,
    "not_a_patient": 0.92,
    "withdrawn": 0.88,
    "existing_patient": 0.9,
    "smalltalk": 0.97,
    "complaint": 0.85,
}
_SURE_OF_SCORE: Final = {5: 0.95, 4: 0.93, 3: 0.9, 2: 0.88}
_SHORT: Final = 6
_LONG: Final = 60


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
    """How often such a judgement was right on labelled cases it was not made for, less what makes
    this one harder: denials, a long text, words of no clear language."""
    if intent == "prospect":
        sure = _SURE_OF_SCORE[points]
        if points == 2 and not known.evidence and not known.has("vague"):
            sure -= 0.3 if _length(known) > _SHORT else 0.15
    else:
        sure = _SURE_OF_INTENT[intent]
    if any(found.means == "denied" for found in known.evidence) or known.has("not_now"):
        sure -= 0.05
    if _length(known) > _LONG:
        sure -= 0.05
    return round(max(sure, 0.4), 2)


def _length(known: Facts) -> int:
    return sum(len(said.words.folded) for said in known.said)
