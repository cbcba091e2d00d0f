"""Between the clock on the wall and moments, in any time zone and across its changes.

An hour on the wall means every moment at which the wall shows it: in the night when the clock goes back it comes
twice, in the night when it goes forward it does not come at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from medicalcor.domain.scheduling.intervals import Interval, Intervals, merged

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_STRIDE = 6 * 3600
"""A zone does not change its clock twice within this many seconds."""


@dataclass(frozen=True, slots=True)
class Span:
    """Moments with one offset from UTC: the wall shows the moment's seconds plus `offset`."""

    start: int
    end: int
    offset: int


@lru_cache(maxsize=1024)
def spans(zone: tzinfo, start: int, end: int) -> tuple[Span, ...]:
    """From `start` to `end` in stretches of one offset; remembered, as the same days are booked again and again."""
    found: list[Span] = []
    begun, offset = start, _offset(zone, start)
    at = start
    while at < end:
        ahead = min(at + _STRIDE, end)
        if (then := _offset(zone, ahead)) != offset:
            change = _change(zone, at, ahead, offset)
            found.append(Span(begun, change, offset))
            begun, offset = change, then
        at = ahead
    if begun < end:
        found.append(Span(begun, end, offset))
    return tuple(found)


def _offset(zone: tzinfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _change(zone: tzinfo, before: int, after: int, offset: int) -> int:
    """The first moment that no longer has `offset`."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def moments(wall: Intervals, during: Iterable[Span]) -> list[Interval]:
    """Where the wall shows one of the sorted stretches `wall` (seconds since 1970 on the wall)."""
    found: list[Interval] = []
    for span in during:
        low, high = span.start + span.offset, span.end + span.offset
        for start, stop in wall:
            if stop <= low:
                continue
            if start >= high:
                break
            found.append((max(start, low) - span.offset, min(stop, high) - span.offset))
    return merged(found)


def midnight(day: date) -> int:
    """The day's beginning on the wall."""
    return (day.toordinal() - _EPOCH) * DAY


def days(during: Iterable[Span]) -> list[date]:
    """Every date that the wall shows."""
    shown = {
        day
        for span in during
        for day in range((span.start + span.offset) // DAY, (span.end + span.offset - 1) // DAY + 1)
    }
    return [date.fromordinal(day + _EPOCH) for day in sorted(shown)]


def seconds(moment: datetime) -> int:
    """A moment as whole seconds, as everything here counts."""
    return int(moment.timestamp())


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
