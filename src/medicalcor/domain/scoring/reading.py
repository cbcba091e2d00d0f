"""What each turn says, as far as words go: every match of the lexicon, and what of it was struck."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from medicalcor.domain.language.detect import Votes, votes
from medicalcor.domain.language.text import Words, read
from medicalcor.domain.scoring.lexicon import ANY
from medicalcor.domain.scoring.patterns import Match, PatternBook
from medicalcor.schemas.common import Language

_EVERY_LANGUAGE: Final = frozenset({"procedure", "emergency", "opt_out", "orders"})
"""Taken in any language, whatever the turn's: people mix these, and missing one is dear."""


@cache
def _families(means: str) -> tuple[str, ...]:
    parts = means.split(":")
    return tuple(":".join(parts[:length]) for length in range(1, len(parts) + 1))


@dataclass(slots=True)
class Said:
    """One turn, read."""

    turn: int
    words: Words
    languages: frozenset[str]
    found: dict[str, list[Match]] = field(default_factory=lambda: defaultdict(list))
    families: dict[str, list[Match]] = field(default_factory=lambda: defaultdict(list))
    """The same by what their meanings begin with."""
    struck: list[tuple[Match, str]] = field(default_factory=list)
    """What was found but does not count, and why."""

    def has(self, *means: str) -> bool:
        return any(self.found.get(each) for each in means)

    def of(self, family: str) -> Sequence[Match]:
        """Matches whose meaning is `family` or begins with it and a colon, as they stand now."""
        matches = self.families.get(family)
        return (*matches,) if matches else ()

    def add(self, match: Match) -> None:
        self.found[match.means].append(match)
        for family in _families(match.means):
            self.families[family].append(match)

    def has_any(self, *families: str) -> bool:
        return any(self.of(family) for family in families)

    def strike(self, match: Match, why: str) -> None:
        self.found[match.means].remove(match)
        for family in _families(match.means):
            self.families[family].remove(match)
        self.struck.append((match, why))


def read_turn(turn: int, content: str, *, expected: Language | None, book: PatternBook) -> Said:
    words = read(content)
    return read_words(turn, words, votes(words), expected=expected, book=book)


def read_words(
    turn: int, words: Words, spoken: Votes, *, expected: Language | None, book: PatternBook
) -> Said:
    """The same of a turn whose words and votes are known."""
    languages: frozenset[str] = frozenset({ANY})
    if spoken.clear:
        languages |= spoken.plausible(within=0.45)
    else:
        languages |= spoken.plausible(within=0.5 if expected else 0.3)
        languages |= {expected} if expected else set()
    said = Said(turn, words, languages)
    for match in book.find(words, languages=languages, anywhere=_EVERY_LANGUAGE):
        said.add(match)
    return said
