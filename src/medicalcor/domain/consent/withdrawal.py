"""Whether somebody wants no more offers, or to be left alone altogether, or to be written to again.

A wish for silence is found by the scoring rules; here is found what it is about. The forms are data, in `withdrawal.toml`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from medicalcor.domain.consent import silence as own_words
from medicalcor.domain.language.text import read

_SHORT: Final = 14
"""Words: a longer message says more than that."""


@dataclass(frozen=True, slots=True)
class Wish:
    scope: Literal["offers", "everything", "none"]
    alone: bool
    """Whether the message says nothing else."""


def wish(text: str, *, silence: bool, asked: bool = False) -> Wish:
    """What is to end. `silence` is what the scoring rules say of the message: whether it is a wish for silence.

    `asked`: it follows a question about consent, so that shorter words and odder ones mean that too.
    """
    words = read(text)
    said = " ".join(words.folded)
    ends_offers = any(pattern.search(said) for pattern in _forms().ends) and not words.asked
    heard = own_words.heard(text, asked=asked)
    silence = silence or heard == "wish"
    elsewhere = (
        _only_hurts(said)
        or own_words.keeps(text)
        or own_words.elsewhere(text)
        or _is_about_else(text, own_words.heard(text))
    )
    if not ends_offers and heard != "wish" and (not silence or elsewhere):
        return Wish("none", alone=False)
    alone = len(words.folded) <= _SHORT and not words.asked
    only_offers = (
        _forms().offers.search(said)
        and not _means_everything(text, said)
        and own_words.heard(own_words.beside(text, _forms().offers)) != "wish"
    )
    return Wish("everything" if silence and not only_offers else "offers", alone)


def wants_back(text: str) -> bool:
    """Whether the whole message asks to be written to again."""
    return " ".join(word for word in read(text).folded if word.isalnum()) in _forms().start


def speaks_of_messages(text: str) -> bool:
    """Whether messages, offers or being contacted are named, or it begins with a word for stopping."""
    return _names_us(" ".join(read(text).folded))


def _names_us(said: str) -> bool:
    known = _forms()
    begins = said.partition(" ")[0] in known.stop
    return begins or any(form.search(said) for form in (known.everything, known.offers, known.messages))


def _only_hurts(said: str) -> bool:
    """ "I can't take it any more": of pain, not of messages."""
    return bool(_forms().pain.search(said)) and not _names_us(said)


def _is_about_else(text: str, heard: own_words.Heard) -> bool:
    """ "Stop, I forgot, I'll come at eleven", "don't send the photos any more": of a visit or a thing, and not of us."""
    left = own_words.without(text, own_words.OBJECT if heard == "doubt" else own_words.ELSE)
    if left is None or _means_everything_alone(text):
        return False
    known = _forms()
    return not any(form.search(left) for form in (known.everything, known.offers, known.messages))


def begins_with_stop(text: str) -> bool:
    """Whether its first word is the bare word for stopping."""
    return " ".join(read(text).folded).partition(" ")[0] in _forms().stop


def _means_everything(text: str, said: str) -> bool:
    """Something that goes beyond offers, or the bare word for stopping in a sentence of its own."""
    return bool(_forms().everything.search(said)) or _means_everything_alone(text)


def _means_everything_alone(text: str) -> bool:
    """Whether the bare word for stopping is a sentence of its own."""
    sentences = (" ".join(read(part).folded) for part in re.split(r"[.!?\n;]+", text))
    return any(sentence in _forms().stop for sentence in sentences)


@dataclass(frozen=True, slots=True)
class _Forms:
    offers: re.Pattern[str]
    everything: re.Pattern[str]
    messages: re.Pattern[str]
    pain: re.Pattern[str]
    ends: tuple[re.Pattern[str], ...]
    stop: frozenset[str]
    start: frozenset[str]


@cache
def _forms() -> _Forms:
    source = resources.files("medicalcor.domain.consent").joinpath("withdrawal.toml").read_text("utf-8")
    data: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(source)
    languages = data.values()

    def every(kind: str) -> list[str]:
        return [form for language in languages for form in language.get(kind, ())]

    return _Forms(
        offers=_any(every("offers")),
        everything=_any(every("everything")),
        messages=_any(every("messages")),
        pain=_any(every("pain")),
        ends=tuple(
            re.compile(
                rf"\b(?:{'|'.join(spoken['ends'])})\b(?: \S+){{0,6}}? (?:{'|'.join(spoken['offers'])})\b"
            )
            for spoken in languages
            if "ends" in spoken
        ),
        stop=frozenset(every("stop")),
        start=frozenset(every("start")),
    )


def _any(forms: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(forms)})\b")
