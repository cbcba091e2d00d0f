"""For whom a visit is, read by rules from what patients write."""

from pathlib import Path
from typing import get_args

import pytest

from medicalcor.domain.language.phrases import kin
from medicalcor.domain.scheduling.understanding.family import fits, may_be
from medicalcor.domain.scheduling.understanding.whose import ForWhom, read_whose
from medicalcor.schemas.appointments import Relation, Whose
from medicalcor.schemas.common import LANGUAGES

DOCTORS = ("Dr. Ana Popescu",)
ANDREI = Whose(name="Andrei Pop", relation="son")


def _cases() -> list[list[str]]:
    lines = Path(__file__).with_name("whose_phrases.txt").read_text("utf-8").splitlines()
    return [[part.strip() for part in line.split(" | ")] for line in lines if line and line[0] != "#"]


def _read(language: str, text: str, **more: object) -> ForWhom:
    known = more.get("known", ())
    assert isinstance(known, tuple)
    code = next(one for one in LANGUAGES if one == language)
    return read_whose(text, [code], known=known, strangers=DOCTORS, bare=bool(more.get("bare")))


def _said(heard: ForWhom) -> str:
    if heard.several:
        return "several"
    if heard.whose is not None:
        return " ".join(one for one in (heard.whose.relation or "-", heard.whose.name) if one)
    return "own" if heard.own else "nobody"


@pytest.mark.parametrize(("language", "text", "meaning"), _cases())
def test_a_phrase_says_for_whom(language: str, text: str, meaning: str) -> None:
    assert _said(_read(language, text)) == meaning


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "mutați programarea lui Andrei"),
        ("ro", "Andrei nu poate marți"),
        ("en", "cancel Andrei's visit"),
        ("hu", "Andreinak nem jó"),
        ("de", "Andreis Termin verschieben"),
    ],
)
def test_who_has_visits_from_here_is_known_by_name_whatever_its_ending(language: str, text: str) -> None:
    assert _read(language, text, known=(ANDREI,)).whose == ANDREI


@pytest.mark.parametrize("text", ["for me please, like Andrei had", "for me, not for Andrei"])
def test_who_speaks_of_themselves_is_meant_though_somebody_known_is_named(text: str) -> None:
    assert _read("en", text, known=(ANDREI,)) == ForWhom(own=True)
    assert _read("en", "10:00 works for me, Andrei comes alone", known=(ANDREI,)).whose == ANDREI


def test_a_practitioner_of_the_same_name_is_not_taken_for_the_patient() -> None:
    ana = Whose(name="Ana", relation="daughter")
    assert _read("ro", "mutați programarea cu Ana", known=(ana,)).whose is None
    assert _read("ro", "mutați programarea Anei la Dr. Popescu", known=(ana,)).whose == ana
    assert _read("ro", "mutați programarea fiicei mele Ana").whose == ana


def test_once_asked_whose_visit_is_meant_a_bare_word_answers() -> None:
    assert _read("en", "my son", bare=True).whose == Whose(relation="son")
    assert _read("en", "my son").whose is None


@pytest.mark.parametrize(
    ("said", "visit", "surely", "maybe"),
    [
        (Whose(name="Andrei"), ANDREI, True, False),
        (Whose(relation="son"), ANDREI, True, False),
        (Whose(relation="child"), ANDREI, True, False),
        (Whose(name="Matei"), ANDREI, False, False),
        (Whose(relation="wife"), ANDREI, False, False),
        (Whose(relation="son"), Whose(name="Andrei"), False, True),
        (Whose(name="Andrei"), Whose(relation="son"), False, True),
    ],
)
def test_whose_visit_it_is_is_certain_possible_or_not(
    said: Whose, visit: Whose, surely: bool, maybe: bool
) -> None:
    assert (fits(said, visit), may_be(said, visit)) == (surely, maybe)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_who_may_come_has_words_in_every_language(language: str) -> None:
    code = next(one for one in LANGUAGES if one == language)
    assert len({kin(relation, code) for relation in get_args(Relation)}) == len(get_args(Relation))
