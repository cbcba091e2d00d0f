"""What a caller is likely to speak, by a number alone."""

import phonenumbers
import pytest

from medicalcor.domain.language.countries import language_of_country, likely_language


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_code_alone_tells_what_the_whole_number_would(region: str) -> None:
    example = phonenumbers.example_number(region)
    if example is None:
        pytest.skip("no number of this region is known")
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    found = phonenumbers.region_code_for_number(example)
    assert likely_language(number, hint=None, clinic_country="RO") == language_of_country(found or "RO")


def test_a_number_of_no_country_leaves_it_to_the_hint() -> None:
    satellite = "+870773123456"
    assert likely_language(satellite, hint="DE", clinic_country="RO") == "de"
    assert likely_language(None, hint=None, clinic_country="RO") == "ro"
