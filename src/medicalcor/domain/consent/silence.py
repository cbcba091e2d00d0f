"""Whether somebody says, in their own words, that they want to hear no more from us.

Not a list of sentences: a clause means it when its words play the right parts together, as "not" + "more" + "write"
or "remove" + "my number" do. The words are data, in `silence.toml`; people misspell the longer ones.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import groupby, product
from typing import Any, Final, Literal

from medicalcor.domain.language.detect import votes
from medicalcor.domain.language.text import Words, read
from medicalcor.schemas.common import LANGUAGES as ALL_LANGUAGES

Heard = Literal["wish", "doubt", "nothing"]
"""`doubt`: the words are those of such a wish, but the clause speaks of something else too, tells, or asks."""

Form = tuple[str, ...]
Parts = Mapping[str, list[int]]
"""Where the words stand that play each part."""

_FORMS: Final[tuple[Form, ...]] = (
    ("not", "more", "reach"),
    ("not", "more", "send"),
    ("not", "more", "thing"),
    ("not", "more", "mine"),
    ("not", "more", "consent"),
    ("not", "reach", "me"),
    ("not", "want", "reach"),
    ("cease", "reach"),
    ("cease", "send"),
    ("cease", "thing"),
    ("cease", "mine"),
    ("not", "use", "mine"),
    ("take", "mine"),
    ("revoke", "consent"),
    ("reach", "somebody"),
)
_ASKED: Final[Form] = ("not", "many")
"""What means it too after a question about consent: "your messages are not wanted", but not "not too many"."""
_KEEPS: Final[frozenset[Form]] = frozenset({("take", "mine"), ("revoke", "consent")})
"""What "not" before it turns into the contrary: "don't delete my number"."""
_TELLS: Final[frozenset[Form]] = frozenset({("not", "more", "consent")})
"""What may stand in the past tense: "you no longer have my permission"."""
_SINGLE: Final[frozenset[Form]] = frozenset({_ASKED, ("not", "reach", "me"), ("not", "want", "reach")})
"""What "now" makes something else: "don't call me now"."""
OBJECT: Final = frozenset({"object"})
"""What may be sent, called off or rung besides: a photo, an appointment, the landline."""
ELSE: Final = OBJECT | {"other"}
"""And what else a clinic is told of: a visit, a day, a tooth, a price."""
_POSSIBLE: Final = 0.3
"""A language with so much of the votes of the loudest may be the one that is written."""
_MISSPELT: Final = 6
"""Letters that a beginning must have for a slip in it to be overlooked."""


def heard(text: str, *, asked: bool = False) -> Heard:
    """`asked`: it follows a question about consent."""
    clauses, forms = _heard(text), (*_FORMS, _ASKED) if asked else _FORMS
    foreign = _foreign(text)
    for clause in clauses:
        for language in foreign & clause.parts.keys():
            del clause.parts[language]  # Romanian "mai" is Italian "never"
    found = {_read(clause, [other for other in clauses if other is not clause], forms) for clause in clauses}
    return "wish" if "wish" in found else "doubt" if "doubt" in found else "nothing"


def without(text: str, parts: AbstractSet[str]) -> str | None:
    """What is left without the clauses in which a word plays any of these parts; none when none does."""
    clauses = _heard(text)
    left = [
        clause.said for clause in clauses if not any(parts & found.keys() for found in clause.parts.values())
    ]
    return None if len(left) == len(clauses) else " ".join(left)


def keeps(text: str) -> bool:
    """ "Don't forget my number": the contrary of what it looks like."""
    return any(
        _stands((*form, "not"), parts) and "more" not in parts
        for clause in _heard(text)
        for parts in clause.parts.values()
        for form in _KEEPS
    )


def speaks_of_us(text: str) -> bool:
    """Whether a clause names messages, being written to or what we hold of them, and nothing else that we know of."""
    return any(
        {"reach", "thing", "mine"} & parts.keys() and not ELSE & parts.keys()
        for clause in _heard(text)
        for parts in clause.parts.values()
    )


def _foreign(text: str) -> AbstractSet[str]:
    """Languages in which the text surely does not stand, where enough of it says so."""
    counted = votes(read(text))
    return frozenset(ALL_LANGUAGES) - counted.plausible(within=_POSSIBLE) if counted.clear else frozenset()


class _Clause:
    """A clause's words, whether it asks, and where each language's parts stand in it."""

    def __init__(self, words: Sequence[str], asks: bool) -> None:
        self.said = " ".join(words)
        self.asks = asks
        self.length = len(words)
        self.parts: dict[str, dict[str, list[int]]] = {}
        for place, word in enumerate(words):
            for language, parts in _parts(word).items():
                for part in parts:
                    self.parts.setdefault(language, {}).setdefault(part, []).append(place)


def _heard(text: str) -> list[_Clause]:
    return [_Clause(words, asks) for words, asks in _clauses(read(text))]


def _clauses(words: Words) -> Iterator[tuple[list[str], bool]]:
    """Each clause's words, and whether it stands in a question that is no polite request. "I don't want that you write"
    is one clause, whatever comma stands in it.
    """
    found: list[tuple[int, list[str]]] = []
    for number in dict.fromkeys(words.clauses):
        places = [place for place, clause in enumerate(words.clauses) if clause == number]
        said, sentence = [words.folded[place] for place in places], words.sentences[places[0]]
        if found and found[-1][0] == sentence and said[0] in _any("joins"):
            found[-1][1].extend(said)
        else:
            found.append((sentence, said))
    for sentence, said in found:
        yield said, sentence in words.asked and _any("polite").isdisjoint(said)


def _read(clause: _Clause, others: Sequence[_Clause], forms: Sequence[Form]) -> Heard:
    if any(spoken.rest.search(clause.said) for spoken in _languages().values()):
        return "doubt" if clause.asks else "wish"
    if _halts(clause, others):
        return "wish"
    found = {
        _settled(form, parts, [other.parts.get(language, {}) for other in others])
        for language, parts in clause.parts.items()
        for form in forms
        if _stands(form, parts)
    }
    if not found:
        return "nothing"
    return "wish" if True in found and not clause.asks else "doubt"


def _halts(clause: _Clause, others: Sequence[_Clause]) -> bool:
    """Whether the clause is no more than "please stop", and what else is said is of messages and nothing else."""
    return any(
        "halt" in parts
        and not any(ELSE & other.parts.get(language, {}).keys() for other in others)
        and len({*parts["halt"], *parts.get("filler", ())}) == clause.length
        and (
            not others
            or any({"reach", "thing", "mine"} & other.parts.get(language, {}).keys() for other in others)
        )
        for language, parts in clause.parts.items()
    )


def _stands(form: Form, parts: Parts) -> bool:
    """Whether each part is played by a word of its own."""
    if any(part not in parts for part in form):
        return False
    return any(len(set(cast)) == len(form) for cast in product(*(parts[part] for part in form)))


def _settled(form: Form, parts: Parts, others: Sequence[Parts]) -> bool:
    """Whether the clause says that and nothing else, and no other clause names a way to reach them instead."""
    if ELSE & parts.keys() or ("past" in parts and form not in _TELLS) or ("not" in parts and form in _KEEPS):
        return False
    instead = [other for other in (parts, *others) if "rather" in other]
    if form in _SINGLE:
        instead += [other for other in others if "reach" in other and "not" not in other]
        return not instead and not {"later", "measure"} & parts.keys()
    return not instead or "not" not in form


# the words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Language:
    parts: Mapping[str, "_Part"]
    rest: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Part:
    whole: frozenset[str]
    beginnings: Mapping[str, tuple[str, ...]]
    """By their first letter."""

    def plays(self, word: str) -> bool:
        return word in self.whole or any(_begins(word, one) for one in self.beginnings.get(word[0], ()))


@lru_cache(maxsize=65_536)
def _parts(word: str) -> Mapping[str, frozenset[str]]:
    """The parts that a word may play, by language."""
    found = {
        language: frozenset(name for name, part in spoken.parts.items() if part.plays(word))
        for language, spoken in _languages().items()
    }
    return {language: parts for language, parts in found.items() if parts}


def _begins(word: str, beginning: str) -> bool:
    """Whether it begins so, or nearly: one letter too few, too many, other, or two changed about."""
    if word.startswith(beginning):
        return True
    size = len(beginning)
    if size < _MISSPELT or len(word) < size - 1:
        return False
    return any(_one_slip(word[:length], beginning) for length in (size - 1, size, size + 1))


def _one_slip(one: str, other: str) -> bool:
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    source = resources.files("medicalcor.domain.consent").joinpath("silence.toml").read_text("utf-8")
    return tomllib.loads(source)


@cache
def _any(kind: str) -> frozenset[str]:
    return frozenset(_data()["any"][kind])


@cache
def _languages() -> Mapping[str, _Language]:
    return {
        name: _Language(
            {part: _part(words) for part, words in spoken.items() if part != "rest"},
            re.compile(rf"\b(?:{'|'.join(spoken['rest'])})\b"),
        )
        for name, spoken in _data().items()
        if name != "any"
    }


def _part(words: Sequence[str]) -> _Part:
    beginnings = sorted(word[:-1] for word in words if word.endswith("*"))
    return _Part(
        frozenset(word for word in words if not word.endswith("*")),
        {letter: tuple(found) for letter, found in groupby(beginnings, lambda word: word[0])},
    )
