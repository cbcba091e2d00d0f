"""When it is our turn: what is known then counts, and of what was chosen nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from medicalcor.core import clock
from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.admission import admit
from medicalcor.operations import admitting
from medicalcor.schemas.admissions import Against, Candidate, Facts, Leave, Need, Outcome

TEN = datetime(2026, 5, 4, 10, tzinfo=UTC)
BEGINS = walltime.seconds(TEN)
THERE = Against(appointment_id=UUID(int=1), begins=BEGINS, ends=BEGINS + 1800)
LEAVE = Leave(role="doctor", may=True, reason_given=True)


def facts(practitioner: Candidate, *needs: tuple[Candidate, ...], leave: Leave | None = None) -> Facts:
    return Facts(
        through="dialog",
        now=TEN - timedelta(days=1),
        starts_at=TEN,
        grace=1800,
        set_up=1,
        offered=True,
        duration=1800,
        practitioner=practitioner,
        hours=((BEGINS - 3600, BEGINS + 7200),),
        needs=tuple(Need(candidates=rooms) for rooms in needs),
        leave=leave,
    )


def in_turn(looked: Facts, *clashes: Any) -> Outcome:
    planned = admit(looked)
    with clock.using(clock.Still(looked.now)):
        return admit(admitting.in_turn(looked, planned, {"clashes": list(clashes)}))  # type: ignore[arg-type]  # a row


def rooms(*numbers: int, there: tuple[Against, ...] = ()) -> tuple[Candidate, ...]:
    return tuple(Candidate(resource_no=number, against=there) for number in numbers)


@pytest.mark.parametrize("there", [THERE, replace(THERE, lapsed=True)])
def test_what_is_gone_by_our_turn_is_neither_overlapped_nor_given_up(there: Against) -> None:
    looked = facts(Candidate(resource_no=1, against=(there,)), rooms(10, there=(there,)), leave=LEAVE)
    before, then = admit(looked), in_turn(looked)
    assert (before.overlaps or before.lapsed) == (there.appointment_id,)
    assert (then.admission.reasons, then.overlaps, then.lapsed) == (("free",), (), ())
    assert not any(taken.deliberate for taken in then.takes)


def test_what_still_stands_counts_where_it_stands() -> None:
    looked = facts(Candidate(resource_no=1, against=(THERE,)), rooms(10, there=(THERE,)), leave=LEAVE)
    clash = {
        "appointment_id": str(UUID(int=2)),
        "no": 10,
        "lapsed": False,
        "begins": BEGINS,
        "ends": BEGINS + 60,
    }
    then = in_turn(looked, clash)
    assert (then.admission.reasons, then.overlaps) == (("place_taken",), (UUID(int=2),))
    assert [taken.deliberate for taken in then.takes] == [False, True]


@pytest.mark.parametrize("practitioner", range(6))
def test_each_need_keeps_the_room_that_was_chosen_for_it(practitioner: int) -> None:
    looked = facts(Candidate(resource_no=practitioner), rooms(10, 11, 12), rooms(12, 13, 14), rooms(14, 10))
    planned, then = admit(looked), in_turn(looked)
    assert then.takes == planned.takes
    assert len({taken.resource_no for taken in then.takes}) == 4
    assert [len(need.candidates) for need in then.admission.facts.needs] == [1, 1, 1]
