"""The days that a message speaks of, by the clinic's calendar."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Final, Literal

from medicalcor.domain.scheduling.understanding import feasts
from medicalcor.domain.scheduling.understanding.lexis import Lexis

WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
_SOON_PAST: Final = timedelta(days=60)
"""A date without a year that lies further back than this is meant for next year."""
PLACE: Final = "‹([a-z])›"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_YEAR: Final = r"(?:[ ,]+(20\d\d))?"
_NUMBERS: Final = r"\d{1,2}[./-]\d{1,2}[./-]"
_ABOUT: Final = r"(?:(?:vreo|cam|about|around|roughly|etwa|ungefae?hr|circa|ca|environ|unos|unas|kb) )?"
_OLD: Final = 2
"""A year that lies further back than so many, or further ahead, is not a visit's."""
_LATE_IN_MONTH: Final = 10
"""From this day on the beginning of the month is that of the next one."""
_MONTH_DAY: Final = 13
"""From here on a bare number after a month is a day rather than an hour."""

Kind = Literal["date", "weekday", "every", "span"]
Make = Callable[["re.Match[str]"], "Day | None"]


@dataclass(frozen=True, slots=True)
class Day:
    """One expression: exact dates, a weekday, a weekday of every week, or a span of days."""

    kind: Kind
    dates: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    first: date | None = None
    last: date | None = None
    modifier: Literal["next", "this"] | None = None
    is_week: bool = False
    past: bool = False


@dataclass(slots=True)
class Scan:
    """A text in which what has been read is replaced by marks."""

    text: str
    words: Lexis
    today: date
    found: list[Day] = field(default_factory=list)

    def take(self, template: str, make: Make) -> None:
        def mark(match: re.Match[str]) -> str:
            day = make(match) if len(self.found) < len(_LETTERS) else None
            if day is None:
                return match.group()
            self.found.append(day)
            return f" ‹{_LETTERS[len(self.found) - 1]}› "

        self.text = " ".join(self.words.pattern(template).sub(mark, self.text).split())

    def day(self, letter: str) -> Day:
        return self.found[_LETTERS.index(letter)]

    def marks(self) -> Iterator[tuple[re.Match[str], Day]]:
        for match in re.finditer(PLACE, self.text):
            yield match, self.day(match.group(1))


def read_days(text: str, words: Lexis, today: date) -> Scan:
    """All expressions, marked in the text in which they stood."""
    scan = Scan(text, words, today)
    scan.text = _without_births(text, words, today)
    for read in (_numeric, _named, _months, _feasts, _spans, _parts, _relative, _weekdays, _of_month):
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
        scan.take(introduced, _is(_whole_month(scan, month)))
    scan.take(r"<next> <month>|<month> <next>", _is(_whole_month(scan, scan.today.month % 12 + 1)))
    scan.take(r"<this> <month>|<month> <this>", _is(_whole_month(scan, scan.today.month)))


def _is(day: Day) -> Make:
    """The same whatever else the match holds."""
    return lambda _: day


def _whole_month(scan: Scan, month: int) -> Day:
    year = scan.today.year + (month < scan.today.month)
    first = date(year, month, 1)
    return Day("span", first=max(first, scan.today), last=date(year, month, monthrange(year, month)[1]))


def _feasts(scan: Scan) -> None:
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
        scan.take(f"<{key}>", _is(Day("span", first=first, last=last)))


def _week_of(day: date) -> Day:
    monday = day - timedelta(days=day.weekday())
    return Day("span", first=monday, last=monday + WEEK - _DAY, is_week=True)


def _spans(scan: Scan) -> None:
    today = scan.today
    this = replace(_week_of(today), first=today)
    scan.take(r"<week_after_next>", _is(_week_of(today + 2 * WEEK)))
    scan.take(r"(?:<link> )?(?:<next> <week>|<week> <next>)", _is(_week_of(today + WEEK)))
    scan.take(r"(?:<link> )?(?:<this> <week>|<week> <this>)", _is(this))
    number = rf"{_ABOUT}(\d{{1,2}}|<a_single>)"
    counted = rf"{number} <unit_weeks> (?:from )?<today>|<today> <in_time> {number} <unit_weeks>"
    scan.take(counted, lambda m: _ahead(scan, m, WEEK))
    scan.take(r"<few_weeks>", _is(Day("span", first=today + 2 * WEEK, last=today + 5 * WEEK)))
    scan.take(r"<coming_days>", _is(Day("span", first=today, last=today + WEEK - _DAY)))
    for unit, days in (("unit_days", 1), ("unit_weeks", 7), ("unit_months", 30)):
        scan.take(rf"<within> {number} <{unit}>", partial(_within, scan, days))
    scan.take(rf"<in_time> {number} <unit_days>|(\d{{1,2}}) <unit_days> mulva", lambda m: _ahead(scan, m))
    scan.take(
        rf"<in_time> {number} <unit_weeks>|(\d{{1,2}}) <unit_weeks> mulva",
        lambda m: _week_of(today + WEEK * _count(m)),
    )
    scan.take(
        rf"<in_time> {number} <unit_months>|(\d{{1,2}}) <unit_months> mulva",
        lambda m: _week_of(_months_on(today, _count(m))),
    )


