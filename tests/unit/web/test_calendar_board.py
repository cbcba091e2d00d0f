"""Where visits stand in the calendar: rows, lanes, working hours, the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.readmodels.appointments.queries import Entry
from medicalcor.readmodels.practice.queries import Day, Holiday, Practitioner, TimeOff
from medicalcor.schemas.practice import Hours, WeekHours
from medicalcor.web.pages.appointments.board import Board, Known, board, columns_of, week_of

ZONE = ZoneInfo("Europe/Bucharest")
DAY = date(2026, 3, 12)  # a Thursday
DOCTOR = Practitioner(
    id=UUID(int=1),
    no=1,
    name="Dr. Ionescu",
    languages=("ro",),
    skills=(),
    weekly=[
        WeekHours(weekday=3, opens=time(9), closes=time(13)),
        WeekHours(weekday=3, opens=time(14), closes=time(17)),
    ],
    is_active=True,
    version=1,
)


def visit(starts: datetime, minutes: int = 30, *, nth: int = 1) -> Entry:
    return Entry(
        id=UUID(int=nth),
        person_id=UUID(int=9),
        lead_id=None,
        procedure_id=UUID(int=2),
        practitioner_id=DOCTOR.id,
        starts_at=starts.astimezone(UTC),
        ends_at=starts.astimezone(UTC) + timedelta(minutes=minutes),
        status="booked",
        expires_at=None,
        version=1,
        moves=0,
        patient="Ana",
        for_name=None,
        relation=None,
        booker="Ana",
        put_over=(),
        put_over_why=None,
        booked_by="patient",
        booked_at=starts,
        end_reason=None,
    )


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def drawn(
    *entries: Entry,
    day: date = DAY,
    days: tuple[Day, ...] = (),
    off: tuple[TimeOff, ...] = (),
    closed: tuple[Holiday, ...] = (),
) -> Board:
    known = Known(entries=entries, days=days, time_off=off, holidays=closed)
    return board([(day, DOCTOR)], known, zone=ZONE)


def test_a_visit_stands_at_its_time_on_the_clinics_wall() -> None:
    [column] = drawn(visit(at(10, 35), 45)).columns
    [block] = column.blocks
    assert block.rows == ((10 * 60 + 35) // 5, (11 * 60 + 20) // 5)
    assert column.open == [(108, 156), (168, 204)]


def test_whole_hours_are_shown_around_all_that_happens() -> None:
    assert drawn(visit(at(18, 20), 50)).rows == (9 * 12, 20 * 12)
    assert drawn(day=date(2026, 3, 14)).rows == (8 * 12, 18 * 12)


def test_leave_cuts_the_hours_and_a_holiday_closes_them() -> None:
    off = TimeOff(UUID(int=5), DOCTOR.id, at(11), at(15), "training", None)
    [column] = drawn(off=(off,)).columns
    assert column.open == [(108, 132), (180, 204)]
    assert column.away is None
    whole = TimeOff(UUID(int=5), DOCTOR.id, at(0), at(0, day=date(2026, 3, 14)), "sick", None)
    [column] = drawn(off=(whole,)).columns
    assert (column.open, column.away) == ([], "sick")
    [column] = drawn(closed=(Holiday(UUID(int=6), DAY, "Închis"),)).columns
    assert (column.open, column.away) == ([], "holiday")


def test_a_days_own_hours_stand_for_the_weeks() -> None:
    [column] = drawn(days=(Day(DOCTOR.id, DAY, [Hours(opens=time(12), closes=time(0))]),)).columns
    assert column.open == [(144, 288)]


def test_visits_at_one_time_stand_side_by_side() -> None:
    blocks = (
        drawn(
            visit(at(10), 60, nth=1),
            visit(at(10, 30), 60, nth=2),
            visit(at(11), 30, nth=3),
            visit(at(15), nth=4),
        )
        .columns[0]
        .blocks
    )
    assert [(b.lane, b.lanes) for b in blocks] == [(1, 2), (2, 2), (1, 2), (1, 1)]


def test_the_nights_on_which_clocks_change() -> None:
    forward, back = date(2026, 3, 29), date(2026, 10, 25)
    [block] = drawn(visit(at(9, day=forward)), day=forward).columns[0].blocks
    assert block.rows == (108, 114)
    [block] = drawn(visit(at(9, day=back)), day=back).columns[0].blocks
    assert block.rows == (108, 114)


@given(
    st.lists(st.tuples(st.integers(0, 280), st.integers(1, 40)), min_size=1, max_size=12),
)
def test_no_visit_of_a_lane_lies_over_another(stretches: list[tuple[int, int]]) -> None:
    entries = [
        visit(at(0) + timedelta(minutes=first * 5), min(length, 288 - first) * 5 or 5, nth=n)
        for n, (first, length) in enumerate(stretches, 1)
    ]
    blocks = drawn(*entries).columns[0].blocks
    assert len(blocks) == len(entries)
    for one in blocks:
        assert 1 <= one.lane <= one.lanes <= 3
        for other in blocks:
            both = one.rows[0] < other.rows[1] and other.rows[0] < one.rows[1]
            if one is not other and both and one.lane == other.lane:
                assert one.lanes == 3  # more than three at once share the last


def test_a_week_is_one_persons_and_begins_on_monday() -> None:
    assert week_of(DAY)[0] == date(2026, 3, 9)
    columns = columns_of(view="week", day=DAY, who=None, practitioners=[DOCTOR])
    assert [day for day, _who in columns] == week_of(DAY)
    assert columns_of(view="week", day=DAY, who=None, practitioners=[]) == []
