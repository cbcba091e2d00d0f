"""For whom a visit is, when it is not for the person who writes: `for my son Andrei`, `programarea mamei`.

Only what is said of a visit or of a need counts: that a husband drives is nothing about who comes.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from medicalcor.domain.language.detect import first_names, ordinary_words
from medicalcor.domain.language.text import fold
from medicalcor.domain.scheduling.understanding.kinship import Tongue, tongue_of, words_of_visits
from medicalcor.schemas.appointments import Relation, Whose
from medicalcor.schemas.common import Language

_TOKEN: Final = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)+|[^\W_]+(?:['’][^\W_]+)*|[.,;:!?\n()]")
_PARTS: Final = re.compile(r"[a-z]{2,}")
_ENDINGS: Final = re.compile(r"(?:nak|nek|s)$")
"""What a name takes on in Hungarian and English: `Balázsnak`, `Andrei's`."""
_LONGEST_ENDING: Final = 4
_SHORTEST: Final = 3
_TITLES: Final = frozenset(
    [
        "dr",
        "drul",
        "doctor",
        "doctorul",
        "doctora",
        "doamna",
        "domnul",
        "cu",
        "with",
        "bei",
        "mit",
        "frau",
        "herr",
        "con",
        "avec",
        "docteur",
        "dott",
        "dottor",
        "doktor",
    ]
)
"""After one of these a name is a practitioner's."""
_MOST_NAMES: Final = 3
_AGE: Final = re.compile(
    r"(?:, )*(?:(?:de|di|aged|whos|who is|is|are) )?\d{1,2} ?(?:ani\w*|luni|years?|yrs?|yo|months?|jahre?|monate?|anni|mesi|ans|mois|"
    r"anos|meses|eves|honapos)\b"
)
"""Whoever tells somebody's age wants something for them."""


@dataclass(frozen=True, slots=True)
class ForWhom:
    """What was said about who comes."""

    whose: Whose | None = None
    own: bool = False
    """The visit of the person who writes: `my own appointment`."""
    denied: bool = False
    """Said to be not for somebody who is spoken of: `not for my son`."""
    several: bool = False
    """Two people at once: arranging that is for a colleague."""


@dataclass(frozen=True, slots=True)
class _Hit:
    relation: Relation | None
    start: int
    end: int


class _Said:
    """The words of a text in a row, folded, with the way back to how they were written."""

    def __init__(self, text: str) -> None:
        self.words = [found.group() for found in _TOKEN.finditer(text)]
        self.folded = [fold(word) if word[0].isalnum() else "," for word in self.words]
        self._starts: list[int] = []
        at = 0
        for word in self.folded:
            self._starts.append(at)
            at += len(word) + 1
        self.line = " ".join(self.folded)
        self.shouted = text.isupper()

    def index(self, at: int) -> int:
        """Of the word that begins there, or has begun."""
        return bisect_right(self._starts, at) - 1

    def after(self, end: int) -> int:
        """Of the next word."""
        return bisect_right(self._starts, max(end - 1, 0))


def read_whose(
    text: str,
    languages: Iterable[Language],
    *,
    known: Sequence[Whose] = (),
    strangers: Collection[str] = (),
    bare: bool = False,
) -> ForWhom:
    """`known`: who has had visits from this address; `strangers`: names that are somebody else's, the practitioners'.

    `bare`: it was asked whose visit is meant, so that `my son` alone is an answer.
    """
    said = _Said(text)
    tongues = [tongue_of(language) for language in languages]
    foreign = {part for name in strangers for part in _PARTS.findall(fold(name))}
    mine = [(tongue, found) for tongue in tongues for found in tongue.me.finditer(said.line)]
    mine = [(tongue, me) for tongue, me in mine if not tongue.denied.search(said.line, 0, me.start())]
    sure = any(not tongue.suits.search(said.line, 0, me.start()) for tongue, me in mine)
    heard = [(hit, tongue) for tongue in tongues for hit in _hits(said, tongue, bare=bare, sure=sure)]
    hits = _outermost(hit for hit, tongue in heard if not _is_vain(said, tongue, hit))
    found = [_named(said, hit, tongues) for hit in hits]
    several = len({hit.relation for hit in hits}) > 1 or _joined_names(said, tongues, foreign)
    several = several or any(_is_joined(said, tongue, me.end()) for tongue, me in mine)
    if not found:
        found = [*_known(said, () if sure else known), *_by_name(said, tongues, foreign)]
    told = _told_name(said, tongues)
    whose = next(iter(found), None)
    if told is not None and (whose is None or whose.name is None):
        whose = Whose(name=told, relation=whose.relation if whose else None)
    denied = whose is None and any(_is_denied(said, tongue, hit) for hit, tongue in heard)
    return ForWhom(whose, whose is None and (denied or bool(mine)), denied, several)


