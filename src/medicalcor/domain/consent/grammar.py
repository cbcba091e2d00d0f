"""What a reply says to a question about consent: yes, no, or something that a person must read.

Only a reply to a question that was asked can be consent, and only if nothing but the answer stands
in it: "yes please" is one, "ok, I'll come tomorrow" is none. A wish not to be written to counts
always, asked or not. The accepted forms are data, in `replies.toml`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from medicalcor.domain.language.text import read
from medicalcor.domain.scoring.rules import score
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.events.consents import ConsentPurpose
from medicalcor.schemas.scoring import ScoringInput, Turn

Verdict = Literal["granted", "denied", "withdrawn", "doubt", "nothing"]
"""`withdrawn` is a wish for silence and holds for all marketing; `doubt` goes to a person;
`nothing` says nothing about consent."""

_EVERYWHERE: Final[Language] = "en"
"""People answer yes and no in English to questions in any language."""


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
    if _wants_silence(text, known or (question.language if question else None)):
        return Reply("withdrawn")
    if question is not None:
        languages = {question.language, _EVERYWHERE} | ({known} if known else set())
        said = {form for language in languages for form in _answers(text, language)}
        if said == {"no"}:
            return Reply("denied", question.purposes)
        if said == {"yes"}:
            return Reply("granted", question.purposes)
    return Reply("doubt" if question is not None else "nothing")


def _wants_silence(text: str, known: Language | None) -> bool:
    asked = ScoringInput(channel="whatsapp", messages=(Turn(role="user", content=text),), language=known)
    return score(asked).opt_out


def _answers(text: str, language: Language) -> Iterable[Literal["yes", "no"]]:
    """The forms of that language which the whole reply is, courtesies aside."""
    forms = _forms()[language]
    words = tuple(word for word in read(text).folded if word.isalnum())
    bare = _without_courtesy(words, forms.courtesies)
    if {words, bare} & forms.yes:
        yield "yes"
    if {words, bare} & forms.no:
        yield "no"


Words = tuple[str, ...]


def _without_courtesy(words: Words, courtesies: frozenset[Words]) -> Words:
    """Greetings before and thanks after, as many as there are."""
    for length in range(len(words), 0, -1):
        if words[:length] in courtesies:
            return _without_courtesy(words[length:], courtesies)
        if words[-length:] in courtesies:
            return _without_courtesy(words[:-length], courtesies)
    return words


@dataclass(frozen=True, slots=True)
class _Forms:
    yes: frozenset[Words]
    no: frozenset[Words]
    courtesies: frozenset[Words]


@cache
def _forms() -> Mapping[Language, _Forms]:
    source = resources.files("medicalcor.domain.consent").joinpath("replies.toml").read_text("utf-8")
    data = tomllib.loads(source)
    return {
        language: _Forms(
            *(frozenset(tuple(read(form).folded) for form in data[language][kind])
              for kind in ("yes", "no", "courtesies"))
        )
        for language in LANGUAGES
    }  # fmt: skip
