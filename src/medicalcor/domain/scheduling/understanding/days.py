"""The days that a message speaks of, by the clinic's calendar."""

import re
from calendar import monthrange
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Final

from medicalcor.domain.scheduling.understanding.lexis import Lexis
from medicalcor.domain.scheduling.understanding.scan import (
    DAY,
    PLACE,
    WEEK,
    Day,
    Scan,
    always,
    coming,
    week_of,
    whole_month,
)
from medicalcor.domain.scheduling.understanding.stretches import read_feasts, read_parts_of

_SOON_PAST: Final = timedelta(days=60)
"""A date without a year that lies further back than this is meant for next year."""
_YEAR: Final = r"(?:[ ,]+(20\d\d))?"
_NUMBERS: Final = r"\d{1,2}[./-]\d{1,2}[./-]"
_ABOUT: Final = r"(?:(?:vreo|cam|about|around|roughly|etwa|ungefae?hr|circa|ca|environ|unos|unas|kb) )?"
_OLD: Final = 2
"""A year that lies further back than so many, or further ahead, is not a visit's."""
_MONTH_DAY: Final = 13
"""From here on a bare number after a month is a day rather than an hour."""


def read_days(text: str, words: Lexis, today: date) -> Scan:
    """All expressions, marked in the text in which they stood."""
    scan = Scan(text, words, today)
    scan.text = _without_births(text, words, today)
    for read in (
        _numeric,
        _named,
        _months,
        read_feasts,
        _spans,
        read_parts_of,
        _relative,
        _weekdays,
        _of_month,
    ):
        read(scan)
    return scan


def _without_births(text: str, words: Lexis, today: date) -> str:
    """A date of birth is no day of a visit, whether it is called so or its year tells."""
    date_ = rf"(?:{_NUMBERS}|\d{{1,2}} (?:<link> )?(?:{'|'.join(words.each('months'))}) )"
    said = rf"<born>(?: (?!,)[a-z]+){{0,3}}(?: [,:])? {date_}(?:\d{{4}}|\d\d)"
    text = words.pattern(said).sub(" ¤ ", text)

    def far(match: re.Match[str]) -> str:
        year = int(match[1])
        year += 2000 if year < 100 else 0
        return match.group() if abs(year - today.year) <= _OLD else " ¤ "

    return words.pattern(rf"{date_}((?:19|20)\d\d|\d\d)(?![\d:./]| ?<oclock>)").sub(far, text)


def _numeric(scan: Scan) -> None:
    scan.take(r"(20\d\d)-(\d\d)-(\d\d)", lambda m: _exact(scan, int(m[3]), int(m[2]), int(m[1])))
    full = r"(\d{1,2})([./-])(\d{1,2})\2(20\d\d|\d\d)(?![\d:])"
    scan.take(full, lambda m: _exact(scan, int(m[1]), int(m[3]), 2000 + int(m[4]) % 100))
    hour = r"(?<!\b(?:at|um|la) )(?<!\bora )(?<!\borele )(?<!\balle )(?<!\blas )"
    scan.take(
        rf"{hour}(\d{{1,2}})([./])(\d{{1,2}})(?![\d:./]|\s?(?:uhr|h\b|am\b|pm\b))",
        lambda m: _day_and_month(scan, int(m[1]), int(m[3]), slash=m[2] == "/"),
    )


def _day_and_month(scan: Scan, one: int, other: int, *, slash: bool) -> Day | None:
    """A slash may be the American way: then either day may be meant, and both are offered."""
    day = _exact(scan, one, other, None)
    if slash and scan.words.languages[0] == "en" and one != other:
        swapped = _exact(scan, other, one, None)
        sure = [d for d in (day, swapped) if d is not None and not d.past]
        if len(sure) > 1:
            return Day("date", tuple(sorted(x for d in sure for x in d.dates)))
        return sure[0] if sure else day or swapped
    return day


def _exact(scan: Scan, day: int, month: int, year: int | None) -> Day | None:
    with suppress(ValueError):
        found = date(year or scan.today.year, month, day)
        if year is None and found < scan.today - _SOON_PAST:
            found = date(scan.today.year + 1, month, day)
        return Day("date", (found,), past=found < scan.today)
    return None


