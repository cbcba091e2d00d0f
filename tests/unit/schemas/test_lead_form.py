"""The web form's fields, as people and programs fill them in."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medicalcor.schemas.leads import LeadForm

CONSENT = {"accepted": True, "text_version": "2026-11"}


def read(**fields: Any) -> LeadForm:
    return LeadForm.model_validate({"consent": CONSENT, **fields})


def wrong(**fields: Any) -> set[tuple[str, str]]:
    with pytest.raises(ValidationError) as raised:
        LeadForm.model_validate(fields)
    return {(".".join(map(str, one["loc"])), one["type"]) for one in raised.value.errors()}


def test_a_plain_form_says_the_same_as_a_script() -> None:
    flat = LeadForm.model_validate(
        {
            "name": "Ana",
            "consent": "on",
            "consent_text_version": "2026-11",
            "marketing_email": "on",
            "marketing_sms": "",
        }
    )
    assert flat == read(name="Ana", consent={**CONSENT, "purposes": ["marketing_email"]})


def test_what_is_not_seen_is_not_kept() -> None:
    form = read(name=" A\u202ena\x00  Pop\tescu\u200b ", message="rând\r\nunu\x07\u2066")
    assert (form.name, form.message) == ("Ana Pop escu", "rând\nunu")


@pytest.mark.parametrize(
    ("consent", "where", "why"),
    [
        ({}, "consent.accepted", "consent_missing"),
        ({"accepted": False, "text_version": "1"}, "consent.accepted", "consent_missing"),
        ({"accepted": "no", "text_version": "1"}, "consent.accepted", "consent_missing"),
        ({"accepted": True}, "consent.text_version", "consent_version_missing"),
        ({"accepted": True, "text_version": ""}, "consent.text_version", "consent_version_missing"),
        ({"accepted": True, "text_version": "<b>"}, "consent.text_version", "consent_version_missing"),
    ],
)
def test_without_a_consent_to_known_words_there_is_no_form(consent: Any, where: str, why: str) -> None:
    assert (where, why) in wrong(phone="0722000001", consent=consent)


@pytest.mark.parametrize("ticked", ["on", "true", "1", "da", "Ja", "sì", "oui", "igen", "accepted", True, 1])
@pytest.mark.parametrize("version", ["2026-11", "Termeni și condiții (v2), 2026", 3])
def test_a_box_that_was_ticked_is_a_consent_whatever_it_says(ticked: Any, version: Any) -> None:
    form = LeadForm.model_validate({"consent": ticked, "consent_text_version": version})
    assert form.consent.text_version == str(version)
    as_object = read(consent={"accepted": ticked, "text_version": version})
    assert as_object.consent == form.consent


@pytest.mark.parametrize("ticked", ["off", "false", "0", "no", "nu", "nein", "", None, False, 0, [True]])
def test_anything_else_is_none(ticked: Any) -> None:
    assert ("consent.accepted", "consent_missing") in wrong(consent=ticked, consent_text_version="1")


def test_people_are_told_what_is_too_long_and_programs_are_cut_short() -> None:
    assert ("message", "too_long") in wrong(message="x" * 4001, consent=CONSENT)
    assert read(utm_source="x" * 999, gclid=7).utm_source == "x" * 300


@pytest.mark.parametrize(
    ("said", "language"), [("de-AT", "de"), ("RO", "ro"), ("pt", None), (7, None), ("", None)]
)
def test_the_language_is_one_of_ours_or_none(said: Any, language: str | None) -> None:
    assert read(language=said).language == language


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
)


@given(st.dictionaries(st.sampled_from([*LeadForm.model_fields, "marketing_email", "x"]), anything))
def test_nothing_that_is_sent_is_our_fault(fields: dict[str, Any]) -> None:
    with suppress(ValidationError):
        LeadForm.model_validate(fields)
