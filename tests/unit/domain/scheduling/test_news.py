"""What a patient is told follows from what they know and how the visit stands; nothing in between matters."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.scheduling.news import Change, Place, news

AT = datetime(2026, 5, 5, 7, 30, tzinfo=UTC)
PLACES = [None, *(Place(UUID(int=1), UUID(int=2), AT + timedelta(hours=n)) for n in range(3))]


def changes(drawn: list[tuple[Place | None, bool]]) -> list[Change]:
    return [Change(n, place, known) for n, (place, known) in enumerate(drawn, 1)]


STEPS = st.lists(st.tuples(st.sampled_from(PLACES), st.booleans()), max_size=8)


@given(STEPS, st.sampled_from(PLACES))
def test_only_what_is_known_and_what_stands_counts(
    steps: list[tuple[Place | None, bool]], last: Place | None
) -> None:
    known = [place for place, is_known in steps if is_known]
    before = known[-1] if known else None
    said = news([*changes(steps), Change(99, last, known=False)])
    if last == before:
        assert said is None
    else:
        assert said == ("cancelled" if last is None else "booked" if before is None else "moved")


@given(STEPS, st.sampled_from(PLACES))
def test_what_they_know_is_not_told_again(steps: list[tuple[Place | None, bool]], last: Place | None) -> None:
    assert news([*changes(steps), Change(99, last, known=True)]) is None
    assert news([]) is None
