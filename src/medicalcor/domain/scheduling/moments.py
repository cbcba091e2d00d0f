"""Days and hours as patients read them in a list, by the clinic's clock."""

from datetime import datetime, tzinfo

from babel.dates import format_datetime

from medicalcor.schemas.common import Language


def in_a_row(at: datetime, *, zone: tzinfo, language: Language) -> str:
    """`Mar 12.03, 10:30`: fits a line of a list."""
    local = at.astimezone(zone)
    weekday = format_datetime(local, "EEE", locale=language).strip(".")
    return f"{weekday[:1].upper()}{weekday[1:3]} {local:%d.%m, %H:%M}"
