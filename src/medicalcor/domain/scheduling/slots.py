"""When a procedure can be done, and by whom.

The times on the wall's grid at which anybody works are numbered; a set of them is one whole number with a bit for each, so
that many calendars are put over one another in no time.

The visit itself lies within working hours and outside time off; its buffers keep it away from other visits, and
may reach beyond the hours. A time that is found here can be booked, unless somebody else is faster.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import cached_property, reduce
from itertools import chain, compress, islice
from operator import or_
from typing import TypeVar
from uuid import UUID

from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.intervals import Interval, Intervals, common, merged, unpacked, without

STEP = 15 * 60
"""Visits begin at these seconds by the clock on the wall."""
_DAY = walltime.DAY
_NOON = _DAY // 2
T = TypeVar("T")
Times = int
"""Bit n stands for the nth of the times that are looked at."""
_AS_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Somebody who can do the procedure. Hours are seconds since midnight on the wall."""

    id: UUID
    resource_no: int
    weekly: Mapping[int, Intervals]
    """By weekday, Monday 0."""
    days: Mapping[date, Intervals] = field(default_factory=dict)
    """In place of the week's hours."""
    off: Intervals = ()
    preferred: bool = False
    """Knows the patient, or was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room or device that could serve."""

    resource_no: int
    off: Intervals = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One of these rooms or devices is needed, with this many free seconds around the visit."""

    candidates: Sequence[Room]
    before: int = 0
    after: int = 0


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is looked for, and all that is known about it. Moments are seconds since 1970."""

    zone: tzinfo
    start: int
    end: int
    """The visit begins in [start, end)."""
    duration: int
    before: int = 0
    after: int = 0
    workers: Sequence[Worker]
    requirements: Sequence[Requirement] = ()
    busy: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """What is taken, by resource: packed, in order."""
    holidays: frozenset[date] = frozenset()
    part: Interval = (0, _DAY)
    """The visit begins in this part of the day, in seconds since midnight on the wall."""
    weekdays: frozenset[int] = frozenset(range(7))

    @cached_property
    def spans(self) -> tuple[walltime.Span, ...]:
        return walltime.spans(self.zone, self.start, self.end + self.duration)

    @cached_property
    def dates(self) -> list[tuple[date, int, int]]:
        """Each with its weekday and its beginning on the wall."""
        return [(day, day.weekday(), walltime.midnight(day)) for day in walltime.days(self.spans)]


@dataclass(frozen=True, slots=True)
class Opening:
    """When somebody could begin."""

    worker: Worker
    times: Sequence[int]
    """All that were looked at, the same for everybody, in order."""
    starts: Times
    """Those that will do."""

    def __contains__(self, at: int) -> bool:
        nth = bisect_left(self.times, at)
        return self.times[nth : nth + 1] == [at] and bool(self.starts >> nth & 1)


@dataclass(frozen=True, slots=True)
class Start:
    """A time to begin, and with whom."""

    at: int
    worker: Worker


def openings(question: Question) -> list[Opening]:
    """Everybody with a free time, the first choice first: whom the patient knows, then who has most time."""
    asked = _asked_for(question)
    at_work = [common(_starts_at_work(question, worker), asked) for worker in question.workers]
    times = list(_grid(merged(chain.from_iterable(at_work)), question.spans))
    kept = _Kept(question, times)
    allowed = -1
    for requirement in question.requirements:
        allowed &= ~kept.everywhere(requirement)
    found = []
    for worker, begins in zip(question.workers, at_work, strict=True):
        taken = kept.by(worker.resource_no, question.before, question.after)
        if starts := _within(times, begins) & allowed & ~taken:
            found.append(Opening(worker, times, starts))
    return sorted(found, key=lambda o: (not o.worker.preferred, -o.starts.bit_count(), o.worker.resource_no))


def working(question: Question, worker: Worker) -> list[Interval]:
    """When they work, whoever else wants them then."""
    return without(hours(question, worker), merged(worker.off))


def hours(question: Question, worker: Worker) -> list[Interval]:
    """When they would work, were it not for time off."""
    weekly, days = worker.weekly, worker.days
    wall = [
        (midnight + opens, midnight + closes)
        for day, weekday, midnight in question.dates
        if day not in question.holidays
        for opens, closes in (days[day] if day in days else weekly.get(weekday, ()))
    ]
    return walltime.moments(merged(wall), question.spans)


def _starts_at_work(question: Question, worker: Worker) -> list[Interval]:
    last = question.duration - 1
    return [
        (start, stop - last) for start, stop in working(question, worker) if stop - start >= question.duration
    ]


def _asked_for(question: Question) -> list[Interval]:
    opens, closes = question.part
    wall = [
        (midnight + opens, midnight + closes)
        for _, weekday, midnight in question.dates
        if weekday in question.weekdays
    ]
    return common(walltime.moments(merged(wall), question.spans), [(question.start, question.end)])


