"""The rule that places visits: nothing goes over anything without leave, and what was kept decides the same again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.admission import VERSION, DecidedByOtherRules, admit, replay
from medicalcor.schemas.admissions import Admission, Against, Candidate, Facts, Leave, Need

DAY = datetime(2026, 5, 4, tzinfo=UTC)
NINE, FIVE = 9 * 3600, 17 * 3600
ADMISSIONS = TypeAdapter(Admission)


def second(of_day: int) -> int:
    return walltime.seconds(DAY) + of_day


def at(hour: float) -> int:
    return second(int(hour * 3600))


def against(begins: float, ends: float, *, lapsed: bool = False, number: int = 1) -> Against:
    return Against(appointment_id=UUID(int=number), begins=at(begins), ends=at(ends), lapsed=lapsed)


def facts(**more: Any) -> Facts:
    """Half an hour at ten with a practitioner who works from nine to five, in one of two rooms."""
    known: dict[str, Any] = {
        "through": "text",
        "now": DAY,
        "starts_at": DAY + timedelta(hours=10),
        "grace": 1800,
        "set_up": 7,
        "offered": True,
        "duration": 1800,
        "practitioner": Candidate(resource_no=0),
        "hours": ((at(9), at(17)),),
        "needs": (Need(candidates=(Candidate(resource_no=10), Candidate(resource_no=11))),),
    }
    return Facts(**(known | more))


LEAVE = Leave(role="doctor", may=True, reason_given=True)


@pytest.mark.parametrize(
    ("more", "verdict", "ground"),
    [
        ({}, "placed", "free"),
        ({"practitioner": None}, "not_possible", "not_done_by"),
        ({"offered": False}, "not_possible", "not_offered"),
        ({"now": DAY + timedelta(hours=10, minutes=30)}, "placed", "free"),
        ({"now": DAY + timedelta(hours=10, minutes=31)}, "not_possible", "in_the_past"),
        ({"starts_at": DAY + timedelta(hours=10, seconds=1)}, "not_possible", "not_on_the_minute"),
        ({"hours": ((at(9), at(10.25)),)}, "not_working", "outside_hours"),
        ({"hours": (), "closed": (date(2026, 5, 4),)}, "not_working", "closed_day"),
        (
            {"practitioner": Candidate(resource_no=0, off=((at(10.25), at(11)),))},
            "not_working",
            "time_off",
        ),
        ({"practitioner": Candidate(resource_no=0, against=(against(9.5, 10),))}, "placed", "free"),
        (
            {"practitioner": Candidate(resource_no=0, against=(against(9.5, 10),)), "before": 300},
            "slot_taken",
            "practitioner_taken",
        ),
        (
            {"practitioner": Candidate(resource_no=0, against=(against(10, 11, lapsed=True),))},
            "placed",
            "free",
        ),
        ({"needs": (Need(candidates=()),)}, "slot_taken", "nothing_free"),
        ({"needs": (Need(candidates=()),), "leave": LEAVE}, "slot_taken", "nothing_free"),
        ({"leave": replace(LEAVE, may=False)}, "no_leave", "no_right"),
        ({"leave": replace(LEAVE, reason_given=False)}, "no_leave", "no_reason"),
        ({"hours": (), "leave": LEAVE}, "placed", "outside_hours"),
    ],
)
def test_what_is_decided(more: dict[str, Any], verdict: str, ground: str) -> None:
    admission = admit(facts(**more)).admission
    assert (admission.verdict, admission.reasons, admission.rules) == (verdict, (ground,), VERSION)


def test_the_next_room_is_taken_when_the_first_is_not_free_or_closed() -> None:
    rooms = (
        Candidate(resource_no=10, against=(against(10.25, 11),)),
        Candidate(resource_no=11, off=((at(8), at(10.1)),)),
        Candidate(resource_no=12),
    )
    outcome = admit(facts(needs=(Need(candidates=rooms),)))
    assert [taken.resource_no for taken in outcome.takes] == [0, 12]
    outcome = admit(facts(needs=(Need(candidates=rooms[:2]),)))
    assert outcome.admission.reasons == ("nothing_free",)


@pytest.mark.parametrize("leave", [None, LEAVE])
def test_needs_that_share_rooms_get_one_each(leave: Leave | None) -> None:
    rooms = (Candidate(resource_no=10, against=(against(10, 11),)), Candidate(resource_no=11))
    shared = facts(needs=(Need(candidates=rooms),) * 2, leave=leave)
    outcome = admit(shared)
    assert [taken.resource_no for taken in outcome.takes] == ([0, 11, 10] if leave else [])
    assert outcome.admission.reasons == (("place_taken",) if leave else ("nothing_free",))
    assert not admit(replace(shared, needs=(Need(candidates=rooms),) * 3)).placed


def test_leave_says_all_that_it_overrides_and_marks_what_is_shared() -> None:
    outcome = admit(
        facts(
            hours=(),
            practitioner=Candidate(
                resource_no=0, against=(against(10, 11), against(9, 10.5, lapsed=True, number=2))
            ),
            needs=(Need(candidates=(Candidate(resource_no=10, off=((at(0), at(24)),)),)),),
            leave=LEAVE,
        )
    )
    assert outcome.admission.reasons == ("outside_hours", "practitioner_taken", "place_closed")
    assert [(t.resource_no, t.deliberate) for t in outcome.takes] == [(0, True), (10, False)]
    assert (outcome.overlaps, outcome.lapsed) == ((UUID(int=1),), (UUID(int=2),))


def test_other_rules_are_not_passed_off_as_these() -> None:
    kept = replace(admit(facts()).admission, rules="0")
    with pytest.raises(DecidedByOtherRules, match="rules 0"):
        replay(kept)


def stretch() -> st.SearchStrategy[tuple[int, int]]:
    begins = st.integers(-2 * 3600, 26 * 3600)
    return st.tuples(begins, st.integers(60, 6 * 3600)).map(lambda pair: (second(pair[0]), second(sum(pair))))


def candidate(number: int) -> st.SearchStrategy[Candidate]:
    others = st.builds(
        lambda nth, there, lapsed: Against(
            appointment_id=UUID(int=nth), begins=there[0], ends=there[1], lapsed=lapsed
        ),
        st.integers(1, 9),
        stretch(),
        st.booleans(),
    )
    return st.builds(
        Candidate,
        resource_no=st.just(number),
        off=st.lists(stretch(), max_size=2).map(tuple),
        against=st.lists(others, max_size=3, unique_by=lambda one: one.appointment_id).map(tuple),
    )


NEEDS = st.lists(
    st.builds(
        Need,
        before=st.integers(0, 1800),
        after=st.integers(0, 1800),
        candidates=st.sets(st.integers(10, 13), min_size=1).flatmap(
            lambda numbers: st.tuples(*map(candidate, sorted(numbers)))
        ),
    ),
    max_size=3,
).map(tuple)
FACTS = st.builds(
    Facts,
    through=st.sampled_from(("text", "tap", "voice", "dialog", "drag", "api", "waitlist", "system")),
    now=st.integers(-86_400, 86_400).map(lambda n: DAY + timedelta(seconds=n)),
    starts_at=st.integers(0, 24 * 60).map(lambda n: DAY + timedelta(minutes=n)),
    grace=st.just(1800),
    set_up=st.integers(1, 99),
    offered=st.sampled_from((True, True, True, False)),
    duration=st.integers(1, 24).map(lambda n: n * 300),
    before=st.integers(0, 1800),
    after=st.integers(0, 1800),
    practitioner=st.one_of(candidate(0), candidate(0), st.none()),
    hours=st.lists(stretch(), max_size=3).map(tuple),
    closed=st.sampled_from(((), (DAY.date(),))),
    needs=NEEDS,
    leave=st.one_of(
        st.none(),
        st.builds(Leave, role=st.just("doctor"), may=st.booleans(), reason_given=st.booleans()),
    ),
    moving=st.one_of(st.none(), st.uuids()),
    locked=st.booleans(),
)


@given(FACTS)
@settings(max_examples=300, deadline=None)
def test_what_was_kept_decides_the_same_again(known: Facts) -> None:
    outcome = admit(known)
    kept = ADMISSIONS.validate_json(ADMISSIONS.dump_json(outcome.admission))
    assert kept == outcome.admission
    assert replay(kept) == outcome


@given(FACTS)
@settings(max_examples=300, deadline=None)
def test_nothing_is_shared_without_leave(known: Facts) -> None:
    outcome = admit(known)
    if not outcome.placed:
        assert (outcome.takes, outcome.overlaps) == ((), ())
        return
    begins = walltime.seconds(known.starts_at)
    ends = begins + known.duration
    assert len(outcome.takes) == 1 + len(known.needs)
    if known.leave is not None:
        assert known.leave.may
        assert known.leave.reason_given
        return
    assert outcome.overlaps == ()
    assert not any(taken.deliberate for taken in outcome.takes)
    works = {minute for opens, closes in known.hours for minute in range(opens // 60, closes // 60 + 1)}
    assert set(range(begins // 60 + 1, ends // 60)) <= works
    assert known.practitioner is not None
    assert not any(start < ends and begins < stop for start, stop in known.practitioner.off)
    around = {known.practitioner: (known.before, known.after)}
    for need, taken in zip(known.needs, outcome.takes[1:], strict=True):
        room = next(one for one in need.candidates if one.resource_no == taken.resource_no)
        assert not any(start < ends and begins < stop for start, stop in room.off)
        around[room] = (need.before, need.after)
    for one, (before, after) in around.items():
        for other in one.against:
            assert other.lapsed or other.ends <= begins - before or other.begins >= ends + after


@given(FACTS)
@settings(max_examples=300, deadline=None)
def test_no_resource_is_taken_twice(known: Facts) -> None:
    numbers = [taken.resource_no for taken in admit(known).takes]
    assert len(set(numbers)) == len(numbers)
