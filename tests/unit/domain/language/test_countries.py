"""What a caller is likely to speak, by a number alone."""

import phonenumbers
import pytest

from medicalcor.domain.language.countries import language_of_country, likely_language


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_code_alone_tells_what_the_whole_number_would(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    found = phonenumbers.region_code_for_number(example)
    assert likely_language(number, hint=None, clinic_country="RO") == language_of_country(found or "RO")


def test_a_number_of_no_country_leaves_it_to_the_hint() -> None:
    satellite = "+870773123456"
    assert likely_language(satellite, hint="DE", clinic_country="RO") == "de"
    assert likely_language(None, hint=None, clinic_country="RO") == "ro"


@pytest.mark.parametrize(
    ("phone", "hint", "language"),
    [
        ("+40722000001", None, "ro"),
        ("+37369123456", None, "ro"),
        ("+4366412345678", "RO", "de"),
        ("+41791234567", None, "de"),
        ("+36301234567", None, "hu"),
        ("+34612345678", None, "es"),
        ("+390612345678", None, "it"),
        ("+48501234567", None, "en"),
        ("+8816123456789", None, "hu"),
        (None, "FR", "fr"),
        (None, None, "hu"),
        ("no number", None, "hu"),
    ],
)
def test_the_number_first_then_the_network_then_the_clinic(
    phone: str | None, hint: str | None, language: str
) -> None:
    assert likely_language(phone, hint=hint, clinic_country="HU") == language


def test_a_country_that_speaks_none_of_ours_is_spoken_to_in_english() -> None:
    assert (language_of_country("PL"), language_of_country("ro")) == ("en", "ro")
