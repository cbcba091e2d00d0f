import pytest

from medicalcor.domain.language.countries import language_of_country, likely_language


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
