"""Which of our seven languages a text is in: small, exact word lists first, letters second.

Every listed word votes for its languages, the fewer the louder; letters that one language owns
vote too; words nobody listed vote by their three-letter pieces, learnt from the same lists.
"""

import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from medicalcor.domain.language.text import Words, fold, read
from medicalcor.schemas.common import LANGUAGES, Language

_LETTERS: Final[dict[str, dict[Language, float]]] = {
    "ă": {"ro": 3.0}, "ș": {"ro": 3.0}, "ț": {"ro": 3.0}, "ş": {"ro": 3.0}, "ţ": {"ro": 3.0},
    "â": {"ro": 1.0, "fr": 0.8}, "î": {"ro": 1.5, "fr": 0.8},
    "ß": {"de": 3.0}, "ä": {"de": 2.0}, "ö": {"de": 1.0, "hu": 1.0}, "ü": {"de": 1.0, "hu": 0.6},
    "ő": {"hu": 3.0}, "ű": {"hu": 3.0}, "á": {"hu": 0.8, "es": 0.8}, "é": {"hu": 0.5, "fr": 0.8, "es": 0.5, "it": 0.3},
    "í": {"es": 1.0, "hu": 0.7}, "ó": {"es": 1.0, "hu": 0.8}, "ú": {"es": 1.0, "hu": 0.7},
    "ñ": {"es": 3.0}, "¿": {"es": 3.0}, "¡": {"es": 3.0},
    "ç": {"fr": 3.0}, "è": {"fr": 1.0, "it": 1.2}, "ê": {"fr": 2.5}, "ë": {"fr": 1.5}, "ô": {"fr": 2.0}, "û": {"fr": 2.0},
    "œ": {"fr": 3.0}, "à": {"fr": 0.8, "it": 1.0}, "ù": {"it": 1.5, "fr": 0.8}, "ò": {"it": 2.5}, "ì": {"it": 2.5},
}  # fmt: skip
_NEUTRAL: Final = frozenset(
    ["ok", "okay", "oke", "stop", "super", "perfect", "all", "on", "implant", "invisalign", "euro", "eur"]
)
"""Words of every language: they say nothing."""
_BESIDE_OTHERS: Final = 0.4
"""What a greeting or thanks weigh beside words that say more: people take them from their hosts."""
_ENOUGH: Final = 0.9
"""Votes below which a text has no language of its own."""
_LEANING: Final = 0.45
"""Votes that decide when there is nothing else to go by."""
_SENTENCE: Final = 3
"""Words from which a text says something."""
_CHANGED: Final = 1.6
"""Votes with which a shorter text shows that somebody has changed their language: nearly two words of its own."""
_LEFT: Final = 0.45
"""What the language left behind may have of the new one's votes."""
_BORROWED: Final = 0.85
"""What a keyword that people learn from foreign messages says for their own language: one known to be theirs wins."""
_PIECE: Final = 3
_UNSEEN: Final = 0.4


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes for each language, the loudest first; none for a text without words of its own."""

    ranking: tuple[tuple[Language, float], ...]

    @property
    def clear(self) -> bool:
        return bool(self.ranking) and self.ranking[0][1] >= _ENOUGH

    def plausible(self, *, within: float) -> frozenset[Language]:
        """The loudest and those with at least `within` of its votes."""
        top = self.ranking[0][1] if self.ranking else 0.0
        return frozenset(language for language, loud in self.ranking if loud >= top * within)


def detect(text: str, *, known: Language | None = None, context: str | None = None) -> Language:
    """The language of `text`. One that has none of its own (an emoji, "ok") takes `known`,
    else that of `context` (what the clinic said last), else Romanian."""
    return of_votes(votes(read(text)), known, votes(read(context)) if context else None)


def of_votes(own: Votes, known: Language | None, around: Votes | None) -> Language:
    """The same from votes already counted; `around` are those of the context."""
    if own.clear:
        return _settled(own, known)
    if known is not None:
        return known
    if around is not None:
        return around.ranking[0][0] if around.clear else "ro"
    return own.ranking[0][0] if own.ranking and own.ranking[0][1] >= _LEANING else "ro"


def _settled(own: Votes, known: Language | None) -> Language:
    """A near tie goes to the language the person is known to write."""
    if known is not None and known in own.plausible(within=0.8):
        return known
    return own.ranking[0][0]


def kept(text: str, *, known: Language | None) -> Language | None:
    """The language to keep for a person who writes this; None while nothing tells.

    Somebody who is known to write a language has changed to another only when they say something in it: a greeting, a
    "danke" or a word that many languages share changes nothing.
    """
    words = read(text)
    if known is None:
        own = votes(words)
        return own.ranking[0][0] if own.ranking and own.ranking[0][1] >= _LEANING else None
    said = _said(words)
    loudest = max(said, key=lambda language: said[language], default=known)
    short = len(words.folded) < _SENTENCE
    enough = _CHANGED if short else _ENOUGH
    changed = said[loudest] >= enough and said[known] <= _LEFT * said[loudest]
    return loudest if changed else known


def _said(words: Words) -> dict[Language, float]:
    """Votes by what is said beside courtesies and the small words that people borrow."""
    small = _courtesies() | _borrowed()
    said: dict[Language, float] = defaultdict(float)
    for place, word in enumerate(words.folded):
        if word not in small:
            raw = words.text[words.starts[place] : words.ends[place]]
            for language, loud in _of_word(word, raw.casefold()):
                said[language] += loud
    return said


def votes(words: Words) -> Votes:
    alone = _keywords().get(" ".join(words.folded))
    if alone is not None:
        return Votes(
            ((alone, _ENOUGH), *((other, _ENOUGH * _BORROWED) for other in LANGUAGES if other != alone))
        )
    totals: dict[Language, float] = defaultdict(float)
    polite: dict[Language, float] = defaultdict(float)
    courtesies = _courtesies()
    for place, word in enumerate(words.folded):
        raw = words.text[words.starts[place] : words.ends[place]]
        for language, loud in _of_word(word, raw.casefold()):
            (polite if word in courtesies else totals)[language] += loud
    share = _BESIDE_OTHERS if max(totals.values(), default=0.0) >= _ENOUGH else 1.0
    for language, loud in polite.items():
        totals[language] += share * loud
    for mark in "¿¡":
        if mark in words.text:
            totals["es"] += 2.0
    order = sorted(totals.items(), key=lambda item: (-item[1], LANGUAGES.index(item[0])))
    return Votes(tuple(order))


@lru_cache(maxsize=65_536)
def _of_word(word: str, raw: str) -> tuple[tuple[Language, float], ...]:
    lists = _lists()
    if (
        not word.isalpha()
        or word in _NEUTRAL
        or (word in names() and not any(word in lists[of] for of in lists))
    ):
        return ()
    loud: dict[Language, float] = defaultdict(float)
    holders = [language for language in LANGUAGES if word in lists[language]]
    for language in holders:
        loud[language] += (1.0 if len(word) > 1 else 0.3) / len(holders)
    if not holders and len(word) > _PIECE:
        for language, share in _by_pieces(word).items():
            loud[language] += share
    weigh = 0.3 if holders else 0.5
    for letter in set(raw):
        for code, weight in _LETTERS.get(letter, {}).items():
            loud[code] += weight * weigh
    return tuple(loud.items())


def _by_pieces(word: str) -> Mapping[Language, float]:
    """An unlisted word's share of one small vote, by how usual its pieces are in each language."""
    known, unseen = _pieces()
    logs = dict.fromkeys(LANGUAGES, 0.0)
    for piece in _cut(word):
        of_piece = known.get(piece, unseen)
        for language in LANGUAGES:
            logs[language] += of_piece[language]
    best = max(logs.values())
    shares = {language: math.exp(value - best) for language, value in logs.items()}
    total = sum(shares.values())
    return {language: 0.6 * share / total for language, share in shares.items()}


