"""Which of our languages is likely to be spoken by somebody of whom only a number is known."""

from collections.abc import Mapping, Sequence
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


_CODES: Final = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
_LONGEST_CODE: Final = max(map(len, _CODES))


def _one_language(countries: Sequence[str]) -> Language | None:
    spoken = {_OF_COUNTRY.get(country, "en") for country in countries}
    return spoken.pop() if len(spoken) == 1 and countries[0].isalpha() else None


_OF_CODE: Final[Mapping[str, Language]] = {
    str(code): spoken
    for code, countries in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
    if (spoken := _one_language(countries))
}
"""Calling code → language, where the code alone tells it: a number need not be looked at further."""


def language_of_country(country: str) -> Language:
    """English for a country (ISO 3166) that speaks none of the others."""
    return _OF_COUNTRY.get(country.upper(), "en")


def likely_language(phone: str | None, *, hint: str | None, clinic_country: str) -> Language:
    """Of a caller: by the number's country, else by the network's `hint` of one, else the clinic's."""
    spoken = _OF_CODE.get(_code_of(phone)) if phone else None
    return spoken or language_of_country(_country_of(phone) or hint or clinic_country)


def _code_of(phone: str) -> str:
    """The calling code of a number in E.164; no code begins with another."""
    digits = phone.removeprefix("+")
    for length in range(1, _LONGEST_CODE + 1):
        if digits[:length] in _CODES:
            return digits[:length]
    return ""


def _country_of(phone: str | None) -> str | None:
    """Numbers of no country, such as satellite telephones, have none."""
    if phone is None:
        return None
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return None
    return found if found and found.isalpha() else None
