"""What a reply says to a question about consent: yes, no, or something that a person must read.

Only a reply to a question that was asked can be consent, and only if nothing but the answer stands
in it: "yes please" is one, "ok, I'll come tomorrow" is none. A wish not to be written to counts
always, asked or not. What an answer may be made of is data, in `replies.toml`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, Final, Literal

from medicalcor.domain.consent.clauses import one_slip, parts_of
from medicalcor.domain.consent.silence import heard, speaks_of_us
from medicalcor.domain.consent.withdrawal import begins_with_stop, speaks_of_messages, wish
from medicalcor.domain.language.text import Words, fold, read
from medicalcor.domain.scoring.rules import score
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.events.consents import ConsentPurpose
from medicalcor.schemas.scoring import ScoringInput, Turn

Verdict = Literal["granted", "denied", "withdrawn", "doubt", "nothing"]
"""`withdrawn` is a wish for silence or for no more offers; `doubt` goes to a person; `nothing` says
nothing about consent."""
Kind = Literal["yes", "no", "courtesies", "emphasis", "joins", "fillers", "complements", "refusals", "topics"]
_KINDS: Final[tuple[Kind, ...]] = (
    "yes", "refusals", "no", "courtesies", "emphasis", "joins", "fillers", "complements", "topics",
)  # fmt: skip
Form = tuple[str, ...]
"""A piece's words."""

_EVERYWHERE: Final[Language] = "en"
"""People answer yes and no in English to questions in any language."""
_AGAINST: Final = frozenset("👎❌🚫✋🙅😠😡🤬🙄🤔🤷")
"""Signs that do not go with a yes."""
_LONGEST: Final = 12
"""Words of a piece."""
_WAYS: Final[Mapping[str, re.Pattern[str]]] = {
    "whatsapp": re.compile(r"\bwhats?app\w*\b"),
    "sms": re.compile(r"\b(?:sms\w*|textos?)\b"),
    "email": re.compile(r"\b(?:e ?)?(?:mail\w*|correo)\b"),
    "phone": re.compile(r"\b(?:tele[fp]\w*|phone|apel\w*)\b"),
}
"""How each way to reach somebody is named. A yes to another way than the one that was asked about is none."""
_MEANS: Final[Mapping[Kind, str]] = {"yes": "yes", "no": "no", "refusals": "no"}
_COSTS: Final[Mapping[Kind, float]] = {"refusals": 0.9, "complements": 0.95}
"""What counts for less than a piece: "I don't agree" + "to that" is read before "I don't" + "agree to that"."""
_SPELT: Final = 5
"""Letters of a word in which a slip is overlooked."""
_SIGNED: Final = 2
"""Words of a name at the end."""


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
    if question is not None and answers == {"yes"} and _names_other_way(words, question.purposes):
        answers = {"yes", "no"}
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
    kinds = _kinds(tuple(word for word in words.folded if word.isalnum()), languages)
    if not kinds:
        kinds = _signed(words, languages)
    if "joins" in kinds[-1:]:
        return set()  # "yes, but"
    answers: set[str] = {_MEANS[kind] for kind in kinds if kind in _MEANS}
    if answers == {"no"} and ("fillers" in kinds or ("topics" in kinds and "refusals" not in kinds)):
        return {"yes", "no"}  # "no, that's fine" can be read both ways, "no, write to me" too
    return answers


def _kinds(said: Form, languages: tuple[Language, ...]) -> list[Kind]:
    pieces = _pieces(languages)
    spelt = tuple(_polite(word, languages) for word in said)
    bare = tuple(word for word in spelt if pieces.get((word,)) != "emphasis")
    return (
        _cover(said, pieces) or _cover(_once(said), pieces) or _cover(spelt, pieces) or _cover(bare, pieces)
    )


