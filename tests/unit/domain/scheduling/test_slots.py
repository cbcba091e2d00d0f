"""What is offered is what the slow oracle finds, in every time zone and across its changes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slot_oracle import Between, Clinic, utc

from medicalcor.domain.scheduling import slots, walltime
from medicalcor.domain.scheduling.intervals import packed
from medicalcor.domain.scheduling.slots import Question, Requirement, Room, Worker

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
BUCHAREST = ZoneInfo("Europe/Bucharest")


def changes(zone: ZoneInfo, year: int) -> list[date]:
    """Days of the year on which the clock is changed, found the plain way."""
    noon = datetime(year, 1, 1, 12, tzinfo=zone)
    days = [noon + timedelta(days=n) for n in range(366)]
    return [
        b.date() for a, b in pairwise(days) if (b.utcoffset() or timedelta()) - (a.utcoffset() or timedelta())
    ]


def hours(draw: Any) -> list[tuple[time, time]]:
    marks = sorted(draw(st.sets(st.integers(0, 96), min_size=0, max_size=6)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return [(clock(a * 15), clock(b * 15)) for a, b in pairs]


def clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def stretches(draw: Any, first: date, most: int) -> list[Between]:
    found = []
    for _ in range(draw(st.integers(0, most))):
        minute = draw(st.integers(-12, 60)) * 60 + draw(st.integers(0, 11)) * 5
        start = utc(first, minute)
        found.append((start, start + timedelta(minutes=5 * draw(st.integers(1, 60)))))
    return found


@st.composite
def clinics(draw: Any) -> tuple[Clinic, datetime, datetime]:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    year = draw(st.integers(2024, 2036))
    special = changes(zone, year)
    day = (
        draw(st.sampled_from(special)) - timedelta(days=1)
        if special
        else date(year, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
    )
    start = utc(day, draw(st.integers(-60, 300)) * 5)
    people = draw(st.integers(1, 3))
    around = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: (pair[0] * 5, pair[1] * 5))
    part = draw(
        st.sampled_from(
            [(time(0), time(0)), (time(0), time(12)), (time(1, 30), time(17)), (time(17), time(0))]
        )
    )
    clinic = Clinic(
        zone=zone,
        minutes=draw(st.integers(1, 24)) * 5,
        around=draw(around),
        weekly=[{weekday: hours(draw) for weekday in range(7)} for _ in range(people)],
        days=[{day: hours(draw)} if draw(st.booleans()) else {} for _ in range(people)],
        off=[stretches(draw, day, 2) for _ in range(people)],
        visits=[stretches(draw, day, 5) for _ in range(people)],
        rooms=draw(st.sampled_from([None, 1, 2])) and [stretches(draw, day, 4) for _ in range(2)],
        room_around=draw(around),
        holidays={day + timedelta(days=1)} if draw(st.integers(0, 5)) == 0 else set(),
        part=part,
    )
    return clinic, start, start + timedelta(hours=draw(st.integers(1, 60)))


def second(shown: time) -> int:
    return shown.hour * 3600 + shown.minute * 60


def wall(pairs: Sequence[tuple[time, time]]) -> list[tuple[int, int]]:
    return [(second(a), second(b) or walltime.DAY) for a, b in pairs]


def instants(pairs: Sequence[Between]) -> list[tuple[int, int]]:
    return sorted((walltime.seconds(a), walltime.seconds(b)) for a, b in pairs)


def question(clinic: Clinic, start: datetime, end: datetime) -> Question:
    rooms = [] if clinic.rooms is None else [Room(resource_no=100 + n) for n in range(len(clinic.rooms))]
    busy = {n: packed(instants(taken)) for n, taken in enumerate(clinic.visits)}
    busy |= {
        room.resource_no: packed(instants(taken))
        for room, taken in zip(rooms, clinic.rooms or (), strict=True)
    }
    return Question(
        zone=clinic.zone,
        start=walltime.seconds(start),
        end=walltime.seconds(end),
        duration=clinic.minutes * 60,
        before=clinic.around[0] * 60,
        after=clinic.around[1] * 60,
        workers=[worker(clinic, n) for n in range(len(clinic.weekly))],
        requirements=[
            Requirement(candidates=rooms, before=clinic.room_around[0] * 60, after=clinic.room_around[1] * 60)
        ]
        if rooms
        else [],
        busy=busy,
        holidays=frozenset(clinic.holidays),
        part=wall([clinic.part])[0],
    )


def worker(clinic: Clinic, n: int) -> Worker:
    weekly: Mapping[int, Any] = {weekday: wall(h) for weekday, h in clinic.weekly[n].items()}
    days = {day: wall(h) for day, h in clinic.days[n].items()}
    return Worker(id=UUID(int=n), resource_no=n, weekly=weekly, days=days, off=instants(clinic.off[n]))


@given(clinics())
@settings(max_examples=150, deadline=None)
def test_every_slot_is_the_oracles_and_every_one_of_the_oracles_is_found(
    made: tuple[Clinic, datetime, datetime],
) -> None:
    clinic, start, end = made
    asked = question(clinic, start, end)
    found = slots.openings(asked)
    expected = dict(clinic.slots(start, end))
    offered = slots.earliest(found, limit=10_000)
    assert [walltime.moment(slot.at) for slot in offered] == sorted(expected)
    for slot in offered:
        at = walltime.moment(slot.at)
        assert {o.worker.resource_no for o in found if slot.at in o} == expected[at]
        assert slot.worker.resource_no in expected[at]


@given(clinics(), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_other_orders_choose_from_the_same_times(made: tuple[Clinic, datetime, datetime], limit: int) -> None:
    clinic, start, end = made
    asked = question(clinic, start, end)
    found = slots.openings(asked)
    every = [slot.at for slot in slots.earliest(found, limit=10_000)]
    over = [slot.at for slot in slots.spread(asked, found, limit=limit)]
    assert over == sorted(set(over) & set(every))
    assert len(over) == min(limit, len(every)) or _days(asked, every) > 1
    near = [slot.at for slot in slots.nearest(found, wanted=asked.start + 3600, limit=limit)]
    distances = [abs(at - asked.start - 3600) for at in near]
    assert distances == sorted(abs(at - asked.start - 3600) for at in every)[:limit]


def _days(asked: Question, every: Sequence[int]) -> int:
    return len({walltime.moment(at).astimezone(asked.zone).date() for at in every})


def at(zone: ZoneInfo, *when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]  # year to minute


def simple(
    zone: ZoneInfo, start: datetime, end: datetime, opens: time, closes: time, **more: Any
) -> Question:
    every_day = {n: wall([(opens, closes)]) for n in range(7)}
    one = Worker(id=UUID(int=1), resource_no=1, weekly=every_day)
    return Question(
        zone=zone,
        start=walltime.seconds(start),
        end=walltime.seconds(end),
        **{"duration": 1800, "workers": [one], **more},
    )


@pytest.mark.parametrize(
    ("day", "count", "why"),
    [
        ((2026, 3, 28), 16, "an ordinary night"),
        ((2026, 3, 29), 12, "from three to four the clock shows nothing"),
        ((2026, 10, 25), 20, "from three to four comes twice"),
    ],
)
def test_the_nights_when_the_clock_is_changed(day: tuple[int, int, int], count: int, why: str) -> None:
    start = at(BUCHAREST, *day, 0)
    asked = simple(BUCHAREST, start, start + timedelta(hours=12), time(1), time(5), duration=900)
    found = slots.earliest(slots.openings(asked), limit=99)
    assert len(found) == count, why


def test_work_at_nine_is_at_nine_on_both_sides_of_the_change() -> None:
    start = at(BUCHAREST, 2026, 3, 27, 0)
    asked = simple(BUCHAREST, start, start + timedelta(days=4), time(9), time(9, 30))
    found = slots.earliest(slots.openings(asked), limit=99)
    shown = [walltime.moment(slot.at).astimezone(BUCHAREST).strftime("%d %H:%M") for slot in found]
    assert shown == ["27 09:00", "28 09:00", "29 09:00", "30 09:00"]


def test_whom_the_patient_knows_comes_first_then_who_has_most_time() -> None:
    start = at(BUCHAREST, 2026, 5, 4, 0)
    week = {n: wall([(time(9), time(12))]) for n in range(7)}
    longer = {n: wall([(time(9), time(17))]) for n in range(7)}
    busiest, freest = (
        Worker(id=UUID(int=n), resource_no=n, weekly=hours) for n, hours in ((1, week), (2, longer))
    )
    known = Worker(id=UUID(int=3), resource_no=3, weekly=week, preferred=True)

    def first(*workers: Worker) -> int:
        asked = simple(BUCHAREST, start, start + timedelta(days=1), time(9), time(12), workers=workers)
        return slots.earliest(slots.openings(asked), limit=1)[0].worker.resource_no

    assert first(busiest, freest) == 2
    assert first(busiest, freest, known) == 3


def test_spread_offers_mornings_and_afternoons_of_different_days() -> None:
    start = at(BUCHAREST, 2026, 5, 4, 0)
    asked = simple(BUCHAREST, start, start + timedelta(days=9), time(9), time(17))
    found = slots.spread(asked, slots.openings(asked), limit=4)
    shown = [walltime.moment(slot.at).astimezone(BUCHAREST).strftime("%d %H:%M") for slot in found]
    assert shown == ["04 09:00", "06 12:00", "09 09:00", "12 12:00"]