def _cut(word: str) -> list[str]:
    padded = f"^{word}$"
    return [padded[start : start + _PIECE] for start in range(len(padded) - _PIECE + 1)]


@cache
def _courtesies() -> frozenset[str]:
    return frozenset(fold(word) for word in _words()["courtesies"]["common"].split())


@cache
def _keywords() -> Mapping[str, Language]:
    """Whole texts that are of one language though their words are of others too: "opt out"."""
    keywords = _words()["keywords"]
    return {
        phrase.strip(): language
        for language in LANGUAGES
        for phrase in keywords.get(language, "").split(",")
        if phrase
    }


@cache
def _borrowed() -> frozenset[str]:
    return frozenset(fold(word) for word in _words()["courtesies"]["borrowed"].split())


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    source = resources.files("medicalcor.domain.language").joinpath("data/words.toml").read_text("utf-8")
    return tomllib.loads(source)


@cache
def _lists() -> Mapping[Language, frozenset[str]]:
    data = _words()
    return {
        language: frozenset(
            fold(word)
            for item in f"{data[language]['common']} {data[language]['desk']}".split()
            for word in item.split("-")
        )
        for language in LANGUAGES
    }


@cache
def _pieces() -> tuple[Mapping[str, Mapping[Language, float]], Mapping[Language, float]]:
    """How usual each piece is in each language, as a logarithm; and the same for one never seen."""
    counts = {
        language: Counter(piece for word in words for piece in _cut(word))
        for language, words in _lists().items()
    }
    totals = {language: counted.total() for language, counted in counts.items()}

    def usual(piece: str | None) -> Mapping[Language, float]:
        return {
            language: math.log(((counts[language][piece] if piece else 0) + _UNSEEN) / totals[language])
            for language in LANGUAGES
        }

    return {piece: usual(piece) for piece in set().union(*counts.values())}, usual(None)


@cache
def names() -> frozenset[str]:
    """People's names and places, folded: they are of no language, and no mistyped words."""
    source = resources.files("medicalcor.domain.language").joinpath("data/names.txt").read_text("utf-8")
    return frozenset(fold(name) for line in source.splitlines() if line[:1] != "#" for name in line.split())


@cache
def first_names() -> frozenset[str]:
    """People's names alone, folded."""
    source = resources.files("medicalcor.domain.language").joinpath("data/names.txt").read_text("utf-8")
    people = source.partition("# Places")[0]
    return frozenset(fold(name) for line in people.splitlines() if line[:1] != "#" for name in line.split())


@cache
def ordinary_words() -> frozenset[str]:
    """All listed words of all languages, folded."""
    return frozenset().union(*_lists().values())
