"""A judgement in the reader's language, made from its fields: its own sentences are English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from medicalcor.domain.scoring.table import would_change
from medicalcor.readmodels.leads.queries import Score
from medicalcor.schemas.scoring import ScoringOutput
from medicalcor.web.translate import Translator
from medicalcor.web.translate import marked as _
from medicalcor.web.words import in_words, meaning

_OPENINGS: Final[Mapping[str, str]] = {
    "emergency": _("Signs of a life-threatening state."),
    "opt_out": _("Asks not to be contacted again."),
    "not_a_patient": _("Does not write as a patient."),
    "withdrawn": _("Interest is withdrawn or refused."),
    "existing_patient": _("An existing patient's visit or papers."),
    "smalltalk": _("Thanks or a greeting, with no wish in it."),
    "complaint": _("A complaint."),
    "prospect": _("A prospective patient."),
}
_BY_INTENT: Final[Mapping[str, str]] = {
    "emergency": _("Give the emergency number 112 at once, then call the patient."),
    "opt_out": _("Stop all messages to this person and record the opt-out."),
    "not_a_patient": _("No answer needed; close it as not a patient."),
    "withdrawn": _("Close it politely; do not follow up."),
    "existing_patient": _("Let the front desk look at the visit and answer."),
    "smalltalk": _("Nothing to do."),
    "complaint": _("Have a manager read it and call back."),
}
_ACUTE: Final = _("Call now and offer the first free urgent visit.")
_HOT: Final = _("Call today and book a consultation.")
_WARM: Final = _("Answer the question and offer a consultation.")
_CALL: Final = _("Call back and ask what is needed.")
_ASK: Final = _("Answer and ask which treatment it is about.")
STEPS: Final = frozenset({*_BY_INTENT.values(), _ACUTE, _HOT, _WARM, _CALL, _ASK})
"""What the rules suggest, in their own words: `domain.scoring.explain`."""
_TELLS_SIGNS: Final = frozenset({"prospect", "emergency", "existing_patient"})
_HOT_FROM, _WARM_AT = 4, 3


@dataclass(frozen=True)
class Told:
    """A judgement as staff read it."""

    summary: str
    next_step: str
    own_words: Sequence[str]
    """What the AI itself wrote, in English; nothing when the rules judged."""


def told(score: Score, words: Translator) -> Told | None:
    """None once the person's data was erased."""
    if score.output is None:
        return None
    own = [score.output.get(part) or "" for part in ("reasoning", "suggested_action")]
    by_ai = score.scorer == "ai" and own[1] not in STEPS
    return Told(
        _summary(score.output, words),
        words.find(own[1] if own[1] in STEPS else _step(score.output)),
        [sentence for sentence in own if sentence] if by_ai else (),
    )


@dataclass(frozen=True)
class Change:
    """What would make the class another one, in the reader's words."""

    change: str
    signs: str
    score: int
    classification: str


def changes(score: Score, words: Translator) -> list[Change]:
    """Nothing once the person's data was erased."""
    if score.output is None:
        return []
    found = would_change(ScoringOutput.model_validate(score.output))
    return [
        Change(
            one.change, " + ".join(meaning(sign, words) for sign in one.signs), one.score, one.classification
        )
        for one in found
    ]


def _summary(output: Mapping[str, Any], words: Translator) -> str:
    intent = output.get("intent", "prospect")
    procedures = [in_words("procedure", code, words) for code in output.get("procedures", ())]
    signs = [words.find(sign) for sign in _signs(output)] if intent in _TELLS_SIGNS else []
    said = [words.find(_OPENINGS[intent])] if intent in _OPENINGS else []
    if procedures:
        said.append(words.gettext(_("It is about: %(what)s."), what=", ".join(procedures)))
    if signs:
        listed = ", ".join(signs)
        said.append(f"{listed[0].upper()}{listed[1:]}.")
    elif intent == "prospect" and not procedures:
        said.append(words.find(_("Names no treatment yet.")))
    return " ".join(said)


def _signs(output: Mapping[str, Any]) -> list[str]:
    """As the rules list them; of an emergency the opening already says that it is acute."""
    acute = output.get("urgency") == "high_priority" and output.get("intent") != "emergency"
    plan = _marks(output, "plan") and output.get("score", 0) >= _HOT_FROM
    return [
        sign
        for sign, holds in (
            (_("asks about price or payment"), output.get("budget")),
            (_("wants to come or be called"), output.get("intent_to_book")),
            (_("has an acute need"), acute),
            (_("has a plan or images in hand"), plan),
        )
        if holds
    ]


def _step(output: Mapping[str, Any]) -> str:
    """What the rules would suggest for such a judgement."""
    intent, points = output.get("intent", "prospect"), output.get("score", 0)
    if intent in _BY_INTENT:
        return _BY_INTENT[intent]
    if output.get("urgency") == "high_priority":
        return _ACUTE
    if points >= _WARM_AT:
        return _HOT if points >= _HOT_FROM else _WARM
    return _CALL if _marks(output, "call_me") else _ASK


def _marks(output: Mapping[str, Any], means: str) -> bool:
    return any(item["means"] == means for item in output.get("evidence", ()))
