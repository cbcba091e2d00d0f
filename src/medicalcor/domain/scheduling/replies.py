"""What a typed answer to a reminder, or to the offer of an earlier time, plainly says.

Strict: only when the whole message is one of the accepted forms, courtesies aside. They are data, in `replies.toml`;
the greetings and thanks are those that `domain.consent` knows. What is in doubt is nothing here, and goes its usual way.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from medicalcor.domain.language.text import read
from medicalcor.schemas.common import LANGUAGES, Language

Verb = Literal["confirm", "move", "cancel"]
Answer = Literal["yes", "no"]
Words = tuple[str, ...]
LONGEST: Final = 120
"""Characters; what is longer says more than an answer does."""
_ASSENT: Final = frozenset("👍👌✅🆗")
_SHADES: Final = frozenset("🏻🏼🏽🏾🏿\N{VARIATION SELECTOR-16}")
_EVERYWHERE: Final[Language] = "en"
"""People answer in English in any language."""


def about_visit(text: str, *, languages: Iterable[Language], asked: bool) -> Verb | None:
    """What is to be done with the visit; `asked`: a reminder of it was the last that they heard from us."""
    if asked and _is_thumbs_up(text):
        return "confirm"
    said = _forms_of(text, languages)
    meant: set[Verb] = set()
    for verb in ("confirm", "move", "cancel"):
        if verb in said or (asked and f"{verb}_asked" in said):
            meant.add(verb)
    return meant.pop() if len(meant) == 1 else None


def _is_thumbs_up(text: str) -> bool:
    """Nothing but signs of assent, in whatever colour of skin."""
    signs = {sign for sign in text if not sign.isspace()} - _SHADES
    return bool(signs) and signs <= _ASSENT


def to_offer(text: str, *, languages: Iterable[Language]) -> Answer | None:
    """Whether they want the time that they were offered."""
    said = _forms_of(text, languages)
    if ("yes" in said) == ("no" in said):
        return None
    return "yes" if "yes" in said else "no"


def _forms_of(text: str, languages: Iterable[Language]) -> set[str]:
    """The kinds of answer that the whole text is."""
    if len(text) > LONGEST:
        return set()
    words = tuple(word for word in read(text).folded if word.isalnum())
    found: set[str] = set()
    for language in {*languages, _EVERYWHERE}:
        forms, courtesies = _forms()[language]
        bare = _bare(words, courtesies)
        found |= {kind for kind, accepted in forms.items() if {words, bare} & accepted}
    return found


def _bare(words: Words, courtesies: frozenset[Words]) -> Words:
    """Without greetings before and thanks after, as many as there are."""
    for length in range(len(words), 0, -1):
        if words[:length] in courtesies:
            return _bare(words[length:], courtesies)
        if words[-length:] in courtesies:
            return _bare(words[:-length], courtesies)
    return words


@cache
def _forms() -> Mapping[Language, tuple[Mapping[str, frozenset[Words]], frozenset[Words]]]:
    own = _file("medicalcor.domain.scheduling")
    shared = _file("medicalcor.domain.consent")
    return {
        language: (
            {kind: _read(forms) for kind, forms in own[language].items() if kind != "courtesies"},
            _read([*own[language]["courtesies"], *shared[language]["courtesies"]]),
        )
        for language in LANGUAGES
    }


def _file(package: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files(package).joinpath("replies.toml").read_text("utf-8"))


def _read(forms: Iterable[str]) -> frozenset[Words]:
    return frozenset(tuple(word for word in read(form).folded if word.isalnum()) for form in forms)
