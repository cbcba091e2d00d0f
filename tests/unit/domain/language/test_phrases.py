import re
import string

import pytest

from medicalcor.domain.language.phrases import (
    KEYS,
    TEMPLATES,
    UnknownPhrase,
    form_words,
    mail_words,
    phrase,
    procedure_name,
)
from medicalcor.schemas.common import LANGUAGES, Language, Procedure

VALUES = {"clinic": "Clinica Aurora", "procedure": "X", "number": "112"}
INFORMAL = {"ro": r"\b(tu|te rog|îți|ție|vrei|scrie-ne)\b", "de": r"\b(du|dir|dich|dein|deine)\b"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_text_is_there_and_names_the_clinic(key: str, language: Language) -> None:
    text = phrase(key, language, **VALUES)
    assert "Clinica Aurora" in text
    assert "{" not in text
    assert len(text) <= 400
    assert not re.search(INFORMAL.get(language, r"(?!)"), text, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fixed_text_names_a_number_but_the_emergency_number(language: Language) -> None:
    assert "112" in phrase("emergency", language, **VALUES)
    assert not any(re.search(r"\d", phrase(key, language, **VALUES)) for key in KEYS if key != "emergency")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_procedure_has_a_name(language: Language) -> None:
    assert all(procedure_name(code, language) for code in Procedure)


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_complete_and_name_only_the_clinic(name: str) -> None:
    assert set(TEMPLATES[name]) == set(LANGUAGES)
    places = {"clinic", "number"} if name == "emergency_number" else {"clinic"}
    for body in TEMPLATES[name].values():
        assert {field for _, field, _, _ in string.Formatter().parse(body) if field} == places


def test_what_is_said_first_has_a_template() -> None:
    assert {"hot_lead_ack", "web_lead_ack", "emergency_number"} <= set(TEMPLATES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_all_their_words(language: Language) -> None:
    assert set(form_words(language)) == set(form_words("en"))
    assert set(mail_words(language)) == set(mail_words("en"))
    assert "{clinic}" in mail_words(language)["ask"]
    words = " ".join((*form_words(language).values(), *mail_words(language).values()))
    assert not re.search(INFORMAL.get(language, r"(?!)"), words, re.IGNORECASE)


def test_an_unknown_key_names_the_known_ones() -> None:
    with pytest.raises(UnknownPhrase, match="answer_hot"):
        phrase("answer_cold", "ro", clinic="A")


def test_a_missing_value_is_named() -> None:
    with pytest.raises(ValueError, match="procedure"):
        phrase("answer_procedure", "ro", clinic="A")
