"""Which of our languages is likely to be spoken by somebody of whom only a number is known."""

from collections.abc import Mapping
from typing import Final

import phonenumbers

from medicalcor.schemas.common import Language

_SPOKEN: Final[Mapping[Language, str]] = {
    "ro": "RO MD",
    "de": "DE AT CH LI",
    "it": "IT SM VA",
    "fr": "FR BE LU MC SN CI CM MA TN DZ RE GP MQ GF",
    "es": "ES AR BO CL CO CR CU DO EC GT HN MX NI PA PE PY SV UY VE",
    "hu": "HU",
}
_OF_COUNTRY: Final[Mapping[str, Language]] = {
    country: language for language, countries in _SPOKEN.items() for country in countries.split()
}


def language_of_country(country: str) -> Language:
    """English for a country (ISO 3166) that speaks none of the others."""
    return _OF_COUNTRY.get(country.upper(), "en")


def likely_language(phone: str | None, *, hint: str | None, clinic_country: str) -> Language:
    """Of a caller: by the number's country, else by the network's `hint` of one, else the clinic's."""
    return language_of_country(_country_of(phone) or hint or clinic_country)


def _country_of(phone: str | None) -> str | None:
    """Numbers of no country, such as satellite telephones, have none."""
    if phone is None:
        return None
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return None
    return found if found and found.isalpha() else None
