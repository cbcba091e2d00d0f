"""Whether words that a model wrote may be shown as an answer to a patient."""

import re
from typing import Final

from medicalcor.domain.language.text import fold

LONGEST: Final = 1000
"""Characters; a longer text is no answer to a chat message."""
_PRICE = re.compile(
    r"(?:[€$£]|\b(?:eur|euro|lei|ron|usd|chf|huf))\s?\d|\d[\d.,\s]*(?:[€$£%]|(?:eur|euro|lei|ron|usd|chf|ft|huf|forint|la suta)\b)"
)
_LINK = re.compile(r"https?:|www\.")
_MEDICINE = re.compile(
    r"\b(?:ibuprof|paracetam|nurofen|algocalmin|ketonal|antibiot|amoxicil|augmentin|aspirin|diclofenac|analgesi|schmerzmittel)"
)
_DIAGNOSIS = re.compile(
    r"\b(?:aveti|you have|it is an?|sie haben|ha un|ha una|vous avez|tiene un|tiene una|onnek)\b.{0,30}"
    r"(?:cari|abces|absc|infec|pulpit|parodont|periodont|gingivit|granulom|entzund)"
)


def unfit(text: str) -> str | None:
    """Why these words may not be sent: a stable code; None when they may.

    The model was told all of this. A person reads the draft, but a price or a diagnosis is too easily sent unread.
    """
    folded = fold(text)
    if not text.strip() or len(text) > LONGEST:
        return "length"
    for code, found in (
        ("price", _PRICE),
        ("link", _LINK),
        ("medicine", _MEDICINE),
        ("diagnosis", _DIAGNOSIS),
    ):
        if found.search(folded) or found.search(text.casefold()):
            return code
    return None