def _within(times: Sequence[int], intervals: Intervals) -> Times:
    found = 0
    for start, stop in intervals:
        found |= (1 << bisect_left(times, stop)) - (1 << bisect_left(times, start))
    return found


class _Kept:
    """Times at which a visit with its buffers would run into something."""

    def __init__(self, question: Question, times: Sequence[int]) -> None:
        self._question, self._times = question, times
        self._around: dict[tuple[int, int], _Around] = {}

    def by(self, resource_no: int, before: int, after: int) -> Times:
        around = self._around.get((before, after))
        if around is None:
            around = _Around(self._times, self._question.duration + after, before)
            self._around[before, after] = around
        return reduce(or_, map(around.__getitem__, self._question.busy.get(resource_no, ())), 0)

    def everywhere(self, requirement: Requirement) -> Times:
        """Where every candidate is taken. A few look-ups settle it: free times differ from room to room."""
        missing = (1 << len(self._times)) - 1
        for room in requirement.candidates:
            if not missing:
                break
            closed = [(start - self._question.duration + 1, stop) for start, stop in room.off]
            missing &= self.by(room.resource_no, requirement.before, requirement.after) | _within(
                self._times, closed
            )
        return missing


class _Around(dict[int, Times]):
    """By packed stretch, which times it rules out: many visits begin and end together."""

    def __init__(self, times: Sequence[int], ahead: int, behind: int) -> None:
        super().__init__()
        self._times, self._ahead, self._behind = times, ahead, behind

    def __missing__(self, one: int) -> Times:
        begins, ends = unpacked(one)
        low = bisect_right(self._times, begins - self._ahead)
        high = bisect_left(self._times, ends + self._behind)
        found = self[one] = (1 << high) - (1 << low)
        return found


def _grid(intervals: Intervals, during: Sequence[walltime.Span]) -> Iterator[int]:
    """The times on the wall's grid that lie in the intervals, in order."""
    for span in during:
        for start, stop in common(intervals, [(span.start, span.end)]):
            shown = start + span.offset
            yield from range(start + -shown % STEP, stop, STEP)


def earliest(found: Sequence[Opening], *, limit: int) -> list[Start]:
    """The next times, each once, with the first choice among those who are free then."""
    return [_start(found, at) for at in islice(_all_starts(found), limit)]


def nearest(found: Sequence[Opening], *, wanted: int, limit: int) -> list[Start]:
    """The times that are closest to the wanted one, the closest first."""
    every = list(_all_starts(found))
    place = bisect_left(every, wanted)
    around = every[max(0, place - limit) : place + limit]
    around.sort(key=lambda at: (abs(at - wanted), at))
    return [_start(found, at) for at in around[:limit]]


def spread(question: Question, found: Sequence[Opening], *, limit: int) -> list[Start]:
    """Times over the whole range, mornings and afternoons in turn, in order."""
    days = _by_day(question, list(_all_starts(found)))
    chosen: set[int] = set()
    if len(days) > limit:
        days = _evenly(days, limit)
    for nth, starts in enumerate(days):
        share = limit // len(days) + (nth < limit % len(days))
        if share == 1:
            chosen.add(_half_day(question, starts, afternoon=nth % 2 == 1))
        else:
            chosen.update(_evenly(starts, share))
    return [_start(found, at) for at in sorted(chosen)]


def _all_starts(found: Sequence[Opening]) -> Iterator[int]:
    if not found:
        return iter(())
    every = reduce(or_, (opening.starts for opening in found))
    return compress(found[0].times, bin(every)[:1:-1].encode().translate(_AS_FLAGS))


def _start(found: Sequence[Opening], at: int) -> Start:
    return Start(at, next(opening.worker for opening in found if at in opening))


def _by_day(question: Question, every: Sequence[int]) -> list[list[int]]:
    days: dict[int, list[int]] = {}
    for span in question.spans:
        for at in every[bisect_left(every, span.start) : bisect_left(every, span.end)]:
            days.setdefault((at + span.offset) // _DAY, []).append(at)
    return list(days.values())


def _shift(question: Question, at: int) -> int:
    return next(span.offset for span in question.spans if span.start <= at < span.end)


def _evenly(things: Sequence[T], count: int) -> list[T]:
    """The first, the last and some in between; all of them when there are no more."""
    if count >= len(things):
        return list(things)
    if count == 1:
        return [things[0]]
    return [things[nth * (len(things) - 1) // (count - 1)] for nth in range(count)]


def _half_day(question: Question, starts: Sequence[int], *, afternoon: bool) -> int:
    if not afternoon:
        return starts[0]
    late = (at for at in starts if (at + _shift(question, at)) % _DAY >= _NOON)
    return next(late, starts[-1])