def _is_joined(said: _Said, tongue: Tongue, end: int) -> bool:
    """`for me and my wife`."""
    return any(form.match(said.line, end + 1) for form in tongue.joined.values())


def _is_vain(said: _Said, tongue: Tongue, hit: _Hit) -> bool:
    """Spoken of, but not as who comes: `not for my son`, `home by four for my son`, `for my son's wedding`."""
    if _is_denied(said, tongue, hit):
        return True
    if tongue.by_for.match(said.line, hit.start) and tongue.errand.search(said.line, 0, hit.start):
        return True
    within, following = said.line[hit.start : hit.end], said.line[hit.end + 1 :]
    return bool(tongue.events.search(within) or tongue.events.match(following))


def _is_denied(said: _Said, tongue: Tongue, hit: _Hit) -> bool:
    """`not for my son`, `an appointment not for my son`."""
    ends = [
        hit.start,
        *(hit.start + one.start() for one in tongue.by_for.finditer(said.line[hit.start : hit.end])),
    ]
    return any(tongue.denied.search(said.line, 0, end) for end in ends)


def _hits(said: _Said, tongue: Tongue, *, bare: bool, sure: bool) -> list[_Hit]:
    """`sure`: who also speaks of themselves means somebody else only where they say so: `my wife wants veneers, and for me …`."""
    found = [
        _Hit(r, *m.span()) for r, forms in tongue.strong.items() for f in forms for m in f.finditer(said.line)
    ]
    if bare and not found:
        found = [_Hit(r, *m.span()) for r, form in tongue.bare.items() for m in form.finditer(said.line)]
    sure = sure or tongue.too.search(said.line) is not None
    found = found or [
        hit
        for relation, form in tongue.weak.items()
        for match in form.finditer(said.line)
        if not sure and _needs(said, tongue, hit := _Hit(relation, *match.span()))
    ]
    if found:
        found += [_Hit(r, *m.span()) for r, form in tongue.joined.items() for m in form.finditer(said.line)]
    return found


def _needs(said: _Said, tongue: Tongue, hit: _Hit) -> bool:
    """`my son (Andrei) has toothache`; not `my son recommended you`."""
    at = said.after(hit.end)
    if _AGE.match(" ".join(said.folded[at : at + 6])):
        return True
    at += _steps(said, at, [tongue])
    if _is_name(said, at):
        at += 1
    asked = tongue.asks.search(
        said.line, 0, hit.start
    )  # `kann mein Sohn am Montag?`: as if it stood behind them
    rest = [*(asked.group().split() if asked else ()), *said.folded[at:]]
    return tongue.needs.match(" ".join(rest)) is not None


def _outermost(hits: Iterable[_Hit]) -> list[_Hit]:
    """`my mother in law` is no mother: what lies within something longer is left out."""
    found = sorted(set(hits), key=lambda hit: (hit.start, -hit.end, hit.relation or ""))
    kept: list[_Hit] = []
    for hit in found:
        if not any(other.start <= hit.start and hit.end <= other.end for other in kept):
            kept.append(hit)
    return kept


def _named(said: _Said, hit: _Hit, tongues: Sequence[Tongue]) -> Whose:
    at = said.after(hit.end)
    name = _name(said, at + _steps(said, at, tongues))
    if name is None and said.index(hit.start) > 0:  # Hungarian puts it first: `Balázs fiamnak`
        before = said.index(hit.start) - 1
        name = _name(said, before) if said.folded[before] in first_names() else None
    return Whose(name=name, relation=hit.relation)


def _steps(said: _Said, at: int, tongues: Sequence[Tongue]) -> int:
    """Words between somebody and their name: `, called`."""
    rest = " ".join(said.folded[at:])
    return max((len(found.group().split()) for t in tongues if (found := t.called.match(rest))), default=0)