def _polite(word: str, languages: tuple[Language, ...]) -> str:
    """A misspelt "thanks" as it is spelt. Nothing else that an answer is made of is guessed at."""
    if word in _known(languages) or len(word) < _SPELT:
        return word
    return next((one for one in _courtesies(languages) if one_slip(word, one)), word)


def _signed(words: Words, languages: tuple[Language, ...]) -> list[Kind]:
    """Of an answer with courtesies that ends in a name, its pieces without the name."""
    places = [place for place, word in enumerate(words.folded) if word.isalnum()]
    for count in range(1, min(_SIGNED, len(places) - 1) + 1):
        if not _is_name(words, places[-count], languages):
            break
        before = tuple(words.folded[place] for place in places[:-count])
        kinds = _kinds(before, languages)
        apart = words.clauses[places[-count]] != words.clauses[places[-count - 1]]
        if kinds and ((apart and "courtesies" in kinds) or kinds[-1] == "courtesies"):
            return kinds
    return []


def _is_name(words: Words, place: int, languages: tuple[Language, ...]) -> bool:
    """Whether a word is written like one, and is none that we know in these languages."""
    word, written = words.folded[place], words.text[words.starts[place] : words.ends[place]]
    known = word in _known(languages) or not parts_of(word).keys().isdisjoint(languages)
    return written.istitle() and len(word) > 2 and not known


def _names_other_way(words: Words, purposes: Sequence[ConsentPurpose]) -> bool:
    """Whether it names a way to be reached that the question was not about."""
    said = " ".join(words.folded)
    named = {way for way, pattern in _WAYS.items() if pattern.search(said)}
    return any(not any(purpose.endswith(way) for way in named) for purpose in purposes) if named else False


def _cover(said: Form, pieces: Mapping[Form, Kind]) -> list[Kind]:
    """The fewest pieces that make up all of it, by their kinds; empty when there are none."""
    best: list[tuple[float, list[Kind]] | None] = [(0, []), *(None for _ in said)]
    for end in range(1, len(said) + 1):
        for start in range(max(0, end - _LONGEST), end):
            kind, before = pieces.get(said[start:end]), best[start]
            if kind is None or before is None:
                continue
            cost, so_far = before[0] + _COSTS.get(kind, 1), best[end]
            if so_far is None or cost < so_far[0]:
                best[end] = (cost, [*before[1], kind])
    return best[-1][1] if best[-1] else []


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


@cache
def _known(languages: tuple[Language, ...]) -> frozenset[str]:
    """Every word that an answer in one of these languages may hold."""
    return frozenset(word for form in _pieces(languages) for word in form)


@cache
def _courtesies(languages: tuple[Language, ...]) -> tuple[str, ...]:
    """The longer words of courtesy."""
    kinds = _pieces(languages)
    return tuple(form[0] for form, kind in kinds.items() if kind == "courtesies" and len(form[0]) >= _SPELT)


def _expanded(piece: str, words: Mapping[str, Sequence[str]]) -> Iterator[Form]:
    """The pieces that one stands for: `{list}` is any of a list of words, `{list?}` may be left out too."""
    found = re.search(r"\{(\w+)(\??)\}", piece)
    if found is None:
        yield tuple(_folded(piece))
        return
    for word in (*words[found[1]], *(("",) if found[2] else ())):
        yield from _expanded(f"{piece[: found.start()]}{word}{piece[found.end() :]}", words)


def _folded(piece: str) -> Iterator[str]:
    return (
        (fold(part) for part in piece.split())
        if piece.isascii() and "'" not in piece
        else iter(read(piece).folded)
    )


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
        words = data[language].get("words", {})
        return frozenset(form for piece in data[language][kind] for form in _expanded(piece, words))

    return {
        language: _Forms(
            {kind: forms(language, kind) for kind in _KINDS},
            forms(language, "unsure"),
            re.compile(rf"\b(?:{'|'.join(data[language]['about'])})\b"),
        )
        for language in LANGUAGES
    }
