"""What came of a call does not depend on the order in which it became known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.telephony.outcomes import Known, outcome_of
from medicalcor.schemas.calls import OUTCOME_RANK

OVER = {"over": True, "status": "completed"}
known = st.builds(
    Known,
    agent_answered=st.booleans(),
    status=st.sampled_from(
        ["ringing", "in-progress", "completed", "no-answer", "busy", "failed", "canceled"]
    ),
    over=st.booleans(),
    recordings=st.lists(st.tuples(st.sampled_from(["call", "voicemail"]), st.booleans()), max_size=3),
    final=st.booleans(),
)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, None),
        ({"status": "in-progress"}, None),
        (OVER, None),
        ({**OVER, "final": True}, "missed"),
        ({"over": True, "status": "no-answer"}, "missed"),
        ({"over": True, "status": "canceled"}, "missed"),
        ({"over": True, "status": "failed"}, "failed"),
        ({**OVER, "agent_answered": True}, "answered_by_agent"),
        ({"agent_answered": True}, "answered_by_agent"),
        ({**OVER, "recordings": [("call", True)]}, "answered_by_agent"),
        ({**OVER, "recordings": [("voicemail", True)]}, "voicemail"),
        ({**OVER, "recordings": [("voicemail", False)]}, "missed"),
        ({"recordings": [("voicemail", False)]}, None),
        ({"outcome": "handed_over", **OVER, "agent_answered": True}, "handed_over"),
        ({"outcome": "missed", "recordings": [("voicemail", True)]}, "voicemail"),
    ],
)
def test_what_came_of_it(facts: dict[str, object], outcome: str | None) -> None:
    assert outcome_of(Known(**facts)) == outcome  # type: ignore[arg-type]  # the table's own facts


@given(known, known)
def test_more_news_never_makes_less_of_a_call(first: Known, second: Known) -> None:
    before = outcome_of(first)
    after = outcome_of(replace(second, outcome=before))
    assert before is None or (after is not None and OUTCOME_RANK[after] >= OUTCOME_RANK[before])


@given(known)
def test_in_the_end_there_is_an_outcome(facts: Known) -> None:
    assert outcome_of(replace(facts, final=True)) is not None
