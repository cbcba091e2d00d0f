"""What callers say, found among what the clinic offers; and moments written out."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from medicalcor.domain.language.moments import day_in_words, in_words
from medicalcor.domain.scheduling import spoken
from medicalcor.schemas.common import LANGUAGES, Language

OFFERED = {
    "consultation": {"ro": "Consultație", "en": "Consultation", "de": "Beratung"},
    "implant": {"ro": "Implant dentar", "en": "Dental implant"},
    "cleaning": {"ro": "Igienizare", "de": "Professionelle Zahnreinigung"},
    "crown": {"ro": "Coroană"},
}
IONESCU, STAN, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
PEOPLE = {IONESCU: "Dr. Andrei Ionescu", STAN: "Dr. Maria Stan", OTHER: "Dr. Maria Pop"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("consultation", "consultation"),
        ("CONSULTATIE", "consultation"),
        ("Beratung", "consultation"),
        ("un implant, vă rog", "implant"),
        ("Zahnreinigung", "cleaning"),
        ("o coroană nouă", "crown"),
        ("un tatuaj", None),
        ("", None),
        ("implant sau coroană", None),
        ("ich habe Zahnschmerzen", "consultation"),
    ],
)
def test_a_procedure_is_known_by_its_lay_words_and_never_guessed(words: str, code: str | None) -> None:
    assert spoken.procedure(words, OFFERED) == code


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("Ionescu", IONESCU),
        ("doctor Ionescu", IONESCU),
        ("maria stan", STAN),
        ("Maria", None),
        ("Dr.", None),
        ("la doamna doctor Stan", STAN),
        ("Herr Doktor Ionescu", IONESCU),
        ("Ionesco", IONESCU),
        ("Andrei Pop", None),
    ],
)
def test_a_person_is_known_by_their_name_when_only_one_has_it(words: str, who: UUID | None) -> None:
    assert spoken.person(words, PEOPLE) == who


def test_names_in_another_order_or_in_part_are_the_same_persons() -> None:
    assert spoken.same_name("Pop Ana", "Ana-Maria Pop") is False
    assert spoken.same_name("Pop Ana", "Ana Pop")
    assert spoken.same_name("ana", "Ána Pop")
    assert not spoken.same_name("Ion Pop", "Ana Pop")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ro", "joi, 3 decembrie 2026, ora 09:30"),
        ("en", "Thursday, 3 December 2026 at 09:30"),
        ("de", "Donnerstag, 3. Dezember 2026 um 09:30 Uhr"),
    ],
)
def test_a_moment_is_said_by_the_clinics_clock(language: Language, said: str) -> None:
    at = datetime(2026, 12, 3, 7, 30, tzinfo=UTC)
    assert in_words(at, zone=ZoneInfo("Europe/Bucharest"), language=language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_day_month_and_hour(language: Language) -> None:
    said = in_words(datetime(2026, 12, 3, 7, 30, tzinfo=UTC), zone=UTC, language=language)
    assert "3" in said
    assert "07:30" in said
    assert "2026" in day_in_words(date(2026, 12, 3), language=language)
