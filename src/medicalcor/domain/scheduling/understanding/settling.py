"""Days that were read, put together: what is ruled out, from when, until when, which of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from medicalcor.domain.scheduling.understanding.scan import PLACE, WEEK, Day, Scan, coming
from medicalcor.schemas.bookings import When

_DAY = timedelta(days=1)
_EVERY_DAY = frozenset(range(7))


@dataclass(slots=True)
class Settled:
    when: When
    visit: When
    """Of the visit that is spoken of, not of the one that is wanted."""
    past: bool = False
    """Only days that are over were named."""
    off: When = field(default_factory=When)
    """Days on which they cannot come."""


@dataclass(slots=True)
class _Wish:
    today: date
    days: list[date] = field(default_factory=list)
    weekdays: list[tuple[int, str | None]] = field(default_factory=list)
    every: set[int] = field(default_factory=set)
    but: set[int] = field(default_factory=set)
    first: date | None = None
    last: date | None = None
    week: Day | None = None
    past: bool = False
    off: list[date] = field(default_factory=list)


def settle(scan: Scan) -> Settled:
    wish = _Wish(scan.today)
    visit = _Wish(scan.today)
    _of_the_visit(scan, visit)
    _bounds(scan, wish)
    _ruled_out(scan, wish)
    days = [day for _, day in scan.marks()]
    if scan.words.says("only", scan.text) or any(day.kind == "every" for day in days):
        days = [_always(day) for day in days]
    for day in days:
        _add(wish, day)
    return Settled(
        _when(scan, wish),
        _when(scan, visit),
        past=wish.past and not wish.days,
        off=When(days=tuple(wish.off)),
    )


def _always(day: Day) -> Day:
    """`only Tuesdays or Thursdays`: what is said of one weekday holds for the others."""
    plain = day.kind == "weekday" and day.modifier is None
    return Day("every", weekdays=day.weekdays) if plain else day


def _drop(scan: Scan, pattern: str) -> Iterable[tuple[re.Match[str], list[Day]]]:
    """What matches, with its days, taken out of the text."""
    compiled = scan.words.pattern(pattern)
    for match in list(compiled.finditer(scan.text)):
        letters = re.findall(PLACE, match.group())
        yield match, [scan.day(letter) for letter in letters]
    scan.text = " ".join(compiled.sub(" ¤ ", scan.text).split())


def _of_the_visit(scan: Scan, visit: _Wish) -> None:
    """`programarea de joi`, `my Thursday appointment`: the day that it has."""
    mark = PLACE.replace("(", "(?:")
    for _, days in _drop(
        scan, rf"<visit>(?: (?:mea|meu|mein\w*|von mir))? <of_visit> {mark}|{mark}(?:s)? <visit>"
    ):
        for day in days:
            _add(visit, day)


def _bounds(scan: Scan, wish: _Wish) -> None:
    mark = PLACE.replace("(", "(?:")
    between = rf"<between> (?:<link> )?{mark} <range> (?:<link> )?{mark}"
    for _, days in _drop(scan, rf"{between}|{mark} ?(?:-|to|<until_day>) ?{mark}"):
        if _first(days[0], wish.today) and _last(days[1], wish.today):
            wish.first, wish.last = _first(days[0], wish.today), _last(days[1], wish.today)
            if wish.first and wish.last and wish.last < wish.first and days[1].weekdays:
                wish.last += WEEK
    for _, days in _drop(scan, rf"<not> <before_day> {mark}"):
        wish.first = _first(days[0], wish.today)
    for _, days in _drop(scan, rf"<not> <after_day> {mark}"):
        wish.last = _last(days[0], wish.today)
    for match, days in list(_drop_from(scan, mark)):
        del match
        wish.first = _first(days[0], wish.today)
    for _, days in _drop(scan, rf"<after_day> {mark}|{mark} <after_day_suffix>"):
        last = _last(days[0], wish.today)
        wish.first = last + _DAY if last else None
    for _, days in _drop(scan, rf"<before_day> {mark}|{mark} <before_day_suffix>"):
        first = _first(days[0], wish.today)
        wish.last = max(first - _DAY, wish.today) if first else None
    for _, days in _drop(scan, rf"<until_day> {mark}"):
        wish.last = _last(days[0], wish.today)


def _drop_from(scan: Scan, mark: str) -> Iterable[tuple[re.Match[str], list[Day]]]:
    """`from Monday on`; a word that means much else (`de`, `von`) counts only with what closes it."""
    yield from _drop(scan, rf"(?:<from_day>|<needs_onward>) {mark} <onward>")
    loose = scan.words.any_of("needs_onward")
    yield from _drop(scan, rf"(?!{loose} )<from_day> {mark}")


def _first(day: Day, today: date) -> date | None:
    dates = _dates(day, today)
    return day.first or (min(dates) if dates else None)


def _last(day: Day, today: date) -> date | None:
    dates = _dates(day, today)
    return day.last or (max(dates) if dates else None)


def _dates(day: Day, today: date) -> list[date]:
    return list(day.dates) or [coming(today, number) for number in day.weekdays]


def _ruled_out(scan: Scan, wish: _Wish) -> None:
    """`not Mondays`, `marti nu pot`: the weekdays are out; a date that is ruled out says nothing of others."""
    mark = PLACE.replace("(", "(?:")
    more = rf"{mark}(?:(?: ,)? (?:<or>) {mark})*"
    before = rf"<except>(?: <link>| on| am)? {more}"
    for _, days in _drop(scan, before):
        _exclude(wish, days)
    asks = scan.words.any_of("not_in_a_question")
    for _, days in _drop(scan, rf"(?!{asks})<not>(?: (?!,)[\w¤]+){{0,3}} {more}"):
        _exclude(wish, days)
    if "?" not in scan.text:
        for _, days in _drop(scan, rf"{more}(?: [\w¤]+){{0,1}} <not_after_it>"):
            _exclude(wish, days)
        few = r"(?: (?!,)[\w¤]+){0,2}"
        for _, days in _drop(
            scan, rf"{more} <not_alone>(?= ,|$)|<cannot_begins>{few} {more}{few} <cannot_ends>"
        ):
            _exclude(wish, days)


def _exclude(wish: _Wish, days: Iterable[Day]) -> None:
    for day in days:
        wish.but.update(day.weekdays)
        wish.off += _dates(day, wish.today)
        if day.is_week and day.last is not None:
            wish.first = day.last + _DAY


def _add(wish: _Wish, day: Day) -> None:
    match day.kind:
        case "date":
            wish.past = wish.past or day.past
            wish.days += [d for d in day.dates if d >= wish.today]
        case "weekday":
            wish.weekdays += [(number, day.modifier) for number in day.weekdays]
        case "every":
            wish.every.update(day.weekdays)
        case "span" if day.is_week:
            wish.week = day
        case _:
            wish.first, wish.last = day.first, day.last


def _when(scan: Scan, wish: _Wish) -> When:
    named = {day for number, modifier in wish.weekdays for day in _named(scan, wish, number, modifier)}
    if wish.days and named and not wish.week:
        agreed = {day for day in wish.days if day.weekday() in {n for n, _ in wish.weekdays}}
        named = set() if agreed == set(wish.days) else named
    weekdays = wish.every or (_EVERY_DAY if wish.but else frozenset())
    first, last = wish.first, wish.last
    if wish.week is not None and not named:
        first, last = wish.week.first, wish.week.last
    days = tuple(sorted(set(wish.days) | named))
    return When(days=days, first_day=first, last_day=last, weekdays=tuple(sorted(set(weekdays) - wish.but)))


def _named(scan: Scan, wish: _Wish, weekday: int, modifier: str | None) -> list[date]:
    """A weekday's dates: those of the week that was named, the coming one, or both when either may be meant."""
    today = wish.today
    comes = coming(today, weekday)
    if wish.week is not None and wish.week.first is not None and wish.week.last is not None:
        within = [
            wish.week.first + timedelta(days=n) for n in range((wish.week.last - wish.week.first).days + 1)
        ]
        return [day for day in within if day.weekday() == weekday]
    in_this_week = comes <= today + timedelta(days=6 - today.weekday())
    if modifier == "next" and in_this_week:
        later = comes + WEEK
        return [later] if scan.words.flag("next_is_of_next_week") or comes == today else [comes, later]
    if modifier != "next" and comes == today:
        return [comes, comes + WEEK]
    return [comes]
