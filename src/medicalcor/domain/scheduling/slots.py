"""When a procedure can be done, and by whom. Intervals throughout: no loop over minutes.

The visit itself lies within working hours and outside time off; its buffers keep it away from other visits, and
may reach beyond the hours. A time that is found here can be booked, unless somebody else is faster.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import cached_property
from heapq import merge
from itertools import repeat
from typing import TypeVar
from uuid import UUID

from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.intervals import Interval, Intervals, common, length, merged, without

STEP = 15 * 60
"""Visits begin at these seconds by the clock on the wall."""
_DAY = walltime.DAY
_NOON = _DAY // 2
T = TypeVar("T")


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
    busy: Mapping[int, Intervals] = field(default_factory=dict)
    """What is taken, by resource, sorted."""
    holidays: frozenset[date] = frozenset()
    part: Interval = (0, _DAY)
    """The visit begins in this part of the day, in seconds since midnight on the wall."""
    weekdays: frozenset[int] = frozenset(range(7))

    @cached_property
    def spans(self) -> list[walltime.Span]:
        return walltime.spans(self.zone, self.start, self.end + self.duration)

    @cached_property
    def dates(self) -> list[date]:
        return walltime.days(self.spans)


@dataclass(frozen=True, slots=True)
class Opening:
    """When somebody could begin: every second in `starts` will do."""

    worker: Worker
    starts: list[Interval]


@dataclass(frozen=True, slots=True)
class Start:
    """A time to begin, and with whom."""

    at: int
    worker: Worker


def openings(question: Question) -> list[Opening]:
    """Everybody with a free time, the first choice first: whom the patient knows, then who has most time."""
    allowed = _asked_for(question)
    for requirement in question.requirements:
        allowed = common(allowed, _one_is_free(question, requirement))
    found = []
    for worker in question.workers:
        starts = common(_starts_at_work(question, worker), allowed)
        taken = question.busy.get(worker.resource_no, ())
        starts = without(starts, _kept_away(taken, question.duration, question.before, question.after))
        if starts:
            found.append(Opening(worker, starts))
    return sorted(found, key=lambda o: (not o.worker.preferred, -length(o.starts), o.worker.resource_no))


def working(question: Question, worker: Worker) -> list[Interval]:
    """When they work, whoever else wants them then."""
    wall: list[Interval] = []
    for day in question.dates:
        if day in question.holidays:
            continue
        hours = worker.days.get(day)
        if hours is None:
            hours = worker.weekly.get(day.weekday(), ())
        midnight = walltime.midnight(day)
        wall.extend((midnight + opens, midnight + closes) for opens, closes in hours)
    return without(walltime.moments(merged(wall), question.spans), merged(worker.off))


def _starts_at_work(question: Question, worker: Worker) -> list[Interval]:
    last = question.duration - 1
    return [
        (start, stop - last) for start, stop in working(question, worker) if stop - start >= question.duration
    ]


def _asked_for(question: Question) -> list[Interval]:
    opens, closes = question.part
    wall = [
        (walltime.midnight(day) + opens, walltime.midnight(day) + closes)
        for day in question.dates
        if day.weekday() in question.weekdays
    ]
    return common(walltime.moments(merged(wall), question.spans), [(question.start, question.end)])


def _one_is_free(question: Question, requirement: Requirement) -> list[Interval]:
    """Begins at which not every candidate is taken. A few look-ups settle it: free times differ from room to room."""
    whole = [(question.start, question.end)]
    blocked: Intervals = whole
    for room in requirement.candidates:
        if not blocked:
            break
        blocked = common(blocked, _in_the_way(question, requirement, room))
    return without(whole, blocked)


def _in_the_way(question: Question, requirement: Requirement, room: Room) -> list[Interval]:
    taken = question.busy.get(room.resource_no, ())
    away = _kept_away(taken, question.duration, requirement.before, requirement.after)
    if not room.off:
        return away
    return merged([*away, *_kept_away(room.off, question.duration, 0, 0)])


def _kept_away(taken: Intervals, duration: int, before: int, after: int) -> list[Interval]:
    """Begins at which the visit with its buffers would run into something."""
    ahead = duration + after - 1
    result: list[Interval] = []
    end = None
    for start, stop in taken:
        low, high = start - ahead, stop + before
        if end is not None and low <= end:
            if high > end:
                result[-1] = (result[-1][0], high)
                end = high
        else:
            result.append((low, high))
            end = high
    return result


def is_free(question: Question, worker: Worker, *, at: int) -> bool:
    """Whether no other visit is in the way of one at `at`."""
    taken = question.busy.get(worker.resource_no, ())
    away = _kept_away(taken, question.duration, question.before, question.after)
    return not contains(away, at)


def free_candidate(question: Question, requirement: Requirement, *, at: int, turn: int) -> Room | None:
    """A candidate that is free for a visit at `at`; `turn` says with whom to begin, so that all do not want one."""
    count = len(requirement.candidates)
    for nth in range(count):
        room = requirement.candidates[(turn + nth) % count]
        if not contains(_in_the_way(question, requirement, room), at):
            return room
    return None


def _grid(intervals: Intervals, during: Sequence[walltime.Span]) -> Iterator[int]:
    """The times on the wall's grid that lie in the intervals, in order."""
    for span in during:
        for start, stop in common(intervals, [(span.start, span.end)]):
            shown = start + span.offset
            yield from range(start + -shown % STEP, stop, STEP)


def earliest(question: Question, found: Sequence[Opening], *, limit: int) -> list[Start]:
    """The next times, each once, with the first choice among those who are free then."""
    ranked = (zip(_grid(opening.starts, question.spans), repeat(rank)) for rank, opening in enumerate(found))
    result: list[Start] = []
    last = None
    for at, rank in merge(*ranked):
        if at == last:
            continue
        if len(result) == limit:
            break
        result.append(Start(at, found[rank].worker))
        last = at
    return result


def nearest(question: Question, found: Sequence[Opening], *, wanted: int, limit: int) -> list[Start]:
    """The times that are closest to the wanted one, the closest first."""
    every = sorted(_all_starts(question, found), key=lambda at: (abs(at - wanted), at))
    return [Start(at, _first_free(found, at)) for at in every[:limit]]


def spread(question: Question, found: Sequence[Opening], *, limit: int) -> list[Start]:
    """Times over the whole range, mornings and afternoons in turn, in order."""
    days = _by_day(question, _all_starts(question, found))
    chosen: set[int] = set()
    if len(days) > limit:
        days = _evenly(days, limit)
    for nth, starts in enumerate(days):
        share = limit // len(days) + (nth < limit % len(days))
        if share == 1:
            chosen.add(_half_day(question, starts, afternoon=nth % 2 == 1))
        else:
            chosen.update(_evenly(starts, share))
    return [Start(at, _first_free(found, at)) for at in sorted(chosen)]


def _all_starts(question: Question, found: Sequence[Opening]) -> list[int]:
    together = merged(interval for opening in found for interval in opening.starts)
    return list(_grid(together, question.spans))


def _first_free(found: Sequence[Opening], at: int) -> Worker:
    return next(opening.worker for opening in found if contains(opening.starts, at))


def contains(intervals: Intervals, at: int) -> bool:
    place = bisect_right(intervals, (at, float("inf"))) - 1
    return place >= 0 and intervals[place][0] <= at < intervals[place][1]


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
