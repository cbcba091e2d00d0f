"""The words that people agree to: complete in every language, named, proved, and the same as the templates'."""

import hashlib
import re
from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.domain.consent import links, purposes, texts
from medicalcor.domain.consent.links import Link
from medicalcor.domain.consent.withdrawal import wants_back, wish
from medicalcor.domain.language.phrases import TEMPLATES, filled
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.effects import WhatsAppChoices
from medicalcor.schemas.events.consents import PURPOSES, ConsentPurpose, Occasion

OCCASIONS: tuple[Occasion, ...] = ("question", "confirmation", "renewal", "statement")
INFORMAL = {"ro": r"\b(tu|te rog|îți|ție|vrei|scrie-ne)\b", "de": r"\b(du|dir|dich|dein|deine)\b"}
SEALED = {"2026-11": "f3972c9c314c89ec213446fcf58b2f481acbc95e5600385af88bb08320de4d50"}
"""SHA-256 of each version's file: what was used is never changed."""


@pytest.mark.parametrize("version", texts.versions())
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_version_stays_complete(version: str, language: Language, occasion: Occasion) -> None:
    text = texts.wording(occasion, PURPOSES, language, clinic="Clinica Aurora", version=version)
    assert "Clinica Aurora" in text.body
    assert "{" not in text.body
    assert all(texts.listed([one], language, version=version) in text.body for one in PURPOSES)
    assert not re.search(INFORMAL.get(language, r"(?!)"), text.body, re.IGNORECASE)
    assert text.hash == hashlib.sha256(text.body.encode()).hexdigest()


def test_a_version_that_was_used_is_never_changed() -> None:
    folder = texts.resources.files("medicalcor.domain.consent").joinpath("texts")
    found = {
        version: hashlib.sha256(folder.joinpath(f"{version}.toml").read_bytes()).hexdigest()
        for version in texts.versions()
    }
    assert found == SEALED


def test_there_is_no_version_but_those_there_are() -> None:
    assert texts.versions()[0] == texts.CURRENT
    with pytest.raises(NotFound):
        texts.wording("question", PURPOSES, "ro", clinic="x", version="../2026-11")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", ["question", "confirmation", "renewal"])
def test_the_templates_say_the_same_words(language: Language, occasion: Occasion) -> None:
    wanted: tuple[ConsentPurpose, ...] = ("appointment_reminders", "marketing_whatsapp")
    text = texts.wording(occasion, wanted, language, clinic="Clinica Aurora")
    template = TEMPLATES[f"consent_{occasion}"][language]
    assert filled(template, ["Clinica Aurora", texts.listed(wanted, language)]) == text.body
    assert not template.startswith("{"), "Meta refuses a template that begins with a place"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_asked_fits_on_whatsapp(language: Language) -> None:
    longest = max(len(texts.wording(one, PURPOSES, language, clinic="x" * 60).body) for one in OCCASIONS)
    assert longest <= WhatsAppChoices.model_fields["body"].metadata[1].max_length
    assert all(len(texts.said(one, language)) <= 20 for one in ("yes", "no"))


links_made = st.builds(
    Link,
    st.uuids(),
    st.sampled_from(texts.versions()),
    st.sampled_from(LANGUAGES),
    st.sampled_from(OCCASIONS),
    st.lists(st.sampled_from(PURPOSES), unique=True).map(tuple),
    st.dates(date(2026, 1, 1), date(2040, 1, 1)),
)


@given(links_made)
def test_a_link_names_its_question(link: Link) -> None:
    assert links.unpacked(links.packed(link)) == link


@given(st.binary(max_size=60))
def test_what_is_no_link_is_refused(content: bytes) -> None:
    try:
        link = links.unpacked(content)
    except InvalidInput:
        return
    assert links.unpacked(links.packed(link)) == link


def test_a_damaged_link_is_refused() -> None:
    link = Link(uuid4(), "2026-11", "ro", "question", ("marketing_email",), date(2026, 11, 9))
    with pytest.raises(InvalidInput):
        links.unpacked(links.packed(link)[:-9])


@given(
    st.dates(date(2024, 1, 1), date(2040, 1, 1)),
    st.lists(st.sampled_from(PURPOSES), min_size=1),
)
def test_what_is_granted_together_ends_together_and_later_than_now(
    day: date, wanted: list[ConsentPurpose]
) -> None:
    at = datetime.combine(day, time(9), UTC)
    groups = purposes.by_period(wanted)
    assert sorted(one for group in groups for one in group) == sorted(set(wanted))
    for group in groups:
        ends = {purposes.expires([one], at) for one in group}
        assert len(ends) == 1
        assert all(end is None or end > at for end in ends)
        assert len({purposes.bound(one) for one in group}) == 1


def test_advertising_is_asked_for_apart() -> None:
    for bundle in purposes.BUNDLES:
        assert len({one in purposes.MARKETING for one in bundle}) == 1


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("STOP", "everything"),
        ("no more offers please", "offers"),
        ("Nu mai vreau reclame", "offers"),
        ("Bitte keine Angebote mehr", "offers"),
        ("no more offers, and never call me again", "everything"),
        ("Stop. No more offers.", "everything"),
        ("delete my data", "everything"),
        ("niente più offerte per favore", "offers"),
    ],
)
def test_what_is_to_end(text: str, scope: str) -> None:
    assert wish(text, silence=True).scope == scope


@pytest.mark.parametrize(
    "text", ["Aveți oferte la albire?", "vreau o ofertă de preț", "Any offers on veneers?"]
)
def test_asking_for_an_offer_ends_none(text: str) -> None:
    assert wish(text, silence=False).scope == "none"


def test_pain_is_no_wish_for_silence() -> None:
    assert wish("no puedo más del dolor", silence=True).scope == "none"
    assert wish("no puedo más con sus mensajes, qué dolor", silence=True).scope == "everything"


def test_start_is_a_whole_message() -> None:
    assert wants_back("START")
    assert not wants_back("When do you start?")


@pytest.mark.parametrize(
    "text",
    [
        "the blood just won't stop it's been five hours",
        "please take my number and call me",
        "nu ma mai suna nimeni inapoi",
        "Danke, wir melden uns nicht mehr",
    ],
)
def test_what_reads_like_it_out_of_place_is_left_to_the_scoring_rules(text: str) -> None:
    assert wish(text, silence=False).scope == "none"
