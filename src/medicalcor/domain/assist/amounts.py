"""Amounts of money in a text, in digits or words, whatever way they are written."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from medicalcor.domain.language.text import fold
from medicalcor.schemas.common import LANGUAGES, Language

_CURRENCIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("€", "eur", "euro", "euros", "eurot", "euroert", "euronal", "euroba", "euroi"), "EUR"),
    **dict.fromkeys(("lei", "ron", "leu", "leuro"), "RON"),
    **dict.fromkeys(("ft", "huf", "forint", "forintert", "forintba"), "HUF"),
    **dict.fromkeys(("$", "usd", "dollar", "dollars", "dolari", "dolares", "dollari", "dollaro"), "USD"),
    **dict.fromkeys(("£", "gbp", "pound", "pounds", "lire", "livres", "libras", "pfund"), "GBP"),
    **dict.fromkeys(("chf", "franken", "franci", "francs", "franchi", "francos"), "CHF"),
    **dict.fromkeys(("%", "percent", "prozent", "procente", "suta", "percento", "pourcent", "szazalek"), "%"),
}
_PRICED: Final = re.compile(
    r"\b(?:cost|kost|cout|cuest|vale\b|valen\b|kerul|pret|price|preis|prezz|prix|preci|arak?\b|ara\b|tarif|plat|pay|zahl|pag|pai|fizet|rate\b|redus|reduc|discount|rabatt|scont|remis|descuent|kedvezmeny)"
)
"""What speaks of money: a lone number beside it is an amount."""
_TOKEN: Final = re.compile(r"\d[\d.,' \u00a0\u202f]*\d|\d|[^\W\d_]+|[€$£%]|[-\u2013\u2014]")
_SMALLEST: Final = 20
"""A lone number below this counts teeth, years or visits."""
_SCALES: Final[Mapping[str, int]] = {"k": 1000, "tsd": 1000}


@dataclass(frozen=True, slots=True)
class Amount:
    """`currency` is None where the text gives none; `value` is None where the number cannot be read."""

    value: float | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class _Number:
    value: float | None
    first: int
    last: int


def amounts(text: str) -> list[Amount]:
    """Every amount of money that the text names; a discount's percent is one too."""
    words = [fold(found[0]) if found[0][0].isalpha() else found[0] for found in _TOKEN.finditer(text)]
    found: list[Amount] = []
    later: str | None = None
    for number in reversed(list(_numbers(words))):
        currency = _beside(words, number) or (later if _leads_on(words, number) else None)
        later = currency
        near = " ".join(words[max(0, number.first - 6) : number.last + 3])
        lone = number.value is not None and number.value >= _SMALLEST and bool(_PRICED.search(near))
        if currency is not None or lone:
            found.append(Amount(number.value, currency))
    return found[::-1]


def _beside(words: Sequence[str], number: _Number) -> str | None:
    """The currency right behind the number ("600 de euro", "5 la suta"), else right before it."""
    for place in range(number.last, min(number.last + 2, len(words))):
        if words[place] in _CURRENCIES:
            return _CURRENCIES[words[place]]
        if words[place] not in ("de", "la", "d", "in"):
            break
    return _CURRENCIES.get(words[number.first - 1]) if number.first else None


def _leads_on(words: Sequence[str], number: _Number) -> bool:
    """ "650–900 €": the first takes the currency of the second."""
    link = words[number.last : number.last + 2]
    return bool(link) and link[0] in {
        "-",
        "–",
        "—",
        "to",
        "bis",
        "pana",
        "si",
        "und",
        "and",
        "a",
        "à",
        "y",
        "e",
        "es",
    }


def _numbers(words: Sequence[str]) -> Iterator[_Number]:
    at = 0
    while at < len(words):
        end = at
        values: list[float] = []
        while end < len(words) and (value := _value(words, end, begun=bool(values))) is not None:
            values += value
            end += 1
        while end > at and words[end - 1] in _joins():
            end -= 1
        if values and end > at:
            yield _Number(_evaluated(values), at, end)
        at = max(end, at + 1)


def _value(words: Sequence[str], at: int, *, begun: bool) -> list[float] | None:
    """What a token adds to a number; None when it is no part of one. An article is a number only with more behind it."""
    word = words[at]
    if word[0].isdecimal():
        return None if begun else [_read(word)]
    if word in _SCALES and begun:
        return [float(_SCALES[word])]
    parts = _cut(word)
    if parts is None:
        return [] if begun and word in _joins() and at + 1 < len(words) else None
    if parts == (1,) and not begun and not (at + 1 < len(words) and _cut(words[at + 1]) in ((100,), (1000,))):
        return None
    return [float(part) for part in parts]


def _read(digits: str) -> float:
    """ "1.200", "1,200", "1 200,50": a single mark with three digits behind it groups, any other is decimal."""
    plain = re.sub(r"[ '\u00a0\u202f]", "", digits).strip(".,")
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        return float(plain)
    head, _, tail = plain.rpartition(marks[-1])
    grouped = len(set(marks)) == 1 and (len(marks) > 1 or len(tail) == len("000"))
    whole = re.sub(r"[.,]", "", head)
    return float(whole + tail) if grouped else float(f"{whole}.{tail}")


def _evaluated(values: Sequence[float]) -> float:
    total = current = 0.0
    for value in values:
        if value == 1000:
            total, current = total + (current or 1) * value, 0.0
        elif value == 100:
            current = (current or 1) * value
        else:
            current += value
    return total + current


def _cut(word: str) -> tuple[int, ...] | None:
    """The numbers that a word is made of: "sechshundertfunfzig" is 6, 100, 50. None when it is no number."""
    return next((parts for language in LANGUAGES if (parts := _cut_in(word, language)) is not None), None)


@cache
def _cut_in(word: str, language: Language) -> tuple[int, ...] | None:
    known, joins = _numerals()[language]
    if word in known:
        return (known[word],)
    for cut in range(len(word) - 1, 1, -1):
        head, rest = word[:cut], word[cut:]
        if head not in known or (known[head] == 1 and rest[:3] not in ("hun", "tau", "und")):
            continue
        for join in ("", *joins):
            if rest.startswith(join) and (more := _cut_in(rest[len(join) :], language)) is not None:
                return (known[head], *more)
    return None


def _joins() -> frozenset[str]:
    return frozenset(join for _, joins in _numerals().values() for join in joins)


@cache
def _numerals() -> Mapping[Language, tuple[Mapping[str, int], tuple[str, ...]]]:
    source = resources.files("medicalcor.domain.assist").joinpath("numerals.toml").read_text("utf-8")
    data = tomllib.loads(source)
    return {
        language: (
            {word: value for word, value in data[language].items() if word != "join"},
            tuple(data[language]["join"].split()),
        )
        for language in LANGUAGES
    }