def _within(scan: Scan, days: int, match: re.Match[str]) -> Day:
    return Day("span", first=scan.today, last=scan.today + timedelta(days=days * _count(match)))


def _ahead(scan: Scan, match: re.Match[str], unit: timedelta = _DAY) -> Day:
    return Day("date", (scan.today + unit * _count(match),))


def _count(match: re.Match[str]) -> int:
    said = match[1] or match[2]
    return int(said) if said and said.isdigit() else 1


def _months_on(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _parts(scan: Scan) -> None:
    """The beginning, the middle or the end of a stretch, and the week after it."""
    month = scan.today.month
    coming = month % 12 + 1 if scan.today.day > _LATE_IN_MONTH else month
    for key, part, of in (
        ("begin_of", _beginning, coming), ("mid_of", _middle, month), ("end_of", _end, month),
        ("first_half", _first_half, month), ("second_half", _second_half, month),
    ):  # fmt: skip
        scan.take(rf"<{key}> (?:<link> )*{PLACE}", partial(_part, scan, part))
        for unit, whole in (("month", _whole_month(scan, of)), ("week", _week_of(scan.today))):
            first, last = part(whole.first or scan.today, whole.last or scan.today)
            if last < scan.today or (unit, key) == ("week", "begin_of"):
                first, last = first + WEEK, last + WEEK
            scan.take(rf"<{key}> (?:<link> )*<{unit}>|<{unit}_{key}>", _is(Day("span", first=first, last=last)))
    scan.take(rf"<week_after> (?:<link> )*{PLACE}", partial(_week_after, scan))


def _week_after(scan: Scan, match: re.Match[str]) -> Day | None:
    """The week that begins on the first Monday after it."""
    after = scan.day(match[1])
    day = after.first or next(iter(after.dates), None)
    return _week_of(day + timedelta(days=7 - day.weekday())) if day else None


def _part(scan: Scan, part: Callable[[date, date], tuple[date, date]], match: re.Match[str]) -> Day | None:
    whole = scan.day(match[1])
    if whole.first is None or whole.last is None:
        return None
    first, last = part(whole.first, whole.last)
    return Day("span", first=first, last=last)


def _beginning(first: date, last: date) -> tuple[date, date]:
    return first, first + (2 * _DAY if last - first < WEEK else WEEK - _DAY)


def _middle(first: date, last: date) -> tuple[date, date]:
    return (first + _DAY, last - 3 * _DAY) if last - first < WEEK else (first + 9 * _DAY, first + 19 * _DAY)


def _first_half(first: date, last: date) -> tuple[date, date]:
    return first, first + (last - first) // 2


def _second_half(first: date, last: date) -> tuple[date, date]:
    return first + (last - first) // 2 + _DAY, last


def _end(first: date, last: date) -> tuple[date, date]:
    return last - (3 * _DAY if last - first < WEEK else WEEK - _DAY), last


def _relative(scan: Scan) -> None:
    for key, ahead in (("after_tomorrow", 2), ("tomorrow", 1), ("tonight", 0), ("today", 0)):
        scan.take(f"<{key}>", _is(Day("date", (scan.today + timedelta(days=ahead),))))
    scan.take(r"(?:<only> <weekend>|<weekend> <only>)", _is(Day("every", weekdays=(5, 6))))
    scan.take(r"(?:<this> |<next> )?<weekend>", lambda m: _weekend(scan, m.group()))
    scan.take("<workdays>", _is(Day("every", weekdays=(0, 1, 2, 3, 4))))


def _weekend(scan: Scan, said: str) -> Day:
    """The one that comes, or goes on; `next` may mean the one after it too."""
    saturday = scan.today + timedelta(days=(5 - scan.today.weekday()) % 7)
    days = [saturday, saturday + _DAY]
    if scan.today.weekday() == 6:
        days = [scan.today, saturday, saturday + _DAY]
    if scan.words.pattern("<next>").search(said):
        days += [saturday + WEEK, saturday + WEEK + _DAY]
    return Day("date", tuple(days))


def _weekdays(scan: Scan) -> None:
    every = scan.words.each("weekdays_every")
    for number, name in enumerate(scan.words.each("weekdays")):
        both, one = f"(?:{name}|{every[number]})", (number,)
        later = rf"<week_from> {both}|{both} <week_later>"
        scan.take(later, _is(Day("date", (coming(scan.today, number) + WEEK,))))
        scan.take(rf"<one> (?:<of_visit>|<link>) {name}", _is(Day("weekday", weekdays=one)))
        comes = rf"(?:<this> )?<next> {both}|{both} <next>(?! <week>| ?<month>)"
        scan.take(comes, _is(Day("weekday", weekdays=one, modifier="next")))
        scan.take(rf"<this> {both}|{both} <this>", _is(Day("weekday", weekdays=one, modifier="this")))
        always = rf"(?:(?:<every>|<only>)(?: on| am| in)? {both}|{every[number]})"
        scan.take(always, _is(Day("every", weekdays=one)))
        scan.take(name, _is(Day("weekday", weekdays=one)))


def coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


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
