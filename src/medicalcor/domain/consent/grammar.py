"""What a reply says to a question about consent: yes, no, or something that a person must read.

Only a reply to a question that was asked can be consent, and only if nothing but the answer stands
in it: "yes please" is one, "ok, I'll come tomorrow" is none. A wish not to be written to counts
always, asked or not. What an answer may be made of is data, in `replies.toml`.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, Final, Literal

from medicalcor.domain.consent.silence import heard, speaks_of_us
from medicalcor.domain.consent.withdrawal import begins_with_stop, speaks_of_messages, wish
from medicalcor.domain.language.text import Words, read
from medicalcor.domain.scoring.rules import score
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.events.consents import ConsentPurpose
from medicalcor.schemas.scoring import ScoringInput, Turn

Verdict = Literal["granted", "denied", "withdrawn", "doubt", "nothing"]
"""`withdrawn` is a wish for silence or for no more offers; `doubt` goes to a person; `nothing` says
nothing about consent."""
Kind = Literal["yes", "no", "courtesies", "emphasis", "joins", "fillers"]
_KINDS: Final[tuple[Kind, ...]] = ("yes", "no", "courtesies", "emphasis", "joins", "fillers")
Form = tuple[str, ...]
"""A piece's words."""

_EVERYWHERE: Final[Language] = "en"
"""People answer yes and no in English to questions in any language."""
_AGAINST: Final = frozenset("👎❌🚫✋🙅😠😡🤬🙄🤔🤷")
"""Signs that do not go with a yes."""
_LONGEST: Final = 8
"""Words of a piece."""


@dataclass(frozen=True, slots=True)
class Question:
    """The last thing that we asked this person, when it was about consent."""

    language: Language
    purposes: tuple[ConsentPurpose, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    verdict: Verdict
    purposes: tuple[ConsentPurpose, ...] = ()
    """What was granted or denied: exactly what the question was about."""


def read_reply(text: str, question: Question | None, *, known: Language | None = None) -> Reply:
    """`known` is the language the person usually writes, accepted beside the question's."""
    words = read(text)
    languages = _spoken(question, known)
    answers = _answers(words, languages) if question is not None else set()
    if question is not None and answers == {"no"}:
        return Reply("denied", question.purposes)  # a plain no to the question ends nothing else
    language = known or (question.language if question else None)
    plain = question is not None and not _begins_with_yes(words, languages)
    if _wants_silence(text, language, asked=plain):
        return Reply("withdrawn")
    if question is None:
        return Reply("nothing")
    if answers == {"yes"} and _AGAINST.isdisjoint(text):
        return Reply("granted", question.purposes)
    unclear = (
        answers
        or _is_unclear(words, languages)
        or heard(text, asked=True) == "doubt"
        or speaks_of_us(text)
        or begins_with_stop(text)
    )
    return Reply("doubt" if unclear else "nothing")


def plain_no(text: str) -> bool:
    """Whether this is no more than a no, in whatever language: who does not agree to something may still be written to."""
    return _answers(read(text), LANGUAGES) == {"no"} and not speaks_of_messages(text)


def _spoken(question: Question | None, known: Language | None) -> tuple[Language, ...]:
    wanted = {_EVERYWHERE} | ({question.language} if question else set()) | ({known} if known else set())
    return tuple(language for language in LANGUAGES if language in wanted)


def _begins_with_yes(words: Words, languages: tuple[Language, ...]) -> bool:
    """ "Yes to reminders, no to offers" takes nothing back that a person need not read first."""
    several = len(set(words.clauses)) > 1
    return several and _pieces(languages).get(tuple(words.folded[:1])) == "yes"


def _wants_silence(text: str, known: Language | None, *, asked: bool) -> bool:
    said = ScoringInput(channel="whatsapp", messages=(Turn(role="user", content=text),), language=known)
    return wish(text, silence=score(said).opt_out, asked=asked).scope != "none"


def _answers(words: Words, languages: tuple[Language, ...]) -> set[str]:
    """What the whole reply is made of, courtesies aside; empty when anything else stands in it, or a question mark."""
    if words.asked:
        return set()
    said, pieces = tuple(word for word in words.folded if word.isalnum()), _pieces(languages)
    bare = tuple(word for word in said if pieces.get((word,)) != "emphasis")
    kinds = _cover(said, pieces) or _cover(_once(said), pieces) or _cover(bare, pieces)
    if "joins" in kinds[-1:]:
        return set()  # "yes, but"
    answers: set[str] = {kind for kind in kinds if kind in ("yes", "no")}
    if answers == {"no"} and "fillers" in kinds:
        return {"yes", "no"}  # "no, that's fine" can be read both ways
    return answers


def _cover(said: Form, pieces: Mapping[Form, Kind]) -> list[Kind]:
    """The fewest pieces that make up all of it, by their kinds; empty when there are none."""
    best: list[list[Kind] | None] = [[], *(None for _ in said)]
    for end in range(1, len(said) + 1):
        for start in range(max(0, end - _LONGEST), end):
            kind, before = pieces.get(said[start:end]), best[start]
            if kind is None or before is None:
                continue
            so_far = best[end]
            if so_far is None or len(before) + 1 < len(so_far):
                best[end] = [*before, kind]
    return best[-1] or []


def _once(said: Sequence[str]) -> Form:
    """Each letter once in a row: people stretch what they write."""
    return tuple("".join(letter for letter, _ in groupby(word)) for word in said)


def _is_unclear(words: Words, languages: tuple[Language, ...]) -> bool:
    """Whether it may be meant as an answer all the same: a yes or a no stands by itself in it, it says of
    consent what nobody foresaw, or is too little to tell.
    """
    said = tuple(word for word in words.folded if word.isalnum())
    if not said:
        return bool(words.text.strip()) and len(words.folded) > 0
    clauses = [_clause(words, number) for number in dict.fromkeys(words.clauses)]
    pieces = _pieces(languages)
    if any({"yes", "no"} & set(_cover(clause, pieces)) for clause in clauses) or "fillers" in _cover(
        said, pieces
    ):
        return True
    return any(said in _forms()[one].unsure for one in languages) or any(
        _forms()[one].about.search(" ".join(said)) for one in languages
    )


def _clause(words: Words, number: int) -> Form:
    return tuple(
        word
        for word, clause in zip(words.folded, words.clauses, strict=True)
        if clause == number and word.isalnum()
    )


@cache
def _pieces(languages: tuple[Language, ...]) -> Mapping[Form, Kind]:
    """Of these languages together; what one calls a yes or a no is never another's courtesy."""
    found: dict[Form, Kind] = {}
    for kind in reversed(_KINDS):  # a yes or a no is that first of all
        for language in languages:
            found |= dict.fromkeys(_forms()[language].pieces[kind], kind)
    return found


@dataclass(frozen=True, slots=True)
class _Forms:
    pieces: Mapping[Kind, frozenset[Form]]
    unsure: frozenset[Form]
    about: re.Pattern[str]


@cache
def _forms() -> Mapping[Language, _Forms]:
    source = resources.files("medicalcor.domain.consent").joinpath("replies.toml").read_text("utf-8")
    data: Mapping[str, Any] = tomllib.loads(source)

    def forms(language: Language, kind: str) -> frozenset[Form]:
        return frozenset(tuple(read(form).folded) for form in data[language][kind])

    return {
        language: _Forms(
            {kind: forms(language, kind) for kind in _KINDS},
            forms(language, "unsure"),
            re.compile(rf"\b(?:{'|'.join(data[language]['about'])})\b"),
        )
        for language in LANGUAGES
    }
