"""The fixed text that answers a judged conversation best, for when AI is off, fails or says what may not be said."""

from medicalcor.domain.language.phrases import phrase, procedure_name
from medicalcor.schemas.common import Classification, Language
from medicalcor.schemas.scoring import ScoringOutput


def fixed_reply(output: ScoringOutput, language: Language, *, clinic: str) -> str:
    """Names no price and promises nothing."""
    if output.intent == "existing_patient":
        return phrase("answer_logistics", language, clinic=clinic)
    if output.intent == "complaint":
        return phrase("answer_complaint", language, clinic=clinic)
    if output.classification == Classification.HOT:
        return phrase("answer_hot", language, clinic=clinic)
    if output.procedures:
        name = procedure_name(output.procedures[0], language)
        return phrase("answer_procedure", language, clinic=clinic, procedure=name)
    return phrase("answer_price" if output.budget else "answer_vague", language, clinic=clinic)