def _named(scan: Scan) -> None:
    for month, name in enumerate(scan.words.each("months"), 1):
        number = r"(?:(?:the|dem|den|le|el|il) )?(\d{1,2})(?:st|nd|rd|th|er|-?a)?"
        both = rf"(<between> )?{number}(?:(?: ,)? <or>| ,|/) {number} (?:<link> )?{name}"
        scan.take(both, partial(_either, scan, month))
        scan.take(
            rf"(?:<between> )?{number} ?(?:<range>|-) ?{number} (?:<link> )?{name}",
            partial(_stretch, scan, month),
        )
        day_first = rf"{number} (?:<link> )?{name}{_YEAR}(?! \d{{1,2}}(?:st|nd|rd|th))"
        scan.take(day_first, partial(_on, scan, month))
        number = r"(\d{1,2})(?:st|nd|rd|th|-?[ae]n?)?(?![\d:.]|\s?(?:am|pm|<oclock>)\b)"
        scan.take(rf"{name} (?:the )?{number}{_YEAR}", partial(_on, scan, month))


def _either(scan: Scan, month: int, match: re.Match[str]) -> Day | None:
    """`on 18 or 20 March`."""
    found = [_exact(scan, int(match[n]), month, None) for n in (2, 3)]
    dates = [day for one in found if one for day in one.dates]
    return None if match[1] or len(dates) != len(found) else Day("date", tuple(dates))


def _stretch(scan: Scan, month: int, match: re.Match[str]) -> Day | None:
    first, last = (_exact(scan, int(match[n]), month, None) for n in (1, 2))
    if first is None or last is None or first.dates > last.dates:
        return None
    return Day("span", first=first.dates[0], last=last.dates[0])


def _on(scan: Scan, month: int, match: re.Match[str]) -> Day | None:
    return _exact(scan, int(match[1]), month, int(match[2]) if match[2] else None)


def _months(scan: Scan) -> None:
    for month, name in enumerate(scan.words.each("months"), 1):
        parts = rf"(<begin_of>|<mid_of>|<end_of>|<first_half>|<second_half>) (?:<link> )*({name})"
        scan.text = scan.words.pattern(parts).sub(r"\1 of \2", scan.text)
        introduced = rf"(?:in|im|en|luna|lunii|lui|prin|din|of|ab) {name}(?:ban|ben)?"
        scan.take(introduced, always(whole_month(scan, month)))
    scan.take(r"<next> <month>|<month> <next>", always(whole_month(scan, scan.today.month % 12 + 1)))
    scan.take(r"<this> <month>|<month> <this>", always(whole_month(scan, scan.today.month)))


def _spans(scan: Scan) -> None:
    today = scan.today
    this = replace(week_of(today), first=today)
    scan.take(r"<week_after_next>", always(week_of(today + 2 * WEEK)))
    scan.take(r"(?:<link> )?(?:<next> <week>|<week> <next>)", always(week_of(today + WEEK)))
    scan.take(r"(?:<link> )?(?:<this> <week>|<week> <this>)", always(this))
    number = rf"{_ABOUT}(\d{{1,2}}|<a_single>)"
    counted = rf"{number} <unit_weeks> (?:from )?<today>|<today> <in_time> {number} <unit_weeks>"
    scan.take(counted, lambda m: _ahead(scan, m, WEEK))
    scan.take(r"<few_weeks>", always(Day("span", first=today + 2 * WEEK, last=today + 5 * WEEK)))
    scan.take(r"<coming_days>", always(Day("span", first=today, last=today + WEEK - DAY)))
    for unit, days in (("unit_days", 1), ("unit_weeks", 7), ("unit_months", 30)):
        scan.take(rf"<within> {number} <{unit}>", partial(_within, scan, days))
    scan.take(rf"<in_time> {number} <unit_days>|(\d{{1,2}}) <unit_days> mulva", lambda m: _ahead(scan, m))
    scan.take(
        rf"<in_time> {number} <unit_weeks>|(\d{{1,2}}) <unit_weeks> mulva",
        lambda m: week_of(today + WEEK * _count(m)),
    )
    scan.take(
        rf"<in_time> {number} <unit_months>|(\d{{1,2}}) <unit_months> mulva",
        lambda m: week_of(_months_on(today, _count(m))),
    )