def _name(said: _Said, at: int, foreign: Collection[str] = ()) -> str | None:
    """The name that stands there, as it was written; a surname goes with it."""
    if not _is_name(said, at, foreign):
        return None
    words = [_bare_name(said.words[at])]
    for word in said.words[at + 1 : at + _MOST_NAMES]:
        if not (_is_written_as_name(word) and fold(word) not in ordinary_words()) or said.shouted:
            break
        words.append(word)
    written = [word.lower() if said.shouted else word for word in words]
    return " ".join(word[:1].upper() + word[1:] for word in written)


def _is_name(said: _Said, at: int, foreign: Collection[str] = ()) -> bool:
    if not 0 <= at < len(said.words) or not _letters(said.words[at]).isalpha():
        return False
    word = said.folded[at]
    if word in foreign:
        return False
    if {word, _ENDINGS.sub("", word)} & first_names():
        return word not in ordinary_words() or _is_written_as_name(said.words[at])
    return _is_written_as_name(said.words[at]) and not said.shouted and word not in _no_names()


def _is_written_as_name(word: str) -> bool:
    return len(word) > 1 and all(part[:1].isupper() and part[1:].islower() for part in word.split("-"))


def _letters(word: str) -> str:
    return word.replace("'", "").replace("’", "").replace("-", "")


def _bare_name(word: str) -> str:
    """`Balázsnak` is Balázs."""
    short = re.sub(r"(?:nak|nek|['’]s)$", "", word)
    return short if short != word and fold(short) in first_names() else word


def _by_name(said: _Said, tongues: Sequence[Tongue], foreign: Collection[str]) -> list[Whose]:
    """`an appointment for Andrei`: a first name that is known for one."""
    found = []
    for tongue in tongues:
        for match in tongue.for_name.finditer(said.line):
            at = said.after(match.end())
            is_first = at < len(said.folded) and said.folded[at] in first_names()
            is_first = is_first and not tongue.denied.search(said.line, 0, match.start())
            if is_first and (name := _name(said, at, foreign)):
                found.append(Whose(name=name))
        for at, word in enumerate(said.folded):
            stem = next((word.removesuffix(one) for one in tongue.datives if word.endswith(one)), None)
            if stem in first_names() and (name := _name(said, at, foreign)):
                found.append(Whose(name=name))
    return found


def _known(said: _Said, known: Sequence[Whose]) -> list[Whose]:
    """Somebody who has had visits from here and is spoken of, whatever the ending that the name takes."""
    words = [
        word for before, word in zip(("", *said.folded), said.folded, strict=False) if before not in _TITLES
    ]
    found = []
    for one in known:
        parts = _PARTS.findall(fold(one.name or ""))
        if any(_mentions(word, part) for word in words for part in parts):
            found.append(one)
    return found if len(set(found)) == 1 else []


def _mentions(word: str, part: str) -> bool:
    """Also as Romanian bends it: `Mariei`, `Anei`."""
    bent = part.endswith("a") and word in {f"{part[:-1]}ei", f"{part[:-1]}i"}
    begins = word.startswith(part) and len(word) - len(part) <= _LONGEST_ENDING
    return len(part) >= _SHORTEST and (bent or begins)


def _told_name(said: _Said, tongues: Sequence[Tongue]) -> str | None:
    """`his name is Andrei`."""
    for tongue in tongues:
        for match in tongue.told.finditer(said.line):
            if name := _name(said, said.after(match.end())):
                return name
    return None


def _joined_names(said: _Said, tongues: Sequence[Tongue], foreign: Collection[str]) -> bool:
    """`for Andrei and Maria`."""
    joins = {word for tongue in tongues for word in tongue.joins}
    return any(
        word in joins
        and 0 < at < len(said.folded) - 1
        and said.folded[at - 1] in first_names()
        and said.folded[at + 1] in first_names()
        and not {said.folded[at - 1], said.folded[at + 1]} & set(foreign)
        for at, word in enumerate(said.folded)
    )


@cache
def _no_names() -> frozenset[str]:
    """Capitalised words that are no names: those of every language, days and months among them."""
    return ordinary_words() | frozenset(word for entry in words_of_visits() for word in _PARTS.findall(entry))
