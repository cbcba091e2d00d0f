"""A text in which days are found, and what is found: the shapes that reading and putting together share."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from medicalcor.domain.scheduling.understanding.lexis import Lexis

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
PLACE: Final = "‹([a-z])›"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

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


def always(day: Day) -> Make:
    """The same whatever else the match holds."""
    return lambda _: day


def week_of(day: date) -> Day:
    monday = day - timedelta(days=day.weekday())
    return Day("span", first=monday, last=monday + WEEK - DAY, is_week=True)


def whole_month(scan: Scan, month: int) -> Day:
    year = scan.today.year + (month < scan.today.month)
    first = date(year, month, 1)
    return Day("span", first=max(first, scan.today), last=date(year, month, monthrange(year, month)[1]))


def coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)
