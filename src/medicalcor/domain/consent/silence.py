"""Whether somebody says, in their own words, that they want to hear no more from us.

Not a list of sentences: a clause means it when its words play the right parts together, as "not" + "more" + "write"
or "remove" + "my number" do. The words are data, in `silence.toml`; `clauses.py` finds the parts that they play.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import product
from typing import Final, Literal

from medicalcor.domain.consent.clauses import Clause, Parts, any_of, languages
from medicalcor.domain.consent.clauses import clauses as clauses_of
from medicalcor.domain.language.detect import votes
from medicalcor.domain.language.text import read
from medicalcor.schemas.common import LANGUAGES as ALL_LANGUAGES

Heard = Literal["wish", "doubt", "nothing"]
"""`doubt`: the words are those of such a wish, but the clause speaks of something else too, tells, or asks."""

Form = tuple[str, ...]

_FORMS: Final[tuple[Form, ...]] = (
    ("not", "more", "reach"),
    ("not", "more", "send"),
    ("not", "more", "thing"),
    ("not", "more", "mine"),
    ("not", "more", "consent"),
    ("not", "more", "hear", "you"),
    ("not", "want", "hear", "you"),
    ("not", "reach", "me"),
    ("not", "want", "reach"),
    ("not", "touch"),
    ("not", "stand", "thing"),
    ("not", "stand", "you"),
    ("not", "want", "mine"),
    ("not", "use", "mine"),
    ("cease", "reach"),
    ("cease", "send"),
    ("cease", "thing"),
    ("cease", "mine"),
    ("cease", "touch"),
    ("sated", "reach"),
    ("sated", "thing"),
    ("sated", "you"),
    ("annoying", "you"),
    ("annoying", "thing"),
    ("not", "more", "want", "you"),
    ("leave", "peace"),
    ("told", "peace"),
    ("take", "mine"),
    ("revoke", "consent"),
    ("not", "consent", "reach"),
    ("not", "signed", "reach"),
    ("not", "signed", "mine"),
    ("threat", "more", "reach"),
    ("threat", "more", "thing"),
    ("reach", "somebody"),
    ("away",),
)
_ASKED: Final[tuple[Form, ...]] = (
    ("not", "many"),
    ("not", "reach"),
    ("not", "signed"),
    ("annoying",),
    ("annoying", "me"),
    ("threat",),
    ("junk",),
    ("want", "peace"),
)
"""What means it too after a question about consent: "your messages are not wanted", but not "not too many". Unasked, what
bothers somebody is a tooth more often than we are."""
_KEEPS: Final[frozenset[Form]] = frozenset({("take", "mine"), ("revoke", "consent"), ("leave", "peace")})
"""What "not" before it turns into the contrary: "don't delete my number"."""
_DENIED: Final[frozenset[Form]] = _KEEPS | {
    form for form in (*_FORMS, *_ASKED) if {"sated", "annoying", "away", "threat", "junk"} & {*form}
}
"""What "not" beside it makes doubtful: "your messages are not annoying"."""
_TELLS: Final[frozenset[Form]] = frozenset(
    {("not", "more", "consent"), ("not", "consent", "reach"), ("not", "signed")}
    | {form for form in (*_FORMS, *_ASKED) if {"sated", "annoying", "threat", "told", "signed"} & {*form}}
)
"""What may stand in the past tense: "you no longer have my permission"."""
_SINGLE: Final[frozenset[Form]] = frozenset(
    {("not", "many"), ("not", "reach"), ("not", "reach", "me"), ("not", "want", "reach")}
)
"""What "now" makes something else: "don't call me now"."""
OBJECT: Final = frozenset({"object"})
"""What may be sent, called off or rung besides: a photo, an appointment, the landline."""
ELSE: Final = OBJECT | {"other"}
"""And what else a clinic is told of: a visit, a day, a tooth, a price."""
_OURS: Final = frozenset({"reach", "thing", "mine", "annoying", "sated", "halt", "told"})
"""What makes a clause one about us."""
_POSSIBLE: Final = 0.3
"""A language with so much of the votes of the loudest may be the one that is written."""

_SHORT: Final = 2
"""Words of "just text"."""


def heard(text: str, *, asked: bool = False) -> Heard:
    """`asked`: it follows a question about consent."""
    spoken, forms = _heard(text), (*_FORMS, *_ASKED) if asked else _FORMS
    found = {_read(clause, [other for other in spoken if other is not clause], forms) for clause in spoken}
    return "wish" if "wish" in found else "doubt" if "doubt" in found else "nothing"


def without(text: str, parts: AbstractSet[str]) -> str | None:
    """What is left without the clauses in which a word plays any of these parts; none when none does."""
    spoken = _heard(text)
    left = [
        clause.said for clause in spoken if not any(parts & found.keys() for found in clause.parts.values())
    ]
    return None if len(left) == len(spoken) else " ".join(left)


def beside(text: str, named: re.Pattern[str]) -> str:
    """What is said in the clauses that do not name this."""
    return ". ".join(clause.said for clause in _heard(text) if not named.search(clause.said))


def keeps(text: str) -> bool:
    """ "Don't forget my number": the contrary of what it looks like."""
    return any(
        _stands((*form, "not"), parts) and "more" not in parts
        for clause in _heard(text)
        for parts in clause.parts.values()
        for form in _KEEPS
    )


def elsewhere(text: str) -> bool:
    """ "Don't call me, write to me": another way is wanted, not silence. Nor is "can I unsubscribe later?" more than asked."""
    spoken = _heard(text)
    if any(clause.asks and _is_only_asked(clause) for clause in spoken):
        return True
    return any(
        _invites(clause, language) and any("not" in other.parts.get(language, {}) for other in spoken)
        for clause in spoken
        for language in clause.parts
    )


def _is_only_asked(clause: Clause) -> bool:
    return not any_of("someday").isdisjoint(clause.words) or any(
        ELSE & parts.keys() for parts in clause.parts.values()
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


@lru_cache(maxsize=64)
def _heard(text: str) -> Sequence[Clause]:
    foreign = _foreign(text)  # Romanian "mai" is Italian "never"
    return tuple(
        part.forget(foreign) for clause in clauses_of(text) for part in _apart(clause.forget(foreign))
    )


def _apart(clause: Clause) -> Iterator[Clause]:
    """ "Cancel my visit and don't write any more" is two clauses, since one of them says it by itself."""
    for place in range(1, len(clause.words) - 1):
        if clause.words[place] in any_of("ands"):
            before, after = clause.split(0, place), clause.split(place + 1, len(clause.words))
            if _says_it(after) or (_says_it(before) and not _goes_on(after)):
                yield before
                yield from _apart(after)
                return
    yield clause


def _goes_on(clause: Clause) -> bool:
    """ "... and text me again": it belongs to what was said before."""
    return any(0 in {*parts.get("reach", ()), *parts.get("send", ())} for parts in clause.parts.values())


def _says_it(clause: Clause) -> bool:
    return any(
        len(form) > 1 and _stands(form, parts) for parts in clause.parts.values() for form in _FORMS
    ) or any(spoken.rest.search(clause.said) for spoken in languages().values())


def _read(clause: Clause, others: Sequence[Clause], forms: Sequence[Form]) -> Heard:
    if any(spoken.rest.search(clause.said) for spoken in languages().values()):
        mistaken = any("mistake" in parts for parts in clause.parts.values())
        return "doubt" if clause.asks or mistaken else "wish"
    asked = forms != _FORMS
    if _halts(clause, others, asked=asked) or _wants_no_more(clause, others, asked=asked):
        return "wish"
    found = {
        _settled(form, language, clause, others)
        for language, parts in clause.parts.items()
        for form in forms
        if _stands(form, parts)
    }
    found |= {
        not ELSE & clause.parts.get(language, {}).keys() and "not" not in clause.parts.get(language, {})
        for language, spoken in languages().items()
        if spoken.off.search(clause.said)
    }
    if not found:
        return "nothing"
    return "wish" if True in found and not clause.asks else "doubt"


def _halts(clause: Clause, others: Sequence[Clause], *, asked: bool) -> bool:
    """Whether the clause is no more than "please stop", and what else is said is of messages and nothing else; "delete
    it" too where the other clause names what they gave us.
    """
    for language, parts in clause.parts.items():
        beside = [other.parts.get(language, {}) for other in others]
        deletes = any("mine" in other for other in beside) or (asked and not others)
        stops = {*parts.get("halt", ()), *(parts.get("take", ()) if deletes else ())}
        if (
            stops
            and len({*stops, *parts.get("filler", ())}) == len(clause.words)
            and not any(ELSE & other.keys() for other in beside)
            and (_all_filler(others, language) or any(_OURS & other.keys() for other in beside))
        ):
            return True
    return False


def _all_filler(clauses: Sequence[Clause], language: str) -> bool:
    return all(
        len(clause.parts.get(language, {}).get("filler", ())) == len(clause.words) for clause in clauses
    )


def _wants_no_more(clause: Clause, others: Sequence[Clause], *, asked: bool) -> bool:
    """Whether the clause is no more than "I want no more", and what else is said is of messages and nothing else."""
    for language, parts in clause.parts.items():
        beside = [other.parts.get(language, {}) for other in others]
        said = {place for part in ("not", "more", "want", "me", "filler") for place in parts.get(part, ())}
        if (
            _stands(("not", "more", "want"), parts)
            and len(said) == len(clause.words)
            and not any((ELSE | {"past"}) & other.keys() for other in beside)
            and (any({"reach", "send", "thing"} & other.keys() for other in beside) or (asked and not others))
            and not clause.asks
        ):
            return True
    return False


def _stands(form: Form, parts: Parts) -> bool:
    """Whether each part is played by a word of its own."""
    if any(part not in parts for part in form):
        return False
    return any(len(set(cast)) == len(form) for cast in product(*(parts[part] for part in form)))


def _settled(form: Form, language: str, clause: Clause, others: Sequence[Clause]) -> bool:
    """Whether the clause says that and nothing else, and no other clause names a way to reach them instead."""
    parts = clause.parts[language]
    told = "past" in parts and "told" not in parts and form not in _TELLS
    if ELSE & parts.keys() or told or ("not" in parts and form in _DENIED):
        return False
    return "not" not in form or not (
        _denies_else(form, language, clause, others) or any(_invites(other, language) for other in others)
    )


def _denies_else(form: Form, language: str, clause: Clause, others: Sequence[Clause]) -> bool:
    """Whether it is something else that is denied: being able to, having to, for now."""
    parts = clause.parts[language]
    beside = [other.parts.get(language, {}) for other in others]
    elsewhere = any(ELSE & other.keys() for other in beside)
    unable = "able" in parts and bool({"reach", "send", "thing"} & {*form})  # "I get no more messages"
    sent = form == ("not", "more", "send") and "thing" not in parts  # "send no more, I have the prescription"
    needless = "need" in parts and "reach" in form  # "no need to call any more, I found the address"
    way = form == ("not", "reach") and any(any_of("yes") & {*one.words} for one in (clause, *others))
    if "remember" in parts or unable or way or (elsewhere and (sent or needless)):
        return True  # "don't forget to write"; "messages yes, calls no"
    if form not in _SINGLE:
        return False
    calls = any("able" in other or ("reach" in other and "not" not in other) for other in beside)
    return calls or bool({"later", "measure", "need"} & parts.keys())


def _invites(clause: Clause, language: str) -> bool:
    """Whether it names another way to reach them: "write to me", "rather on my mobile"."""
    parts = clause.parts.get(language, {})
    if {"not", "cease", "take", "somebody"} & parts.keys():
        return False
    reach = {*parts.get("reach", ()), *parts.get("send", ())}
    first = next((i for i in range(len(clause.words)) if i not in parts.get("filler", ())), 0)
    begins = first in reach and (bool({"me", "thing"} & parts.keys()) or len(clause.words) <= _SHORT)
    only = "only" in parts and bool({"reach", "send", "thing"} & parts.keys())
    return "rather" in parts or begins or only or ("here" in parts and bool(reach))
