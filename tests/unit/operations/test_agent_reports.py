"""What Vapi's reports say, in our words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.operations.arrivals import vapi as reading
from medicalcor.schemas.calls import CallTurn
from medicalcor.schemas.wire import vapi

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
SAID = (CallTurn(role="assistant", text="Bună ziua"), CallTurn(role="user", text="Cât costă un implant?"))


def report(**fields: Any) -> vapi.EndOfCallReport:
    call = {"id": "c", "customer": {"number": "+40722000001"}}
    read = vapi.server_message({"message": {"type": "end-of-call-report", "call": call, **fields}})
    assert isinstance(read, vapi.EndOfCallReport)
    return read


@pytest.mark.parametrize(
    ("reason", "inbound", "talked", "outcome"),
    [
        ("customer-ended-call", True, True, "answered_by_agent"),
        ("assistant-forwarded-call", True, True, "handed_over"),
        ("silence-timed-out", True, True, "answered_by_agent"),
        ("customer-did-not-answer", False, False, "missed"),
        ("voicemail", False, True, "missed"),
        ("assistant-request-failed", True, False, "failed"),
        ("assistant-request-returned-error", True, False, "failed"),
        ("call.in-progress.error-vapifault-x", True, True, "failed"),
        ("a-word-of-next-year", True, True, "answered_by_agent"),
        ("a-word-of-next-year", True, False, "failed"),
        (None, True, True, "answered_by_agent"),
    ],
)
def test_what_came_of_the_call(reason: str | None, inbound: bool, talked: bool, outcome: str) -> None:
    assert reading.outcome(reason, inbound=inbound, talked=talked) == outcome


def test_turns_come_from_the_one_text_when_there_are_no_others() -> None:
    read = report(artifact={"transcript": "AI: Bună ziua\nUser: Vreau o programare\nnoise\nUser: mâine"})
    assert [(turn.role, turn.text) for turn in reading.turns(read)] == [
        ("assistant", "Bună ziua"),
        ("user", "Vreau o programare"),
        ("user", "mâine"),
    ]


def test_no_call_begins_or_ends_in_the_future() -> None:
    late = (NOW + timedelta(hours=1)).isoformat()
    read = report(startedAt=late, endedAt=late)
    assert reading.began(read, received_at=NOW) == reading.over(read, received_at=NOW) == NOW
    naive = report(startedAt="2026-11-26T09:00:00", endedAt="2026-11-26T09:01:00")
    assert reading.began(naive, received_at=NOW) == NOW
    mixed = report(startedAt="2026-11-26T09:00:00", endedAt="2026-11-26T09:01:00Z")
    assert reading.seconds(mixed) is None
    assert reading.seconds(naive) == 60


def test_vapis_own_analysis_is_taken_and_completed() -> None:
    structured = {
        "intent": "price question",
        "sentiment": "positive",
        "procedures": ["implant", "unicorn"],
        "objections": ["price", 7],
        "nextAction": "Call back",
    }
    analysis = reading.analysis(report(analysis={"summary": "S", "structuredData": structured}), SAID)
    assert analysis is not None
    assert analysis.model_dump(mode="json") == {
        "intent": "price question",
        "sentiment": "positive",
        "procedures": ["implant"],
        "objections": ["price"],
        "next_action": "Call back",
        "summary": "S",
    }


def test_a_summary_alone_is_completed_by_the_rules() -> None:
    analysis = reading.analysis(report(analysis={"summary": "Asked about implants."}), SAID)
    assert analysis is not None
    assert (analysis.intent, analysis.procedures, analysis.summary) == (
        "prospect",
        ("implant",),
        "Asked about implants.",
    )
    assert reading.analysis(report(), SAID) is None
    silent = reading.analysis(report(analysis={"summary": "Nobody spoke."}), ())
    assert silent is not None
    assert silent.intent == "nothing_said"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["intent", "sentiment", "procedures", "objections", "nextAction", "next_action"])


@given(structured=st.dictionaries(NAMES, JSON), rest=st.dictionaries(
    st.sampled_from(["startedAt", "endedAt", "artifact", "endedReason", "customer"]), JSON
))  # fmt: skip
def test_whatever_it_holds_it_is_read(structured: dict[str, Any], rest: dict[str, Any]) -> None:
    read = report(analysis={"summary": "x", "structuredData": structured}, **rest)
    said = reading.turns(read)
    assert reading.analysis(read, said) is not None
    assert reading.seconds(read) is None or reading.seconds(read) >= 0
    assert reading.began(read, received_at=NOW) <= NOW
    assert reading.party(read).kind
