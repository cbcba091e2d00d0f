"""What patients say of their health by the way, and whoever treats them must know. The words are data: `mentions.toml`."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from medicalcor.domain.language.text import Words, fold, read
from medicalcor.schemas.common import LANGUAGES
from medicalcor.schemas.scoring import Turn
from medicalcor.schemas.triage import Mention

_BEFORE: Final = 5
_AFTER: Final = 3
"""Words within which a denial holds."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """Phrases by the stem of their first word, and the words that take one back."""

    phrases: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]
    denied: frozenset[str]
    denied_after: frozenset[str]
    doubt: frozenset[str]
    codes: frozenset[str]


_STEM: Final = 3


def found_in(turns: Iterable[Turn]) -> tuple[Mention, ...]:
    """Each code once, in the words in which it was said first. What is denied is not said; what the clinic said neither."""
    found: dict[str, Mention] = {}
    for turn in turns:
        if turn.role == "user":
            for mention in _of_text(turn.content):
                found.setdefault(mention.code, mention)
    return tuple(found.values())


def codes() -> frozenset[str]:
    return _lists().codes


def _of_text(text: str) -> Iterable[Mention]:
    lists, words = _lists(), read(text)
    for at, word in enumerate(words.folded):
        for code, phrase in lists.phrases.get(word[:_STEM], ()):
            end = at + len(phrase)
            if _fits(phrase, words.folded[at:end]) and not _denied(words, at, end, lists):
                yield Mention(code=code, text=words.quote(at, end)[2])


def _fits(phrase: Sequence[str], parts: Sequence[str]) -> bool:
    return len(phrase) == len(parts) and all(
        part.startswith(wanted[:-1]) if wanted.endswith("*") else part == wanted
        for wanted, part in zip(phrase, parts, strict=True)
    )


def _denied(words: Words, first: int, last: int, lists: _Lists) -> bool:
    clause = words.clauses[first]
    before = [
        words.folded[place]
        for place in range(max(0, first - _BEFORE), first)
        if words.clauses[place] == clause
    ]
    after = [
        words.folded[place]
        for place in range(last, min(len(words.folded), last + _AFTER))
        if words.clauses[place] == clause
    ]
    if not lists.doubt.isdisjoint(before):
        return False
    return not lists.denied.isdisjoint(before) or not lists.denied_after.isdisjoint(after)


@cache
def _lists() -> _Lists:
    source = resources.files("medicalcor.domain.triage").joinpath("mentions.toml").read_text("utf-8")
    data: dict[str, Any] = tomllib.loads(source)
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    codes = {code: terms for code, terms in data.items() if isinstance(terms, dict)}
    for code, terms in codes.items():
        for phrase in {phrase for language in LANGUAGES for phrase in terms[language]}:
            parts = tuple(phrase.split())
            phrases[parts[0].rstrip("*")[:_STEM]].append((code, parts))
    return _Lists(
        {stem: sorted(listed) for stem, listed in phrases.items()},
        _folded(data["denied"]),
        _folded(data["denied_after"]),
        _folded(data["doubt"]),
        frozenset(codes),
    )


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())
