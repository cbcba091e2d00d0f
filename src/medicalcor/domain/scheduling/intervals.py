"""Stretches of time as pairs of whole seconds, the end not included. Lists are sorted and do not touch."""

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]
Intervals = Sequence[Interval]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """In order, those that touch or overlap as one, the empty ones left out."""
    result: list[Interval] = []
    end = None
    for start, stop in sorted(intervals):
        if stop <= start:
            continue
        if end is None or start > end:
            result.append((start, stop))
            end = stop
        elif stop > end:
            result[-1] = (result[-1][0], stop)
            end = stop
    return result


def without(kept: Intervals, gone: Intervals) -> list[Interval]:
    """What is left of `kept`."""
    result: list[Interval] = []
    place, count = 0, len(gone)
    for begins, stop in kept:
        start = begins
        while place < count and gone[place][1] <= start:
            place += 1
        nth = place
        while nth < count and gone[nth][0] < stop:
            from_, until = gone[nth]
            if from_ > start:
                result.append((start, from_))
            if until >= stop:
                start = stop
                break
            start = until
            nth += 1
        place = nth
        if start < stop:
            result.append((start, stop))
    return result


def common(one: Intervals, other: Intervals) -> list[Interval]:
    """What lies in both."""
    result: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        (a, b), (c, d) = one[i], other[j]
        start, stop = max(a, c), min(b, d)
        if start < stop:
            result.append((start, stop))
        if b <= d:
            i += 1
        else:
            j += 1
    return result


def length(intervals: Intervals) -> int:
    """Seconds in all."""
    return sum(stop - start for start, stop in intervals)
