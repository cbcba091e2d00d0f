"""A call's transcript as turns, and what the rules make of it."""

import re
from collections.abc import Mapping
from typing import Final

from medicalcor.domain.language.text import fold
from medicalcor.schemas.ai import Sentiment
from medicalcor.schemas.common import Role
from medicalcor.schemas.scoring import ScoringOutput, Turn

_LINE = re.compile(r"^\s*([^\W\d]{2,12}(?: \d)?)\s*:\s*(.+)$")
_CLINIC: Final = frozenset(
    {"clinic", "clinica", "assistant", "agent", "ai", "bot", "receptie", "reception", "praxis", "speaker 2"}
)
_PATIENT: Final = frozenset(
    {"patient", "pacient", "paciente", "paziente", "user", "caller", "client", "speaker 1"}
)
_OBJECTIONS: Final[Mapping[str, re.Pattern[str]]] = {
    "price": re.compile(r"\b(?:scump|prea mult|expensive|teuer|car[oa]\b|cher\b|costos|draga)"),
    "fear": re.compile(r"\b(?:frica|teama|afraid|scared|angst|paura|peur|miedo|felek)"),
    "time": re.compile(
        r"\b(?:nu am timp|no time|keine zeit|non ho tempo|pas le temps|no tengo tiempo|nincs idom)"
    ),
    "distance": re.compile(
        r"\b(?:prea departe|too far|zu weit|troppo lontano|trop loin|muy lejos|tul messze)"
    ),
}


def turns_of(text: str) -> tuple[Turn, ...]:
    """Lines that begin with a speaker are turns; everything before the first, or all of it, is the patient's."""
    turns: list[tuple[Role, str]] = []
    role: Role = "user"
    for line in text.splitlines():
        spoken = _LINE.match(line)
        name = fold(spoken[1]) if spoken else ""
        if spoken and name in _CLINIC | _PATIENT:
            role = "assistant" if name in _CLINIC else "user"
            turns.append((role, spoken[2].strip()))
        elif line.strip():
            turns.append((role, line.strip()))
    return tuple(Turn(role=who, content=said) for who, said in turns) or (Turn(role="user", content=text),)


def sentiment(scored: ScoringOutput) -> Sentiment:
    if scored.opt_out or scored.emergency or scored.intent in ("complaint", "withdrawn"):
        return "negative"
    return "positive" if scored.intent_to_book else "neutral"


def objections(turns: tuple[Turn, ...]) -> tuple[str, ...]:
    said = fold(" ".join(turn.content for turn in turns if turn.role == "user"))
    return tuple(code for code, found in _OBJECTIONS.items() if found.search(said))
