"""A hole goes to those whom it fits, in waves, in a fair order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicalcor.domain.scheduling.waitlist import (
    WAVES,
    Hole,
    Waiting,
    hindrance,
    in_turn,
    next_wave,
    patience,
)

ZONE = ZoneInfo("Europe/Bucharest")
NOW = datetime(2026, 5, 4, 9, tzinfo=ZONE).astimezone(UTC)
DOCTOR, OTHER, CLEANING, IMPLANT = (UUID(int=n) for n in range(100, 104))
HOLE = Hole(
    practitioner_id=DOCTOR,
    procedures=frozenset({CLEANING}),
    starts_at=NOW + timedelta(hours=24),
    ends_at=NOW + timedelta(hours=25),
)


def one(number: int = 1, **more: Any) -> Waiting:
    since = NOW - timedelta(days=30 - number % 30)
    return Waiting(
        **{
            "id": UUID(int=number),
            "procedure_id": CLEANING,
            "length": timedelta(minutes=45),
            "since": since,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, None),
        ({"procedure_id": IMPLANT}, "procedure"),
        ({"practitioner_id": DOCTOR}, None),
        ({"practitioner_id": OTHER}, "practitioner"),
        ({"length": timedelta(minutes=60)}, None),
        ({"length": timedelta(minutes=61)}, "too_short"),
        ({"before": HOLE.starts_at + timedelta(days=1)}, None),
        ({"before": HOLE.starts_at}, "not_earlier"),
        ({"notice": timedelta(hours=24)}, None),
        ({"notice": timedelta(hours=25)}, "notice"),
        ({"part": (9 * 3600, 9 * 3600 + 1)}, None),
        ({"part": (0, 9 * 3600)}, "hour"),
        ({"weekdays": frozenset({1})}, None),
        ({"weekdays": frozenset({0})}, "weekday"),
    ],
)
def test_whom_it_fits_and_why_it_does_not(more: dict[str, Any], expected: str | None) -> None:
    assert hindrance(one(**more), HOLE, now=NOW, zone=ZONE) == expected


def test_waves_grow_and_leave_time_to_answer() -> None:
    waiting = [one(number) for number in range(1, 30)]
    asked: dict[UUID, datetime] = {}
    now, sizes = NOW, []
    for _ in WAVES:
        wave = next_wave(waiting, HOLE, asked=asked, now=now, zone=ZONE)
        sizes.append(len(wave))
        asked |= {who.id: now for who in wave}
        wait = patience(HOLE, asked_at=now)
        assert next_wave(waiting, HOLE, asked=asked, now=now + wait - timedelta(seconds=1), zone=ZONE) == []
        now += wait
    assert tuple(sizes) == WAVES
    assert list(asked) == [UUID(int=n) for n in range(1, sum(WAVES) + 1)], "the longest waiting first"


def test_patience_is_short_when_time_is() -> None:
    soon = replace(HOLE, starts_at=NOW + timedelta(minutes=30))
    far = replace(HOLE, starts_at=NOW + timedelta(days=9))
    found = [patience(hole, asked_at=NOW) for hole in (soon, HOLE, far)]
    assert found == [timedelta(minutes=5), timedelta(hours=2), timedelta(hours=2)]


def test_who_was_offered_something_lately_comes_last() -> None:
    new, often, once, longer = one(20), one(1, offers=3), one(2, offers=1), one(10)
    assert in_turn([often, new, once, longer]) == [longer, new, once, often]


@given(st.integers(4, 25), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_over_time_everybody_has_a_turn(people: int, holes: int) -> None:
    """Nobody is asked a second time before everybody whom it fits was asked once."""
    waiting = {number: one(number) for number in range(1, people + 1)}
    offers = dict.fromkeys(waiting, 0)
    for nth in range(holes):
        now = NOW + timedelta(hours=nth)
        hole = replace(
            HOLE, starts_at=HOLE.starts_at + timedelta(hours=nth), ends_at=HOLE.ends_at + timedelta(hours=nth)
        )
        for who in next_wave(waiting.values(), hole, asked={}, now=now, zone=ZONE):
            offers[who.id.int] += 1
            waiting[who.id.int] = replace(who, offers=who.offers + 1)
    assert max(offers.values()) - min(offers.values()) <= 1
