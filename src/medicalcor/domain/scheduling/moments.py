"""Days and hours as patients read them, by the clinic's clock."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from babel.dates import format_datetime

from medicalcor.schemas.common import Language

_IN_FULL: Final[Mapping[Language, str]] = {
    "ro": "EEEE, d MMMM, 'ora' HH:mm",
    "en": "EEEE, d MMMM 'at' HH:mm",
    "de": "EEEE, d. MMMM, 'um' HH:mm 'Uhr'",
    "it": "EEEE d MMMM 'alle' HH:mm",
    "fr": "EEEE d MMMM 'à' HH:mm",
    "es": "EEEE, d 'de' MMMM, 'a las' HH:mm",
    "hu": "MMMM d., EEEE, HH:mm",
}


def in_full(at: datetime, *, zone: tzinfo, language: Language) -> str:
    """`marți, 12 martie, ora 10:30`."""
    return format_datetime(at.astimezone(zone), _IN_FULL[language], locale=language)


def in_a_row(at: datetime, *, zone: tzinfo, language: Language) -> str:
    """`Mar 12.03, 10:30`: fits a line of a list."""
    local = at.astimezone(zone)
    weekday = format_datetime(local, "EEE", locale=language).strip(".")
    return f"{weekday[:1].upper()}{weekday[1:3]} {local:%d.%m, %H:%M}"
