"""What the agent does next, whatever it hears."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.scheduling.dialogue import PATIENCE, Facts, State, Visit, decide
from medicalcor.domain.scheduling.understanding.hearing import Heard
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
