"""The language that somebody whom we know only by their number will probably want to hear."""

from collections.abc import Mapping
from typing import Final

import phonenumbers

from medicalcor.schemas.common import Language

_SPOKEN: Final[Mapping[Language, str]] = {
    "ro": "RO MD",
    "de": "DE AT CH LI",
    "it": "IT SM VA",
    "fr": "FR BE LU MC GP MQ GF RE",
    "es": "ES AR BO CL CO CR CU DO EC GT HN MX NI PA PE PY SV UY VE",
    "hu": "HU",
}
"""Regions of numbers, by the language of most who call from there."""
_OF: Final[Mapping[str, Language]] = {
    region: language for language, regions in _SPOKEN.items() for region in regions.split()
}


def likely(phone: str | None, *, country: str) -> Language:
    """By the country of the number (E.164); a caller who hides theirs is taken for one of the clinic's `country`."""
    return _OF.get(_region(phone) or country, "en")


def _region(phone: str | None) -> str | None:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone or ""))
    except phonenumbers.NumberParseException:
        return None
