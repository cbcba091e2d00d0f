"""A visit as its patient reads it, by the clinic's clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from medicalcor.domain.scheduling.told import Told, short, visits
from medicalcor.schemas.appointments import Whose
from medicalcor.schemas.common import LANGUAGES, Language

ZONE = ZoneInfo("Europe/Bucharest")
AT = datetime(2026, 5, 5, 7, 30, tzinfo=UTC)
TOLD = Told(AT, {"ro": "consultație", "de": "Beratung"}, "Dr. Ionescu", None)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ro", "consultație, marți, 5 mai, ora 10:30, Dr. Ionescu"),
        ("de", "Beratung, Dienstag, 5. Mai, um 10:30 Uhr, Dr. Ionescu"),
        ("en", "consultație, Tuesday, 5 May at 10:30, Dr. Ionescu"),
        ("fr", "consultație, mardi 5 mai à 10:30, Dr. Ionescu"),
    ],
)
def test_a_visit_in_full(language: Language, written: str) -> None:
    assert visits([TOLD], zone=ZONE, language=language) == written


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_family_in_one_line_and_a_moment_that_fits_a_list(language: Language) -> None:
    child = Told(AT, {"ro": "obturație\n1"}, None, Whose(name="Mihai"))
    line = visits([TOLD, child], zone=ZONE, language=language)
    assert "\n" not in line
    assert "; Mihai: obturație 1, " in line
    assert len(short(AT, zone=ZONE, language=language)) <= 24
