import re
import string
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest

from medicalcor.domain.language.phrases import (
    KEYS,
    TEMPLATE_BUTTONS,
    TEMPLATES,
    UnknownPhrase,
    _texts,
    button,
    filled,
    form_words,
    mail_words,
    phrase,
    procedure_name,
    template_places,
)
from medicalcor.schemas.common import LANGUAGES, Language, Procedure

VALUES = {
    "clinic": "Clinica Aurora",
    "procedure": "X",
    "number": "112",
    "amount": "Y",
    "link": "Z",
    "visit": "V",
}
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
    say_where_to_call = {"emergency", "voicemail_prompt"}
    assert all("112" in phrase(key, language, **VALUES) for key in say_where_to_call)
    assert not any(re.search(r"\d", phrase(key, language, **VALUES)) for key in {*KEYS} - say_where_to_call)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_procedure_has_a_name(language: Language) -> None:
    assert all(procedure_name(code, language) for code in Procedure)


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_complete_and_leave_the_same_places_open_in_every_language(name: str) -> None:
    assert set(TEMPLATES[name]) == set(LANGUAGES)
    places = {"payment_receipt": ["clinic", "amount"], "payment_refund": ["clinic", "amount"]}
    places |= {name: ["clinic", "visits"] for name in TEMPLATES if name.startswith(("visit_", "earlier_"))}
    places |= {name: ["clinic", "link", "visits"] for name in ("visit_booked", "visit_moved")}
    places |= {"payment_link": ["clinic", "amount", "link"], "emergency_number": ["clinic", "number"]}
    places |= {f"consent_{of}": ["clinic", "purposes"] for of in ("question", "confirmation", "renewal")}
    for body in TEMPLATES[name].values():
        wanted = places.get(name, ["clinic"])
        assert {field for _, field, _, _ in string.Formatter().parse(body) if field} == set(wanted)
        assert template_places(body) == wanted
        assert "{" not in filled(body, wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_fit_what_whatsapp_takes_and_differ(language: Language) -> None:
    keys = {key for several in TEMPLATE_BUTTONS.values() for key in several} | {"another_time", "choose"}
    titles = [button(key, language) for key in sorted(keys)]
    assert all(1 <= len(title) <= 20 for title in titles)
    assert len(set(titles)) == len(titles)
    assert set(TEMPLATE_BUTTONS) <= set(TEMPLATES)


def test_what_is_said_first_has_a_template() -> None:
    assert {"hot_lead_ack", "missed_call", "web_lead_ack", "emergency_number"} <= set(TEMPLATES)


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


def test_no_text_is_an_untranslated_copy_of_another_languages() -> None:
    """Word for word the same in two languages: forgotten, unless both say it so."""
    flat = {code: _flat(_texts(code)) for code in LANGUAGES}
    same = {
        (one, other, key)
        for one, other in combinations(LANGUAGES, 2)
        for key in flat[one]
        if flat[one][key] == flat[other][key]
    }
    assert same == {("ro", "en", "button.confirm"), ("it", "es", "booking.with")}


def _flat(texts: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in texts.items():
        found |= {f"{key}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value}
    return found
