"""The words that days, hours and visits are spoken of in, one file a language, as patterns over folded text."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from medicalcor.domain.language.detect import names, ordinary_words
from medicalcor.domain.language.text import fold
from medicalcor.schemas.common import Language

_NEVER: Final = "(?!)"
_KEY: Final = re.compile(r"<(\w+)>")
_ABBREVIATED: Final = re.compile(r"\b(dr|dl|dna|nr|ca|prof|dott|mrs?|ms|ora|sapt)\.\s*")
_ORDINAL_DOT: Final = re.compile(r"(\d)\.\s*(?=[a-z])")
_BREAK: Final = re.compile(r"[!?;…\n()\"]+|(?<!\d)[.,]|[.,](?!\d)|(?<!\d):|:(?!\d)")
_NOON_LETTERS: Final = re.compile(r"\b([ap])\.\s?m\b\.?")
_OUR_MARKS: Final = str.maketrans("‹›¤", "   ")
"""What stands in for something that has been read."""
_WORD: Final = re.compile(r"[a-z]{4,}")
_LONG_WORD: Final = 9


class Lexis:
    """The patterns of some languages together, the surest first."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self.languages = tuple(languages)
        self._data = [_read(language) for language in languages]
        self._compiled: dict[str, re.Pattern[str]] = {}
        every = " ".join(form for data in self._data for form in data.get("weekdays_every", ()))
        self.spelled = frozenset(" ".join(d.get("spelled", "") for d in self._data).split())
        own = frozenset(re.findall(r"[a-z]{4,}", every))
        self.well_spelt = self.spelled | own | ordinary_words() | names()
        self.numbers: dict[str, int] = {}
        self.numbers_late: dict[str, int] = {}
        for data in reversed(self._data):
            self.numbers |= data.get("numbers", {})
            self.numbers_late |= data.get("numbers_after_preposition", {})

    def any_of(self, key: str) -> str:
        """One alternation of all that is said for `key`, the longest first."""
        forms = [form for data in self._data for form in data.get(key, ())]
        return f"(?:{'|'.join(sorted(forms, key=len, reverse=True))})" if forms else _NEVER

    def each(self, key: str) -> list[str]:
        """As `any_of`, for what comes in an order: weekdays, months, ordinals."""
        lists = [data[key] for data in self._data if key in data]
        return [f"(?:{'|'.join(forms)})" for forms in zip(*lists, strict=True)] if lists else []

    def pattern(self, template: str) -> re.Pattern[str]:
        """A pattern in which `<key>` stands for what is said for it, as whole words."""
        known = self._compiled.get(template)
        if known is None:
            source = _KEY.sub(lambda found: self.any_of(found.group(1)), template)
            known = self._compiled[template] = re.compile(rf"(?<![\w#@])(?:{source})(?!\w)")
        return known

    def says(self, key: str, text: str) -> bool:
        return self.pattern(f"<{key}>").search(text) is not None

    def flag(self, key: str) -> bool:
        return any(data.get(key) is True for data in self._data[:1])


@cache
def lexis(languages: tuple[Language, ...]) -> Lexis:
    return Lexis(languages)


def plain(text: str, words: Lexis) -> str:
    """Folded, misspelt words mended, with a comma wherever something new begins."""
    folded = _NOON_LETTERS.sub(r"\1m", fold(text.translate(_OUR_MARKS)).replace("–", "-").replace("—", " , "))
    folded = _ORDINAL_DOT.sub(r"\1 ", _ABBREVIATED.sub(r"\1 ", folded))
    folded = " ".join(_BREAK.sub(" , ", folded).split())
    folded = words.pattern("<joined>").sub(_apart, folded)
    return _WORD.sub(lambda found: _mended(found.group(), words), folded)


def _apart(match: re.Match[str]) -> str:
    """`Montagabend` in two; the `morgen` of a weekday is its morning, not tomorrow."""
    day, part = (group for group in match.groups() if group)
    return f"{day} {'vormittag' if part == 'morgen' else part}"


def _mended(word: str, words: Lexis) -> str:
    if word in words.well_spelt:
        return word
    allowed = 2 if len(word) >= _LONG_WORD else 1
    close = [known for known in words.spelled if known[0] == word[0] and _near(word, known, allowed)]
    return close[0] if len(close) == 1 else word


def _near(one: str, other: str, allowed: int) -> bool:
    """Whether so many slips (a letter more, less, wrong, or two exchanged) turn one into the other."""
    if abs(len(one) - len(other)) > allowed or min(len(one), len(other)) <= 3:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1] <= allowed


@cache
def _read(language: Language) -> Mapping[str, Any]:
    file = resources.files("medicalcor.domain.scheduling.understanding").joinpath(f"words/{language}.toml")
    return tomllib.loads(file.read_text("utf-8"))
