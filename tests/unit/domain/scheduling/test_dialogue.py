"""What the agent does next, whatever it hears."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.scheduling.dialogue import PATIENCE, Facts, State, Visit, decide
from medicalcor.domain.scheduling.understanding.hearing import Heard
from medicalcor.schemas.appointments import Whose
from medicalcor.schemas.bookings import Wanted, When
from medicalcor.schemas.common import Procedure

CLEANING, IMPLANT, ANA = UUID(int=1), UUID(int=2), UUID(int=3)
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
CODES = {"cleaning": CLEANING, "implant": IMPLANT}
heard = st.builds(
    Heard,
    procedures=st.sampled_from([(), (Procedure.CLEANING,), (Procedure.CLEANING, Procedure.IMPLANT)]),
    when=st.sampled_from([When(), When(soonest=True), When(days=(NOON.date(),))]),
    option=st.sampled_from([None, 1, 2]),
    none=st.booleans(),
    later=st.booleans(),
    yes=st.booleans(),
    no=st.booleans(),
    move=st.booleans(),
    cancel=st.booleans(),
    stop=st.booleans(),
    human=st.booleans(),
    absent=st.booleans(),
    waits=st.booleans(),
    shift=st.sampled_from([None, timedelta(hours=1), timedelta(days=-1)]),
)
states = st.builds(
    State,
    goal=st.sampled_from(["book", "move", "cancel"]),
    wanted=st.sampled_from([Wanted(), Wanted(procedure_id=CLEANING)]),
    asked=st.sampled_from([None, "procedure", "day", "choice", "which_visit", "sure"]),
    missed=st.integers(0, 1),
    offered=st.just([(NOON, ANA), (NOON + timedelta(hours=1), ANA)]),
)
visits = st.lists(
    st.builds(Visit, st.uuids(), st.just(CLEANING), st.just(ANA), st.just(NOON)),
    max_size=2,
    unique_by=lambda v: v.id,
)


@given(states, heard, visits)
def test_nothing_is_booked_or_cancelled_that_was_not_said(
    state: State, said: Heard, has: list[Visit]
) -> None:
    decision = decide(state, said, Facts(procedures=CODES, visits=has))
    if decision.move == "choose":
        assert decision.place == said.option
        assert said.option is not None
    if decision.move == "cancel":
        assert state.asked == "sure"
        assert said.yes or said.cancel or said.option == 1
        assert decision.state.visit_id in {visit.id for visit in has}
    if decision.move == "find" and decision.state.goal == "book":
        assert decision.state.wanted.procedure_id is not None


@given(states, visits)
def test_who_is_not_understood_again_and_again_gets_a_person(state: State, has: list[Visit]) -> None:
    facts = Facts(procedures=CODES, visits=has)
    moves = []
    for _ in range(PATIENCE + 1):
        decision = decide(state, Heard(), facts)
        moves.append(decision.move)
        state = decision.state
        if decision.move == "person":
            break
    assert "person" in moves


VISIT = Visit(UUID(int=9), CLEANING, ANA, NOON)
FACTS = Facts(procedures=CODES, visits=[VISIT])


def test_who_cannot_come_is_asked_about_the_visit_and_not_what_a_new_one_is_for() -> None:
    decision = decide(State(), Heard(absent=True), FACTS)
    assert (decision.move, decision.state.asked, decision.state.visit_id) == ("ask", "sure", VISIT.id)


def test_who_cannot_come_to_any_of_the_offered_times_is_offered_others() -> None:
    choosing = State(wanted=Wanted(procedure_id=CLEANING), asked="choice", offered=[(NOON, ANA)])
    decision = decide(choosing, Heard(absent=True), FACTS)
    assert (decision.move, decision.state.goal, decision.state.wanted.unseen) == ("find", "book", True)


def test_a_day_earlier_is_reckoned_from_the_visit() -> None:
    decision = decide(State(), Heard(shift=timedelta(days=-1)), FACTS)
    assert (decision.move, decision.state.goal) == ("find", "move")
    assert decision.state.wanted.when == When(days=((NOON - timedelta(days=1)).date(),))
    later = decide(State(), Heard(shift=timedelta(hours=1)), FACTS)
    assert later.state.wanted.when == When(days=(NOON.date(),), at=NOON.time().replace(hour=13))


def test_later_than_the_times_of_two_days_is_later_on_those_days() -> None:
    offered = [(NOON, ANA), (NOON + timedelta(days=1, hours=2), ANA)]
    state = State(wanted=Wanted(procedure_id=CLEANING), asked="choice", offered=offered)
    when = decide(state, Heard(later=True), FACTS).state.wanted.when
    assert when.days == (NOON.date(), NOON.date() + timedelta(days=1))
    assert when.not_before == NOON.time().replace(hour=14)


def test_who_looks_something_up_is_not_asked_again() -> None:
    state = State(wanted=Wanted(procedure_id=CLEANING), asked="choice", offered=[(NOON, ANA)])
    decision = decide(state, Heard(waits=True), FACTS)
    assert (decision.move, decision.state) == ("wait", state)


def test_what_is_not_done_here_is_said_to_begin_with_a_consultation() -> None:
    facts = Facts(procedures=CODES | {"consultation": ANA})
    assert decide(State(), Heard(procedures=(Procedure.ORTHODONTICS,)), facts).consults
    assert not decide(State(), Heard(procedures=(Procedure.CLEANING,)), facts).consults


SON = Whose(name="Andrei", relation="son")


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (SON, Heard(whose=Whose(name="Andrei")), SON),
        (SON, Heard(whose=Whose(relation="son")), SON),
        (SON, Heard(whose=Whose(name="Andrei Pop")), Whose(name="Andrei Pop", relation="son")),
        (Whose(relation="son"), Heard(whose=Whose(name="Andrei")), SON),
        (
            SON,
            Heard(whose=Whose(name="Maria", relation="daughter")),
            Whose(name="Maria", relation="daughter"),
        ),
        (SON, Heard(whose=Whose(name="Matei")), Whose(name="Matei")),
        (SON, Heard(own=True), SON),
        (SON, Heard(own=True, wants_visit=True), None),
        (SON, Heard(own=True, denied=True), None),
    ],
)
def test_who_comes_stays_until_somebody_else_is_named(
    before: Whose, said: Heard, after: Whose | None
) -> None:
    state = State(wanted=Wanted(procedure_id=CLEANING, whose=before))
    assert decide(state, said, Facts(procedures=CODES, visits=[])).state.wanted.whose == after
