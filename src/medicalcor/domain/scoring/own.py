"""The clinic's own words: what it may add to the lexicon, and the lexicon with them.

They count beside the lexicon's own patterns, by the same rules: a denied one is denied, a past one past. Nothing that
a clinic adds can hide an emergency or an opt-out: `ignore` does not strike those.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.language.detect import ordinary_words
from medicalcor.domain.language.text import fold, read
from medicalcor.domain.scoring.lexicon import ANY, VERSION, lexicon
from medicalcor.domain.scoring.patterns import PatternBook
from medicalcor.schemas.common import LANGUAGES, Procedure
from medicalcor.schemas.scoring import OwnPhrase

MEANINGS: Final = (
    *(f"procedure:{code}" for code in Procedure),
    *("budget", "book", "call_me", "plan", "many", "someday", "looking"),
    *(
        "acute:pain",
        "acute:swelling",
        "acute:infection",
        "acute:bleeding",
        "acute:trauma",
        "acute:failed",
        "acute:sleep",
    ),
    *("emergency:breathing", "emergency:swallowing", "emergency:bleeding", "emergency:consciousness"),
    *("emergency:eye_swelling", "emergency:neck_swelling"),
    *("opt_out", "withdrawn", "complaint"),
    *("logistics:move", "logistics:cancel", "logistics:confirm", "logistics:invoice"),
    *("not_patient:supplier", "not_patient:job", "not_patient:spam", "not_patient:research"),
    *("not_patient:wrong_number", "not_patient:other_trade"),
    "ignore",
)
"""What a clinic may add words for; `ignore` is for those that mean nothing to it."""
MOST_PHRASES: Final = 500
LONGEST_PHRASE: Final = 60
_MOST_WORDS: Final = 6
_SHORTEST_ALONE: Final = 4
_WRITTEN: Final = re.compile(r"[^\W\d_]+(?:[\s'’-]+[^\W\d_]+)*\*?")


class PhraseRefused(InvalidInput):
    """A phrase that would not do what it is added for; `reason` says why."""

    code = "own_phrase"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class OwnWords:
    """The clinic's phrases at one version of theirs, and the lexicon with them: built once, when it is first asked."""

    def __init__(self, version: int, phrases: Iterable[OwnPhrase]) -> None:
        self.version = version
        self.phrases = tuple(phrases)

    @cached_property
    def book(self) -> PatternBook:
        if not self.phrases:
            return lexicon()
        book = lexicon().copy()
        for one in self.phrases:
            book.add(_pattern(one.phrase), means=one.means, language=one.language, sets={}, own=True)
        return book

    @property
    def label(self) -> str:
        """What a score keeps: the lexicon's version and, once there are any, the one of the clinic's own words."""
        return f"{VERSION}+{self.version}" if self.version else VERSION


def checked(*, means: str, language: str, phrase: str, known: Iterable[OwnPhrase]) -> OwnPhrase:
    """The phrase as it will be kept. Raises `PhraseRefused`."""
    text = " ".join(phrase.split())
    if means not in MEANINGS or language not in (*LANGUAGES, ANY):
        raise PhraseRefused("unknown_meaning", "Choose a meaning and a language from the lists.")
    if not text:
        raise PhraseRefused("empty", "Write the word or phrase that should count.")
    if len(text) > LONGEST_PHRASE or len(text.split()) > _MOST_WORDS:
        raise PhraseRefused(
            "too_long", "At most six words and 60 letters: a longer one is hardly ever written so again."
        )
    if not _WRITTEN.fullmatch(text):
        raise PhraseRefused(
            "letters_only", "Only letters, spaces and hyphens; a * at the end for every ending."
        )
    wanted = OwnPhrase(means=means, language=language, phrase=text)
    _must_be_new(wanted, tuple(known))
    _must_tell_something(text)
    return wanted


def _must_tell_something(text: str) -> None:
    """One everyday word would count in nearly every message."""
    words = read(text).folded
    everyday = all(word in ordinary_words() or len(word) < _SHORTEST_ALONE for word in words)
    if everyday and (len(words) == 1 or all(len(word) < _SHORTEST_ALONE for word in words)):
        raise PhraseRefused(
            "too_common", "This is an everyday word: add the word beside it that makes it mean something."
        )


def _must_be_new(wanted: OwnPhrase, mine: tuple[OwnPhrase, ...]) -> None:
    if len(mine) >= MOST_PHRASES:
        raise PhraseRefused("full", "There are 500 phrases: remove some that are no longer needed.")
    if any(
        (one.means, one.language, fold(one.phrase)) == (wanted.means, wanted.language, fold(wanted.phrase))
        for one in mine
    ):
        raise PhraseRefused("listed", "This phrase is on your list already.")
    languages = frozenset({ANY, wanted.language} if wanted.language != ANY else {ANY, *LANGUAGES})
    words = read(wanted.phrase.removesuffix("*"))
    for match in lexicon().find(words, languages=languages, anywhere=frozenset()):
        if match.means == wanted.means and (match.first, match.last) == (0, len(words.folded)):
            raise PhraseRefused("known", "The lexicon has this already: it counts without you.")


def _pattern(phrase: str) -> str:
    """As the text is read: words apart at hyphens and apostrophes."""
    text = phrase.removesuffix("*")
    return " ".join(read(text).folded) + ("*" if phrase.endswith("*") else "")
