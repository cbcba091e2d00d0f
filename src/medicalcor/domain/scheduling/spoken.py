"""What a caller says, found among what the clinic offers: procedures by code, title or lay words, people by their names."""

from collections.abc import Mapping
from uuid import UUID

from medicalcor.domain.language.text import fold
from medicalcor.domain.scoring import rules
from medicalcor.schemas.common import Language
from medicalcor.schemas.scoring import ScoringInput, Turn

_TITLES = frozenset({"dr", "doctor", "doctorul", "doctorita", "doamna", "domnul", "frau", "herr", "prof"})


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
    said = ScoringInput(channel="voice", messages=(Turn(role="user", content=words),))
    return frozenset(str(one) for one in rules.score(said).procedures)


def person(words: str, known: Mapping[UUID, str]) -> UUID | None:
    """Whose name these words are; None when they are nobody's, or could be several people's."""
    wanted = {word for word in _words(words) if word not in _TITLES}
    if not wanted:
        return None
    found = [one for one, name in known.items() if wanted <= set(_words(name))]
    return found[0] if len(found) == 1 else None


def same_name(one: str, other: str) -> bool:
    """Whether they may well be one person's: all words of the shorter are in the longer, whatever their order."""
    first, second = set(_words(one)), set(_words(other))
    return bool(first and second) and (first <= second or second <= first)


def title(titles: Mapping[str, str], language: Language) -> str:
    """In this language, else in another one that there is."""
    return titles.get(language) or titles.get("en") or next(iter(titles.values()))


def _words(text: str) -> list[str]:
    return ["".join(c for c in fold(word) if c.isalnum()) for word in text.split()]
