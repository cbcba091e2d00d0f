"""A message's clauses, and which parts their words play in a wish for silence, by language.

The words are data, in `silence.toml`: whole words, beginnings of words, and phrases; people misspell the longer ones.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import groupby
from typing import Any, Final

from medicalcor.domain.language.text import Words, read

Parts = Mapping[str, list[int]]
"""Where the words stand that play each part."""

_MISSPELT: Final = 6
"""Letters that a beginning must have for a slip in it to be overlooked."""
_PATTERNS: Final = ("rest", "off")
_UMLAUT: Final = re.compile(r"([aou])e")


class Clause:
    """A clause's words, whether it asks, and where each language's parts stand in it."""

    def __init__(self, words: Sequence[str], asks: bool) -> None:
        self.words = tuple(words)
        self.said = " ".join(words)
        later = not any_of("someday").isdisjoint(words)
        self.asks = (asks and (later or any_of("polite").isdisjoint(words))) or (
            later and not any_of("if").isdisjoint(words)
        )
        """No polite request does, but "can I unsubscribe later?" and "if I can stop at any time" do."""
        self.parts: dict[str, dict[str, list[int]]] = {}
        for language, spoken in languages().items():
            parts = self._played(language, spoken)
            if parts:
                self.parts[language] = parts

    def _played(self, language: str, spoken: "Spoken") -> dict[str, list[int]]:
        mute = {
            place
            for found in spoken.mute.finditer(self.said)
            for place in range(self._place(found.start()), self._place(found.end()) + 1)
        }
        parts: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            for part in parts_of(word).get(language, ()) if place not in mute else ():
                parts.setdefault(part, []).append(place)
        for part, phrases in spoken.phrases.items() if spoken.any_phrase.search(self.said) else ():
            for found in phrases.finditer(self.said):
                parts.setdefault(part, []).append(self._place(found.start()))
        return parts

    def _place(self, offset: int) -> int:
        return self.said.count(" ", 0, offset)

    def forget(self, foreign: AbstractSet[str]) -> "Clause":
        """Without what its words would mean in these languages."""
        for language in foreign & self.parts.keys():
            del self.parts[language]
        return self

    def split(self, start: int, end: int) -> "Clause":
        """Its words from `start` up to and without `end`, as a clause of their own."""
        part = Clause(self.words[start:end], asks=False)
        part.asks = part.asks or self.asks
        return part


def clauses(text: str) -> Iterator[Clause]:
    """ "I don't want that you write" is one clause, whatever comma stands in it."""
    words, found = read(text), list[tuple[int, list[str]]]()
    for number in dict.fromkeys(words.clauses):
        said, sentence = _of_clause(words, number)
        if found and found[-1][0] == sentence and said[0] in any_of("joins"):
            found[-1][1].extend(said)
        else:
            found.append((sentence, said))
    for sentence, said in found:
        yield Clause(said, asks=sentence in words.asked)


def _of_clause(words: Words, number: int) -> tuple[list[str], int]:
    places = [place for place, clause in enumerate(words.clauses) if clause == number]
    return [words.folded[place] for place in places], words.sentences[places[0]]


# the words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one language's words mean."""

    parts: Mapping[str, "_Part"]
    phrases: Mapping[str, re.Pattern[str]]
    any_phrase: re.Pattern[str]
    mute: re.Pattern[str]
    """Phrases whose words play no part: "thank you" speaks of nobody."""
    rest: re.Pattern[str]
    off: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Part:
    whole: frozenset[str]
    beginnings: Mapping[str, tuple[str, ...]]
    """By their first letter."""

    def plays(self, word: str) -> bool:
        return word in self.whole or any(word.startswith(one) for one in self.beginnings.get(word[0], ()))

    def nearly_plays(self, word: str) -> bool:
        return any(_nearly_begins(word, one) for one in self.beginnings.get(word[0], ()))


@lru_cache(maxsize=65_536)
def parts_of(word: str) -> Mapping[str, frozenset[str]]:
    """The parts that a word may play, by language; a slip counts where the word as it stands plays none."""
    found: dict[str, frozenset[str]] = {}
    for language, spoken in languages().items():
        spelt = {word, _UMLAUT.sub(r"\1", word)} if language == "de" else {word}
        played = {name for name, part in spoken.parts.items() if any(part.plays(one) for one in spelt)}
        parts = played or {name for name, part in spoken.parts.items() if part.nearly_plays(word)}
        if parts:
            found[language] = frozenset(parts)
    return found


def _nearly_begins(word: str, beginning: str) -> bool:
    """Whether it begins so but for one letter too few, too many, other, or two changed about."""
    size = len(beginning)
    if size < _MISSPELT or len(word) < size - 1:
        return False
    return any(one_slip(word[:length], beginning) for length in (size - 1, size, size + 1))


def one_slip(one: str, other: str) -> bool:
    """Whether they differ by one letter too few, too many, other, or two changed about."""
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    source = resources.files("medicalcor.domain.consent").joinpath("silence.toml").read_text("utf-8")
    return tomllib.loads(source)


@cache
def any_of(kind: str) -> frozenset[str]:
    """Words that do the same in every language, by the name of their list."""
    return frozenset(_data()["any"][kind])


@cache
def languages() -> Mapping[str, Spoken]:
    return {name: _spoken(lists) for name, lists in _data().items() if name != "any"}


def _spoken(lists: Mapping[str, Sequence[str]]) -> Spoken:
    named = {part: found for part, found in lists.items() if part not in (*_PATTERNS, "mute")}
    rest, off = (re.compile(rf"\b(?:{'|'.join(lists[one])})\b") for one in _PATTERNS)
    several = {part: [one for one in found if " " in one] for part, found in named.items()}
    return Spoken(
        {part: _part(found) for part, found in named.items()},
        {part: _phrases(found) for part, found in several.items() if found},
        _phrases([one for found in several.values() for one in found]),
        _phrases(lists["mute"]),
        rest,
        off,
    )


def _part(found: Sequence[str]) -> _Part:
    words = [word for word in found if " " not in word]
    beginnings = sorted(word[:-1] for word in words if word.endswith("*"))
    return _Part(
        frozenset(word for word in words if not word.endswith("*")),
        {letter: tuple(of_letter) for letter, of_letter in groupby(beginnings, lambda word: word[0])},
    )


def _phrases(found: Sequence[str]) -> re.Pattern[str]:
    """`*` ends a word in any way."""
    either = "|".join(found).replace("*", r"\w*")
    return re.compile(rf"\b(?:{either})\b")
