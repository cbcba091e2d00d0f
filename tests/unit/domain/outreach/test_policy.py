"""The one rule about whom we write to, over everything that it looks at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.outreach.policy import WINDOW, Facts, decide, window_open
from medicalcor.schemas.effects import (
    Content,
    HubSpotContact,
    HubSpotNote,
    HubSpotTask,
    StaffAlert,
    WhatsAppTemplate,
    WhatsAppText,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BODY = "Bună ziua"
TEXT: Content = WhatsAppText(body=BODY, language="ro", written_by="phrases")
TEMPLATE: Content = WhatsAppTemplate(name="hot_lead_ack", language="ro", parameters=("Clinica",))
CRM: tuple[Content, ...] = (
    HubSpotContact(),
    HubSpotNote(text="x"),
    HubSpotTask(subject="x", body="x", priority="HIGH"),
)
FLAGS = ("channel_on", "has_address", "erased", "suppressed", "taken_over")
WROTE = {"never": None, "just now": NOW - timedelta(minutes=1), "two days ago": NOW - timedelta(days=2)}
OPTED_OUT = {"never": None, "before": NOW - timedelta(days=3), "since": NOW - timedelta(seconds=1)}


def every_case() -> list[Facts]:
    towards_patients = product(
        (TEXT, TEMPLATE), ("answer", "emergency", "staff_reply"), ("automatic", "staff")
    )
    return [
        Facts(
            now=NOW,
            content=content,
            purpose=purpose,  # type: ignore[arg-type]  # product widens the literals
            author=author,  # type: ignore[arg-type]  # as above
            opted_out_at=opted_out,
            last_inbound_at=wrote,
            **dict(zip(FLAGS, flags, strict=True)),
        )
        for content, purpose, author in towards_patients
        for flags in product((True, False), repeat=len(FLAGS))
        for opted_out in OPTED_OUT.values()
        for wrote in WROTE.values()
    ]


CASES = every_case()


def expected(facts: Facts) -> tuple[str, str]:
    """The rule again, as a list of what stands in the way, the strongest first."""
    urgent, opened = facts.purpose == "emergency", window_open(NOW, facts.last_inbound_at)
    opted_out, wrote = facts.opted_out_at, facts.last_inbound_at
    came_back = facts.author == "staff" and opted_out and wrote and wrote > opted_out
    barriers = (
        ("channel_off", not facts.channel_on),
        ("person_erased", facts.erased),
        ("no_address", not facts.has_address),
        ("opted_out", opted_out and not came_back and not urgent),
        ("suppressed_address", facts.suppressed and not opted_out and not urgent),
        ("taken_over", facts.taken_over and facts.author == "automatic" and not urgent),
        ("window_closed", isinstance(facts.content, WhatsAppText) and not opened),
    )
    for reason, stands_in_the_way in barriers:
        if stands_in_the_way:
            return "refuse", reason
    by_purpose = {"emergency": "emergency", "staff_reply": "staff_wrote"}
    template = "hot_lead" if isinstance(facts.content, WhatsAppTemplate) else "answers_a_message"
    return "send", by_purpose.get(facts.purpose, template)


def test_the_whole_truth_table() -> None:
    wrong = [
        (facts, decision.verdict, decision.reasons)
        for facts in CASES
        if (decision := decide(facts)) and (decision.verdict, decision.reasons[0]) != expected(facts)
    ]
    assert len(CASES) == 12 * 32 * 9
    assert not wrong


def test_an_emergency_reaches_everybody_who_can_be_reached() -> None:
    for facts in CASES:
        reachable = facts.channel_on and facts.has_address and not facts.erased
        if facts.purpose == "emergency" and reachable and window_open(NOW, facts.last_inbound_at):
            assert decide(facts).verdict == "send"


def test_no_machine_writes_to_somebody_who_opted_out() -> None:
    for facts in CASES:
        if facts.author == "automatic" and facts.purpose != "emergency" and facts.opted_out_at:
            assert decide(facts).verdict == "refuse"


def test_a_colleague_may_answer_somebody_who_opted_out_and_then_wrote() -> None:
    facts = Facts(
        now=NOW, content=TEXT, purpose="staff_reply", author="staff", opted_out_at=NOW - timedelta(days=1)
    )
    assert decide(replace(facts, last_inbound_at=NOW - timedelta(hours=1))).verdict == "send"
    assert decide(replace(facts, last_inbound_at=NOW - timedelta(hours=25))).reasons == ("opted_out",)
    assert decide(replace(facts, last_inbound_at=facts.opted_out_at)).reasons == ("opted_out",)


def test_no_machine_speaks_over_a_colleague() -> None:
    for facts in CASES:
        if facts.author == "automatic" and facts.purpose == "answer" and facts.taken_over:
            assert decide(facts).verdict == "refuse"


@given(
    ago=st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=400)),
    purpose=st.sampled_from(["answer", "emergency", "staff_reply"]),
    author=st.sampled_from(["automatic", "staff"]),
)
def test_free_text_never_leaves_the_window(ago: timedelta, purpose: str, author: str) -> None:
    facts = Facts(now=NOW, content=TEXT, purpose=purpose, author=author, last_inbound_at=NOW - ago)  # type: ignore[arg-type]  # sampled from the literals
    assert (decide(facts).verdict == "send") == (ago < WINDOW)


def test_the_window_closes_on_the_second() -> None:
    assert window_open(NOW, NOW - WINDOW + timedelta(microseconds=1))
    assert not window_open(NOW, NOW - WINDOW)
    assert not window_open(NOW, None)


@pytest.mark.parametrize("content", CRM, ids=lambda content: content.kind)
def test_the_crm_is_kept_in_step_unless_it_is_off_or_the_person_erased(content: Content) -> None:
    facts = Facts(
        now=NOW, content=content, purpose="crm", author="automatic", opted_out_at=NOW, taken_over=True
    )
    assert decide(facts).verdict == "send"
    assert decide(replace(facts, erased=True)).reasons == ("person_erased",)
    assert decide(replace(facts, channel_on=False)).reasons == ("channel_off",)


@pytest.mark.parametrize("code", ["emergency", "hot_lead", "delivery_failed"])
def test_staff_are_always_told(code: str) -> None:
    alert = StaffAlert(code=code)
    facts = Facts(
        now=NOW,
        content=alert,
        purpose="staff_alert",
        author="automatic",
        opted_out_at=NOW,
        erased=True,
        channel_on=False,
    )
    assert decide(facts).verdict == "send"


def test_a_decision_says_what_was_looked_at_and_nothing_personal() -> None:
    for facts in CASES:
        evidence = decide(facts).evidence
        assert evidence["decided_at"] == NOW.isoformat()
        assert not any(isinstance(value, str) and BODY in value for value in evidence.values())
