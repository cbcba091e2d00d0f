import pytest

from medicalcor.domain.language.detect import detect
from medicalcor.schemas.common import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bună ziua, aș dori o programare", "ro"),
        ("cat costa o plomba la voi", "ro"),
        ("ms mult", "ro"),
        ("bn, cand pot veni?", "ro"),
        ("How much is a crown?", "en"),
        ("thx!", "en"),
        ("Was kostet das denn?", "de"),
        ("Koennten Sie mich zurueckrufen", "de"),
        ("quanto costa una pulizia", "it"),
        ("Combien ça coûte ?", "fr"),
        ("cuanto cuesta una limpieza", "es"),
        ("mennyibe kerul egy korona", "hu"),
        ("Hello, aș vrea și eu o programare pentru mâine", "ro"),
        ("am o problema", "ro"),
        ("multam", "ro"),
        ("programare pls", "ro"),
        ("ich bin din brasov si vreau implant", "ro"),
        ("Guten Tag, vorbiti romana?", "ro"),
        ("buna ziua, parlate italiano?", "it"),
        ("salut, parlez-vous francais?", "fr"),
        ("Hola! How much is whitening?", "en"),
        ("I live in Cluj", "en"),
        ("termin morgen?", "de"),
        ("cita mañana", "es"),
        ("idopont holnap", "hu"),
        ("Hi guys, bună! I live in Brașov and lost a molar. How much for an implant?", "en"),
    ],
)
def test_short_mixed_and_bare_texts(text: str, language: Language) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "👍", "ok", "12:30", "..."])
def test_a_text_without_a_language_takes_the_known_then_the_context_then_romanian(text: str) -> None:
    assert detect(text, known="hu", context="Guten Tag, wann passt es Ihnen?") == "hu"
    assert detect(text, context="Guten Tag, wann passt es Ihnen?") == "de"
    assert detect(text) == "ro"


def test_a_clear_text_beats_what_was_known() -> None:
    assert detect("I would like to book an appointment please", known="ro") == "en"