def _within(scan: Scan, days: int, match: re.Match[str]) -> Day:
    return Day("span", first=scan.today, last=scan.today + timedelta(days=days * _count(match)))


def _ahead(scan: Scan, match: re.Match[str], unit: timedelta = DAY) -> Day:
    return Day("date", (scan.today + unit * _count(match),))


def _count(match: re.Match[str]) -> int:
    said = match[1] or match[2]
    return int(said) if said and said.isdigit() else 1


def _months_on(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _relative(scan: Scan) -> None:
    for key, ahead in (("after_tomorrow", 2), ("tomorrow", 1), ("tonight", 0), ("today", 0)):
        scan.take(f"<{key}>", always(Day("date", (scan.today + timedelta(days=ahead),))))
    scan.take(r"(?:<only> <weekend>|<weekend> <only>)", always(Day("every", weekdays=(5, 6))))
    scan.take(r"(?:<this> |<next> )?<weekend>", lambda m: _weekend(scan, m.group()))
    scan.take("<workdays>", always(Day("every", weekdays=(0, 1, 2, 3, 4))))


def _weekend(scan: Scan, said: str) -> Day:
    """The one that comes, or goes on; `next` may mean the one after it too."""
    saturday = scan.today + timedelta(days=(5 - scan.today.weekday()) % 7)
    days = [saturday, saturday + DAY]
    if scan.today.weekday() == 6:
        days = [scan.today, saturday, saturday + DAY]
    if scan.words.pattern("<next>").search(said):
        days += [saturday + WEEK, saturday + WEEK + DAY]
    return Day("date", tuple(days))


def _weekdays(scan: Scan) -> None:
    every = scan.words.each("weekdays_every")
    for number, name in enumerate(scan.words.each("weekdays")):
        both, one = f"(?:{name}|{every[number]})", (number,)
        later = rf"<week_from> {both}|{both} (?:<week_later>|<after_next>)|<after_next> {both}"
        scan.take(later, always(Day("date", (coming(scan.today + DAY, number) + WEEK,))))
        dated = rf"{name}(?: ,)? (?:(?:the|den|dem|le|el|il|pe) )?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]| ?<oclock>)"
        scan.take(dated, partial(_dated, scan, number))
        scan.take(rf"<one> (?:<of_visit>|<link>) {name}", always(Day("weekday", weekdays=one)))
        comes = rf"(?:<this> )?<next> {both}|{both} <next>(?! <week>| ?<month>)"
        scan.take(comes, always(Day("weekday", weekdays=one, modifier="next")))
        scan.take(rf"<this> {both}|{both} <this>", always(Day("weekday", weekdays=one, modifier="this")))
        every_week = rf"(?:(?:<every>|<only>)(?: on| am| in)? {both}|{every[number]})"
        scan.take(every_week, always(Day("every", weekdays=one)))
        scan.take(name, always(Day("weekday", weekdays=one)))


def _dated(scan: Scan, weekday: int, match: re.Match[str]) -> Day | None:
    """`Tuesday 24`, where the 24th is a Tuesday; else it may be an hour."""
    day = _nearest(scan, int(match[1]))
    return day if day and day.dates[0].weekday() == weekday else None


def _of_month(scan: Scan) -> None:
    late = rf"{PLACE} <after_day> (?:the |dem |data de )?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]| ?<oclock>)"
    scan.take(late, partial(_later_in_month, scan))
    template = scan.words.any_of("day_of_month").replace("N", r"(\d{1,2})")
    scan.take(template, lambda m: _nearest(scan, next(int(g) for g in m.groups() if g)))


def _later_in_month(scan: Scan, match: re.Match[str]) -> Day | None:
    """`in April after the 15th`."""
    month, day = scan.day(match[1]), int(match[2])
    if month.first is None or month.last is None or month.is_week or not _MONTH_DAY <= day < month.last.day:
        return None
    return Day("span", first=month.last.replace(day=day + 1), last=month.last)


def _nearest(scan: Scan, day: int) -> Day | None:
    """The next such day of a month that has it."""
    for ahead in range(13):
        month = _months_on(scan.today.replace(day=1), ahead)
        if 1 <= day <= monthrange(month.year, month.month)[1] and month.replace(day=day) >= scan.today:
            return Day("date", (month.replace(day=day),))
    return None
