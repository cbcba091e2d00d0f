"""Whether visits that are booked still fit the hours of whoever treats, once these have changed."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import Protocol, TypeVar

from medicalcor.domain.scheduling import slots, walltime
from medicalcor.domain.scheduling.slots import Question, Worker


class Timed(Protocol):
    """Anything with a beginning and an end."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


V = TypeVar("V", bound=Timed)


def outside(visits: Iterable[V], worker: Worker, *, zone: tzinfo, holidays: frozenset[date]) -> list[V]:
    """Those that do not lie within the hours, or lie in time off or on a holiday, in the order that they came in."""
    return [visit for visit in visits if not _fits(visit, worker, zone, holidays)]


def _fits(visit: Timed, worker: Worker, zone: tzinfo, holidays: frozenset[date]) -> bool:
    start, end = walltime.seconds(visit.starts_at), walltime.seconds(visit.ends_at)
    around = Question(zone=zone, start=start, end=end, duration=1, workers=(worker,), holidays=holidays)
    return any(begins <= start and end <= stops for begins, stops in slots.working(around, worker))
