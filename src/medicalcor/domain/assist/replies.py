"""The fixed text that answers a judged conversation best, for when AI is off, fails or says what may not be said."""

from medicalcor.domain.language.phrases import phrase, procedure_name
from medicalcor.schemas.common import Classification, Language
from medicalcor.schemas.scoring import ScoringOutput


def draft(output: ScoringOutput, language: Language, *, clinic: str, asks: bool, price: str | None) -> str:
    """What a colleague may begin with: a price where the clinic's list has it, else that it is not known.

    `asks`: the patient's last words were a question; `price`: of the first treatment they name, as it is read.
    """
    wants_price = output.budget and output.procedures and output.intent == "prospect"
    if wants_price and price is not None:
        name = procedure_name(output.procedures[0], language)
        return phrase("answer_price_listed", language, clinic=clinic, procedure=name, amount=price)
    named = output.procedures or output.budget or output.intent_to_book
    if asks and not named and output.intent == "prospect":
        return phrase("answer_unknown", language, clinic=clinic)
    return fixed_reply(output, language, clinic=clinic)


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
