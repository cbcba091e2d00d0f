"""Every visit is reminded of in time, once, by day, and only while it stands."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicalcor.domain.scheduling.reminders import USELESS, Quiet, Reminder, Visit, due, key, moment, not_sent
from medicalcor.schemas.appointments import Status

ZONE = ZoneInfo("Europe/Bucharest")
QUIET = Quiet()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def visit(starts_at: datetime, *, number: int = 1, address: str = "a", status: Status = "booked") -> Visit:
    return Visit(
        id=UUID(int=number), address=address, starts_at=starts_at, status=status, settled_at=at(1, 12)
    )


def run(visits: Iterable[Visit], now: datetime, sent: Iterable[str] = ()) -> list[Reminder]:
    return due(visits, now=now, sent=set(sent), zone=ZONE, quiet=QUIET)


@pytest.mark.parametrize(
    ("starts", "day", "hours", "why"),
    [
        (at(6, 15), at(5, 15), at(6, 13), "both by day"),
        (at(6, 9), at(5, 9), at(6, 8), "seven is too early, eight is soon enough"),
        (at(6, 8, 15), at(5, 8, 15), at(5, 20, 45), "eight would be too late: the evening before"),
        (at(6, 7), at(5, 8), at(5, 20, 45), "early: when people are up, and the evening before"),
        (at(6, 22), at(6, 8), at(6, 20), "late: the morning of the day"),
    ],
)
def test_when_reminders_are_sent(starts: datetime, day: datetime, hours: datetime, why: str) -> None:
    found = [moment(visit(starts), kind, zone=ZONE, quiet=QUIET) for kind in ("day", "hours")]
    assert found == [day, hours], why


def test_a_missed_hour_is_made_good() -> None:
    one = visit(at(6, 15))
    assert not run([one], at(5, 14, 59))
    for late in (at(5, 15), at(5, 18), at(6, 10)):
        assert [r.kind for r in run([one], late)] == ["day"]
    assert [r.kind for r in run([one], at(6, 13, 30))] == ["hours"], "the later one says it all"
    assert not run([one], at(6, 14, 45)), "they are on their way"
    assert not run([one], at(5, 22)), "nobody is woken"


def test_what_was_sent_is_not_sent_again_unless_the_visit_moves() -> None:
    one = visit(at(6, 15))
    (first,) = run([one], at(5, 15))
    assert not run([one], at(5, 16), first.keys)
    moved = replace(one, starts_at=at(8, 15), settled_at=at(5, 17), moves=1)
    assert not run([moved], at(6, 13), first.keys)
    assert [r.kind for r in run([moved], at(7, 15), first.keys)] == ["day"]


@pytest.mark.parametrize("status", ["held", "cancelled", "missed", "completed", "expired"])
def test_none_for_a_visit_that_does_not_stand(status: Status) -> None:
    assert not run([visit(at(6, 15), status=status)], at(5, 15))


def test_who_has_just_booked_knows() -> None:
    today = replace(visit(at(6, 15)), settled_at=at(6, 12, 30))
    assert not run([today], at(6, 13))
    before = replace(visit(at(6, 15)), settled_at=at(6, 9))
    assert not run([before], at(6, 9, 30))
    assert [r.kind for r in run([before], at(6, 13))] == ["hours"]


def test_a_family_on_one_phone_gets_one_message() -> None:
    visits = [
        visit(at(6, 15), number=1),
        visit(at(6, 15, 30), number=2),
        visit(at(6, 15), number=3, address="b"),
    ]
    found = run(visits, at(5, 16))
    assert [(r.address, [v.id.int for v in r.visits]) for r in found] == [("a", [1, 2]), ("b", [3])]
    second = [*visits, visit(at(6, 16), number=4)]
    again = run(second, at(5, 17), [k for r in found for k in r.keys])
    assert [[v.id.int for v in r.visits] for r in again] == [[4]], "a second visit gets its own"


@given(
    starts=st.integers(0, 6 * 24 * 4).map(lambda quarter: at(4, 0) + timedelta(minutes=15 * quarter)),
    gaps=st.lists(st.integers(1, 40), min_size=40, max_size=200),
)
@settings(max_examples=200, deadline=None)
def test_however_the_job_runs_each_kind_comes_once_at_most_and_never_at_night(
    starts: datetime, gaps: list[int]
) -> None:
    one, now, sent = visit(starts), at(3, 0), set[str]()
    kinds = []
    for gap in gaps:
        now += timedelta(minutes=15 * gap)
        for reminder in run([one], now, sent):
            kinds.append(reminder.kind)
            sent.update(reminder.keys)
            assert not QUIET.holds(now.astimezone(ZONE).time())
            assert now < starts - USELESS[reminder.kind]
    assert len(kinds) == len(set(kinds))
    assert kinds in ([], ["day"], ["hours"], ["day", "hours"])


@given(starts=st.integers(0, 6 * 24 * 4).map(lambda quarter: at(4, 0) + timedelta(minutes=15 * quarter)))
@settings(max_examples=200, deadline=None)
def test_a_job_that_runs_every_hour_reminds_everybody(starts: datetime) -> None:
    one, now, sent = visit(starts), at(2, 0), set[str]()
    while now < starts:
        for reminder in run([one], now, sent):
            sent.update(reminder.keys)
        now += timedelta(hours=1)
    assert sent


def test_visits_that_follow_soon_are_told_together_and_later_ones_are_not() -> None:
    visits = [visit(at(6, 10), number=1), visit(at(6, 11), number=2), visit(at(6, 17), number=3)]
    [day] = run(visits, at(5, 10))
    assert [v.id.int for v in day.visits] == [1, 2]
    assert [v.id.int for r in run(visits, at(5, 17), day.keys) for v in r.visits] == [3]


@pytest.mark.parametrize(
    ("now", "settled", "why"),
    [
        (at(5, 15), at(5, 14, 30), [("day", "just_booked")]),
        (at(6, 12, 10), at(1, 12), [("day", "too_late")]),
        (at(6, 13), at(1, 12), [("day", "too_late")]),
        (at(6, 14, 45), at(1, 12), [("day", "too_late"), ("hours", "too_late")]),
        (at(6, 14, 45), at(6, 12, 30), [("day", "just_booked"), ("hours", "just_booked")]),
        (at(5, 16), at(1, 12), []),
    ],
)
def test_what_is_not_sent_has_its_reason(
    now: datetime, settled: datetime, why: list[tuple[str, str]]
) -> None:
    one = replace(visit(at(6, 15)), settled_at=settled)
    found = not_sent([one], now=now, sent=(), zone=ZONE, quiet=QUIET)
    assert [(kind, reason) for _, kind, reason in found] == why
    decided = {key(one, kind) for _, kind, _ in found}
    assert not not_sent([one], now=now, sent=decided, zone=ZONE, quiet=QUIET)


@given(
    starts=st.integers(0, 6 * 24 * 4).map(lambda quarter: at(4, 0) + timedelta(minutes=15 * quarter)),
    settled=st.integers(0, 8 * 24 * 4).map(lambda quarter: at(2, 0) + timedelta(minutes=15 * quarter)),
    gaps=st.lists(st.integers(1, 60), min_size=60, max_size=120),
)
@settings(max_examples=200, deadline=None)
def test_every_reminder_is_sent_or_explained_and_never_both(
    starts: datetime, settled: datetime, gaps: list[int]
) -> None:
    one, now, decided = replace(visit(starts), settled_at=min(settled, starts)), at(2, 0), list[str]()
    for gap in gaps:
        now += timedelta(minutes=15 * gap)
        if now >= one.settled_at:
            told = {"now": now, "sent": set(decided), "zone": ZONE, "quiet": QUIET}
            sent = [k for reminder in due([one], **told) for k in reminder.keys]  # type: ignore[arg-type]  # as named
            said = [key(v, kind) for v, kind, _ in not_sent([one], **told)]  # type: ignore[arg-type]  # as named
            assert not set(sent) & set(said)
            decided += [*sent, *said]
    assert len(decided) == len(set(decided))
    if now > starts + timedelta(hours=1):
        assert len(decided) == 2
