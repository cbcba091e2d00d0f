"""Whether words that a model wrote may be shown as an answer to a patient. The patterns are data: `guard.toml`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final

from medicalcor.domain.assist.amounts import Amount, amounts
from medicalcor.domain.language.detect import votes
from medicalcor.domain.language.text import fold, read
from medicalcor.domain.payments import money
from medicalcor.schemas.common import Language

LONGEST: Final = 1000
"""Characters; a longer text is no answer to a chat message."""
_LINK: Final = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:ro|com|eu|net|org|de|it|fr|es|hu|info|io)\b|[\w.+-]+@[\w-]+\.\w"
)
_MARKUP: Final = re.compile(r"(?m)^\s*(?:[-*•#]|\d+\.)\s|\*\*|\[[^\]]*\]\(")
_PM: Final = re.compile(r"(?:[:.]\d\d)? ?p\.?m\b")
_FROM_TO: Final = re.compile(r"\b(\d{1,2}) ?[-–] ?(\d{1,2})\b(?![:.]\d)")
_NOON: Final = 12
_MIDNIGHT: Final = 24
_ALIKE: Final = 0.55
"""Share of the loudest language's votes with which another is still the text's own."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the clinic has said of itself, and a draft may repeat."""

    prices: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    """Smallest unit and currency, as in the price list."""
    hours: frozenset[str] = field(default_factory=frozenset)
    """Times of the day, `9:00`: opening hours. Times that are free are the booking agent's to offer, which holds them."""
    sundays: bool = False
    """Whether the clinic says anything of Sundays."""


def unfit(text: str, *, language: Language | None = None, known: Known | None = None) -> str | None:
    """Why these words may not be sent: a stable code; None when they may.

    The model was told all of this. A person reads the draft, but a price or a diagnosis is too easily sent unread.
    """
    known = known or Known()
    if not text.strip() or len(text) > LONGEST:
        return "length"
    folded = fold(text)
    if _LINK.search(text.casefold()) or _MARKUP.search(text):
        return "link"
    if any(not _listed(amount, known.prices) for amount in amounts(text)) or _given_away(folded):
        return "price"
    for reason in ("medicine", "diagnosis", "promise", "time"):
        if _says(reason, _answered(folded) if reason == "diagnosis" else folded):
            return reason
    if any(hour not in known.hours for hour in hours_in(text)) or (
        _says("sunday", folded) and not known.sundays
    ):
        return "time"
    return "language" if language is not None and _foreign(text, language) else None


def hours_in(text: str) -> frozenset[str]:
    """Times of the day that the text names, as `9:00`."""
    found = (match for pattern in _patterns()["clock"] for match in pattern.finditer(fold(text)))
    return frozenset(f"{int(match[1]) + _afternoon(match)}:{match[2] or '00'}" for match in found)


def _afternoon(match: re.Match[str]) -> int:
    """ "9 pm" is 21:00."""
    is_pm = _PM.match(match.string, match.end(1)) is not None
    return _NOON if is_pm and int(match[1]) < _NOON else 0


def hours_told(text: str) -> frozenset[str]:
    """Those of a text that tells opening hours, where "9-19" is two of them."""
    ends = (end for match in _FROM_TO.finditer(text) for end in match.groups())
    return hours_in(text) | {f"{int(end)}:00" for end in ends if int(end) <= _MIDNIGHT}


def tells_of_sundays(text: str) -> bool:
    return _says("sunday_named", fold(text))


def prices_in(text: str) -> frozenset[tuple[int, str]]:
    """Amounts that the clinic itself has written down."""
    return frozenset(
        (_smallest(one.value, one.currency), one.currency)
        for one in amounts(text)
        if one.value is not None and one.currency is not None
    )


def _says(what: str, folded: str) -> bool:
    return any(pattern.search(folded) for pattern in _patterns()[what])


def _answered(folded: str) -> str:
    """Without the questions that are left open: "we cannot say whether it is an abscess" is no diagnosis."""
    for pattern in _patterns()["open"]:
        folded = pattern.sub(" ", folded)
    return folded


def _given_away(folded: str) -> bool:
    """Whether something but parking is said to cost nothing, or less than it does."""
    sentences = re.split(r"[.!?\n]", folded)
    return any(_says("gift", one) and not _says("parking", one) for one in sentences)


def _listed(amount: Amount, prices: frozenset[tuple[int, str]]) -> bool:
    if amount.value is None:
        return False
    value = amount.value
    return any(
        _smallest(value, currency) == price and amount.currency in (None, currency)
        for price, currency in prices
    )


def _smallest(value: float, currency: str) -> int:
    factor: int = 10 ** money.places(currency)
    return round(value * factor)


def _foreign(text: str, language: Language) -> bool:
    own = votes(read(text))
    return own.clear and language not in own.plausible(within=_ALIKE)


@cache
def _patterns() -> Mapping[str, Sequence[re.Pattern[str]]]:
    source = resources.files("medicalcor.domain.assist").joinpath("guard.toml").read_text("utf-8")
    return {
        reason: [re.compile(pattern) for pattern in listed.values()]
        for reason, listed in tomllib.loads(source).items()
    }
