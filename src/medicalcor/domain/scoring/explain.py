"""A judgement in words for staff, and how far to trust it."""

from typing import Final

from medicalcor.domain.scoring.facts import Facts

_OPENINGS: Final = {
    "emergency": "Signs of a life-threatening state.",
    "opt_out": "Asks not to be contacted again.",
    "not_a_patient": "Does not write as a patient.",
    "withdrawn": "Interest is withdrawn or refused.",
    "existing_patient": "An existing patient's visit or papers.",
    "smalltalk": "Thanks or a greeting, with no wish in it.",
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
    if intent in {"emergency", "opt_out"}:
        return 0.95
    return 0.85 if known.evidence and points else 0.6
