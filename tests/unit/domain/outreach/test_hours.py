"""Quiet hours by the clock on the patient's wall, through summer time and its end."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.outreach.hours import QuietHours, over_at, parse, zone_of

NIGHT = QuietHours(time(21), time(8))
BUCHAREST = "Europe/Bucharest"
ZONES = [
    *(BUCHAREST, "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("America/Sao_Paulo", "Pacific/Apia", "UTC"),
]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23T20:59", None),
        ("2026-11-23T21:00", "2026-11-24T08:00+02:00"),
        ("2026-11-24T07:59:59", "2026-11-24T08:00+02:00"),
        ("2026-11-24T08:00", None),
        ("2026-03-28T23:00", "2026-03-29T08:00+03:00"),  # the night in which clocks go forward
        ("2026-10-24T23:00", "2026-10-25T08:00+02:00"),  # the night in which they go back
    ],
)
def test_the_night_in_bucharest(now: str, until: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(BUCHAREST))
    assert over_at(at, NIGHT, BUCHAREST) == (datetime.fromisoformat(until) if until else None)


def test_an_end_that_the_clock_leaps_over_comes_with_the_leap() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half past two; at three it is four
    end = over_at(before, QuietHours(time(22), time(3, 30)), BUCHAREST)
    assert end is not None
    assert end.astimezone(ZoneInfo(BUCHAREST)).hour == 4


def test_an_end_that_the_clock_shows_twice_counts_each_time() -> None:
    quiet = QuietHours(time(22), time(3, 30))
    first = over_at(datetime(2026, 10, 25, 0, 0, tzinfo=UTC), quiet, BUCHAREST)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    again = over_at(
        datetime(2026, 10, 25, 1, 15, tzinfo=UTC), quiet, BUCHAREST
    )  # a quarter past three, again
    assert again == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001 - given its zone right here
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(ZONES),
)
def test_the_end_lies_ahead_within_about_a_day_and_is_not_quiet(
    now: datetime, start: time, end: time, zone: str
) -> None:
    quiet = QuietHours(start, end)
    until = over_at(now, quiet, zone)
    if until is None:
        assert not quiet.hold(now.astimezone(ZoneInfo(zone)).time())
        return
    assert now < until <= now + timedelta(hours=26)
    assert over_at(until, quiet, zone) is None


def test_hours_as_they_are_written() -> None:
    assert parse("off") is None
    assert parse("21:00-08:00") == NIGHT
    assert parse("13:00-14:30") == QuietHours(time(13), time(14, 30))
    with pytest.raises(ValueError, match="isoformat"):
        parse("evening")


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+40722000001", BUCHAREST),
        ("+4915112345678", "Europe/Berlin"),
        ("+447911123456", "Europe/London"),
        ("+34612345678", "Europe/Madrid"),
        ("+12125551234", "America/New_York"),
        ("+80012345678", BUCHAREST),
        ("RO.13000000000000000001", BUCHAREST),
        ("nonsense", BUCHAREST),
        (None, BUCHAREST),
    ],
)
def test_where_a_number_is(phone: str | None, zone: str) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    found = zone_of(phone, clinic_zone=BUCHAREST, at=at)
    assert at.astimezone(ZoneInfo(found)).utcoffset() == at.astimezone(ZoneInfo(zone)).utcoffset()


def test_the_clinics_own_zone_wins_where_a_country_has_several() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert zone_of("+34612345678", clinic_zone="Atlantic/Canary", at=at) == "Atlantic/Canary"
