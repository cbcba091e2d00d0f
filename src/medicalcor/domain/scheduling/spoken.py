"""What a caller says, found among what the clinic offers: procedures by code, title or lay words, people by their names."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from uuid import UUID

from medicalcor.domain.language.text import fold
from medicalcor.domain.scoring import rules
from medicalcor.domain.scoring.facts import gather
from medicalcor.domain.scoring.lexicon import lexicon
from medicalcor.schemas.common import Language, Procedure
from medicalcor.schemas.scoring import ScoringInput, Turn

_TITLES = re.compile(
    r"d[rl]|dna|dra|doctor\w*|doktor\w*|doam\w*|domn\w*|frau|herrn?|m(?:iste)?rs?|ms|miss|prof\w*|medic\w*|dentist|"
    r"(?:zahn)?arzt\w*|la|cu|bei|beim|mit|with|von"
)
_ALIKE = 0.85
"""How close a word that was heard must come to a name."""


def procedure(words: str, offered: Mapping[str, Mapping[str, str]]) -> str | None:
    """The code of what is meant, of those offered (code → titles); None when nothing is clearly meant."""
    wanted = _words(words.replace("_", " "))
    if not wanted:
        return None
    for code, titles in offered.items():
        if wanted == _words(code.replace("_", " ")) or any(
            wanted == _words(title) for title in titles.values()
        ):
            return code
    understood = _understood(words)
    meant = [code for code in offered if code in understood]
    if not meant and _hurts(words) and Procedure.CONSULTATION in offered:
        return str(Procedure.CONSULTATION)
    if meant:
        return meant[0] if len(meant) == 1 else None
    named = [
        code
        for code, titles in offered.items()
        if any(set(_words(t)) <= set(wanted) for t in titles.values())
    ]
    return named[0] if len(named) == 1 else None


def _understood(words: str) -> frozenset[str]:
    """The rubric's codes, by the rules that judge messages."""
    return frozenset(str(one) for one in rules.score(_as_said(words)).procedures)


def _hurts(words: str) -> bool:
    """Pain without a name begins with a consultation."""
    return gather(_as_said(words), lexicon()).acute


def _as_said(words: str) -> ScoringInput:
    return ScoringInput(channel="voice", messages=(Turn(role="user", content=words),))


def person(words: str, known: Mapping[UUID, str]) -> UUID | None:
    """Whose name these words are; None when they are nobody's, or could be several people's."""
    wanted = {word for word in _words(words) if not _TITLES.fullmatch(word)}
    if not wanted:
        return None
    found = [one for one, name in known.items() if all(_is_in(word, _words(name)) for word in wanted)]
    return found[0] if len(found) == 1 else None


def _is_in(word: str, name: Sequence[str]) -> bool:
    """Exactly, or as a caller's name is spelled by who has only heard it: `Ionesco`."""
    return word in name or bool(get_close_matches(word, name, n=1, cutoff=_ALIKE))


def same_name(one: str, other: str) -> bool:
    """Whether they may well be one person's: all words of the shorter are in the longer, whatever their order."""
    first, second = set(_words(one)), set(_words(other))
    return bool(first and second) and (first <= second or second <= first)


def title(titles: Mapping[str, str], language: Language) -> str:
    """In this language, else in another one that there is."""
    return titles.get(language) or titles.get("en") or next(iter(titles.values()))


def _words(text: str) -> list[str]:
    return ["".join(c for c in fold(word) if c.isalnum()) for word in text.split()]
