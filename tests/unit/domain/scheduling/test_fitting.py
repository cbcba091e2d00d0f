"""Which visits a change of the hours leaves outside."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.fitting import outside
from medicalcor.domain.scheduling.slots import Worker

ZONE = ZoneInfo("Europe/Bucharest")
HOUR = 3600
WORKER = Worker(
    id=UUID(int=1),
    resource_no=1,
    weekly={nth: [(9 * HOUR, 13 * HOUR), (14 * HOUR, 18 * HOUR)] for nth in range(5)},
)


@dataclass(frozen=True)
class Visit:
    starts_at: datetime
    ends_at: datetime


def visit(hour: int, minute: int = 0, *, day: date = date(2026, 5, 4), minutes: int = 30) -> Visit:
    start = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)
    return Visit(start, start + timedelta(minutes=minutes))


def fits(one: Visit, worker: Worker = WORKER, holidays: frozenset[date] = frozenset()) -> bool:
    return outside([one], worker, zone=ZONE, holidays=holidays) == []


@pytest.mark.parametrize(
    ("one", "good"),
    [
        (visit(9), True),
        (visit(12, 30), True),
        (visit(12, 45), False),
        (visit(13, 30), False),
        (visit(17, 30), True),
        (visit(8, 45), False),
        (visit(9, day=date(2026, 5, 9)), False),
    ],
)
def test_a_visit_lies_whole_within_one_stretch(one: Visit, good: bool) -> None:
    assert fits(one) is good


def test_time_off_a_day_that_goes_otherwise_and_a_holiday_count() -> None:
    one = visit(10)
    gone = (walltime.seconds(one.ends_at) - 60, walltime.seconds(one.ends_at) + 60)
    assert not fits(one, replace(WORKER, off=[gone]))
    assert not fits(one, replace(WORKER, days={date(2026, 5, 4): [(14 * HOUR, 18 * HOUR)]}))
    assert not fits(one, holidays=frozenset({date(2026, 5, 4)}))


@pytest.mark.parametrize(
    "day", [date(2026, 3, 27), date(2026, 3, 30), date(2026, 10, 23), date(2026, 10, 26)]
)
def test_nine_is_nine_on_both_sides_of_the_change(day: date) -> None:
    assert fits(visit(9, day=day))
    assert not fits(visit(8, day=day))
