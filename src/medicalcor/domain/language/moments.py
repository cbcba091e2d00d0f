"""Moments as one says them: the day of the week, the date and the clock of the clinic, in the listener's language."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Final

from babel.dates import format_date, format_datetime

from medicalcor.schemas.common import Language

_SAID: Final[Mapping[Language, str]] = {
    "ro": "EEEE, d MMMM y, 'ora' HH:mm",
    "en": "EEEE, d MMMM y 'at' HH:mm",
    "de": "EEEE, d. MMMM y 'um' HH:mm 'Uhr'",
    "it": "EEEE d MMMM y 'alle' HH:mm",
    "fr": "EEEE d MMMM y 'à' HH:mm",
    "es": "EEEE, d 'de' MMMM 'de' y 'a las' HH:mm",
    "hu": "y. MMMM d., EEEE HH:mm",
}


def in_words(at: datetime, *, zone: tzinfo, language: Language) -> str:
    """ "joi, 3 decembrie 2026, ora 09:30"."""
    return format_datetime(at.astimezone(zone), _SAID[language], locale=language)


def day_in_words(day: date, *, language: Language) -> str:
    """ "Thursday, 3 December 2026"."""
    return format_date(day, "full", locale=language)
