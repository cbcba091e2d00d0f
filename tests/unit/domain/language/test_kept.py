"""The language that is kept for a person, and how often short texts are recognised."""

import tomllib
from pathlib import Path

import pytest

from medicalcor.domain.language.detect import detect, kept
from medicalcor.schemas.common import LANGUAGES, Language

FRESH = tomllib.loads(Path(__file__).with_name("fresh.toml").read_text("utf-8"))
WANTED = 0.96


def test_short_mixed_and_plain_texts_are_recognised() -> None:
    cases = [(language, line) for language in LANGUAGES for line in FRESH[language].split("\n") if line]
    assert len(cases) >= 200
    wrong = [(language, line) for language, line in cases if detect(line) != language]
    assert 1 - len(wrong) / len(cases) >= WANTED, wrong


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ("ro", "ok"), ("ro", "👍"), ("ro", "Danke!"), ("ro", "super, merci"), ("ro", "yes please"), ("de", "yes"),
        ("en", "da"), ("fr", "no"), ("hu", "good, thank you"), ("en", "ciao, grazie"), ("ro", "10:30"), ("it", "implant all on 4"),
        ("de", "ok perfect"), ("ro", "Marcumar"), ("es", "stop"),
    ],
)  # fmt: skip
def test_a_word_that_is_everybodys_changes_no_language(known: Language, text: str) -> None:
    assert kept(text, known=known) == known


@pytest.mark.parametrize(
    ("known", "text", "now"),
    [
        ("ro", "Hallo, sprechen Sie auch Deutsch?", "de"),
        ("ro", "I don't speak Romanian", "en"),
        ("de", "Vreau un implant", "ro"),
        ("en", "Mennyibe kerül egy implantátum?", "hu"),
        ("ro", "Quanto costa la pulizia dei denti?", "it"),
        ("it", "Je voudrais prendre rendez-vous", "fr"),
        ("en", "Quisiera pedir una cita", "es"),
    ],
)
def test_whoever_says_something_in_another_language_has_changed_it(
    known: Language, text: str, now: Language
) -> None:
    assert kept(text, known=known) == now


@pytest.mark.parametrize("text", ["ok", "👍", "10:30", ""])
def test_nothing_is_kept_of_what_says_nothing(text: str) -> None:
    assert kept(text, known=None) is None
