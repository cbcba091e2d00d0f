"""Stretches that are reckoned from others: feasts, the beginning, the middle or the end of a month, the week after."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

from medicalcor.domain.scheduling.understanding import feasts
from medicalcor.domain.scheduling.understanding.scan import (
    DAY,
    PLACE,
    WEEK,
    Day,
    Scan,
    always,
    week_of,
    whole_month,
)

_HALF: Final = 15
_LATE_IN_MONTH: Final = 10
"""From this day on the beginning of the month is that of the next one."""


def read_feasts(scan: Scan) -> None:
    eastern, today = scan.words.languages[0] == "ro", scan.today
    years = (today.year - 1, today.year, today.year + 1)
    easter = [feasts.easter_days(year, eastern=eastern) for year in years]
    for key, spans in (
        ("easter", easter),
        ("christmas", [feasts.christmas_days(year) for year in years]),
        ("new_year", [feasts.turn_of_the_year(year) for year in years]),
        ("holidays", [feasts.coming_holidays(today, eastern=eastern)]),
    ):
        first, last = min(span for span in spans if span[1] >= today)
        scan.take(f"<{key}>", always(Day("span", first=first, last=last)))


def read_parts_of(scan: Scan) -> None:
    """The beginning, the middle or the end of a stretch, and the week after it."""
    month = scan.today.month
    coming = month % 12 + 1 if scan.today.day > _LATE_IN_MONTH else month
    for key, part, of in (
        ("begin_of", _beginning, coming), ("mid_of", _middle, month), ("end_of", _end, month),
        ("first_half", _first_half, month), ("second_half", _second_half, month),
    ):  # fmt: skip
        scan.take(rf"<{key}> (?:<link> )*{PLACE}", partial(_part, scan, part))
        for unit, whole in (("month", whole_month(scan, of)), ("week", week_of(scan.today))):
            first, last = part(whole.first or scan.today, whole.last or scan.today)
            if last < scan.today or (unit, key) == ("week", "begin_of"):
                first, last = first + WEEK, last + WEEK
            scan.take(
                rf"<{key}> (?:<link> )*<{unit}>|<{unit}_{key}>", always(Day("span", first=first, last=last))
            )
    scan.take(rf"<week_after> (?:<link> )*{PLACE}", partial(_week_after, scan))


def _week_after(scan: Scan, match: re.Match[str]) -> Day | None:
    """The week that begins on the first Monday after it."""
    after = scan.day(match[1])
    day = after.first or next(iter(after.dates), None)
    return week_of(day + timedelta(days=7 - day.weekday())) if day else None


def _part(scan: Scan, part: Callable[[date, date], tuple[date, date]], match: re.Match[str]) -> Day | None:
    whole = scan.day(match[1])
    if whole.first is None or whole.last is None:
        return None
    first, last = part(whole.first, whole.last)
    return Day("span", first=first, last=last)


def _beginning(first: date, last: date) -> tuple[date, date]:
    return first, first + (2 * DAY if last - first < WEEK else WEEK - DAY)


def _middle(first: date, last: date) -> tuple[date, date]:
    return (
        (first + DAY, last - 3 * DAY) if last - first < WEEK else (last.replace(day=10), last.replace(day=20))
    )


def _first_half(first: date, last: date) -> tuple[date, date]:
    middle = last.replace(day=_HALF) if last.day > _HALF else first + 3 * DAY
    return min(first, middle), middle


def _second_half(first: date, last: date) -> tuple[date, date]:
    return _first_half(first, last)[1] + DAY, last


def _end(first: date, last: date) -> tuple[date, date]:
    return last - (3 * DAY if last - first < WEEK else WEEK - DAY), last
