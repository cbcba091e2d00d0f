"""What the voice agent can do for a caller in the course of a call. Each answers what the model is to say."""

from typing import Any, TypeVar

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.voice.tools import ClinicInfo
from medicalcor.operations.asks import Tools
from medicalcor.schemas.base import Wire

Arguments = TypeVar("Arguments", bound=Wire)

NOT_KNOWN = (
    "The clinic has left no information about this. Say that you do not know it, do not guess, and offer that a "
    "colleague calls back."
)


async def clinic_info(tools: Tools, question: Any) -> Any:
    """What the clinic itself says about a topic; never anything else."""
    topic = _read(ClinicInfo, question).topic.strip().lower()
    facts = tools.ledger.settings.clinic_facts
    if topic in facts:
        return {"topic": topic, "clinic_says": facts[topic]}
    return {"topic": topic, "known_topics": sorted(facts), "instruction": NOT_KNOWN}


def _read(shape: type[Arguments], question: Any) -> Arguments:
    try:
        return shape.model_validate(question["arguments"])
    except ValidationError as fault:
        names = ", ".join(sorted({str(error["loc"][0]) for error in fault.errors() if error["loc"]}))
        raise InvalidInput(
            f"These arguments are missing or of the wrong kind: {names}. Call it again."
        ) from None
