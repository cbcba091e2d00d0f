"""The feasts that people reckon from: Easter by either church, Christmas and the turn of the year."""

from datetime import date, timedelta

_TO_GREGORIAN = timedelta(days=13)
"""What the Julian calendar is behind, from 1900 to 2099."""


def easter(year: int, *, eastern: bool) -> date:
    """Easter Sunday: the algorithms of Meeus, Astronomical Algorithms, chapter 8."""
    return _eastern(year) if eastern else _western(year)


def _western(year: int) -> date:
    century, rest = divmod(year, 100)
    golden = year % 19
    skipped = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + skipped + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _eastern(year: int) -> date:
    moon = (19 * (year % 19) + 15) % 30
    to_sunday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + to_sunday + 114, 31)
    return date(year, month, day + 1) + _TO_GREGORIAN


def easter_days(year: int, *, eastern: bool) -> tuple[date, date]:
    """Sunday and Monday."""
    sunday = easter(year, eastern=eastern)
    return sunday, sunday + timedelta(days=1)


def christmas_days(year: int) -> tuple[date, date]:
    return date(year, 12, 24), date(year, 12, 26)


def turn_of_the_year(year: int) -> tuple[date, date]:
    """Into the next year."""
    return date(year, 12, 31), date(year + 1, 1, 2)


def coming_holidays(today: date, *, eastern: bool) -> tuple[date, date]:
    """`the holidays`: Easter, or Christmas until the new year, whichever comes first or goes on."""
    spans = [
        span
        for year in (today.year - 1, today.year, today.year + 1)
        for span in (
            easter_days(year, eastern=eastern),
            (christmas_days(year)[0], turn_of_the_year(year)[1]),
        )
    ]
    return min(span for span in spans if span[1] >= today)
