"""The policy over every combination of facts, against what must hold whatever the rules are."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from tests.unit.domain.outreach.cases import every_case

from medicalcor.domain.outreach.facts import Facts
from medicalcor.domain.outreach.policy import decide, replay
from medicalcor.schemas.decisions import Decision, Reason

DECIDED: list[tuple[Facts, Decision]] = []
UNASKED = {"marketing", "reminder", "waitlist", "follow_up", "missed_call", "consent_question"}
SILENT = {"answer", "marketing", "waitlist", "follow_up", "missed_call", "consent_question"}


@pytest.fixture(scope="module")
def table() -> list[tuple[Facts, Decision]]:
    if not DECIDED:
        DECIDED.extend((facts, decide(facts)) for facts in every_case())
    return DECIDED


def going(table: list[tuple[Facts, Decision]]) -> Iterator[tuple[Facts, Decision]]:
    """What goes now or later."""
    return ((facts, decision) for facts, decision in table if decision.verdict != "refuse")


def window_closed(facts: Facts, at: datetime) -> bool:
    wrote = facts.last_inbound_at
    return facts.kind == "whatsapp.text" and (wrote is None or at >= wrote + timedelta(hours=24))


def left_at(facts: Facts, decision: Decision) -> datetime:
    return decision.hold_until or facts.now


def test_it_is_large_and_every_answer_occurs(table: list[tuple[Facts, Decision]]) -> None:
    verdicts = Counter(decision.verdict for _, decision in table)
    given = {reason for _, decision in table for reason in decision.reasons}
    assert len(table) > 50_000
    assert min(verdicts[one] for one in ("send", "hold", "refuse")) > 1000
    elsewhere = {
        # decided by whoever plans, for things that no patient reads, or by facts that stand in no table
        *("crm_sync", "staff_alert", "hot_lead", "already_answered", "already_acknowledged"),
        *("newer_message_waits", "settling", "not_a_prospect", "template_unknown", "just_booked"),
    }
    assert set(get_args(Reason)) - given == elsewhere


def test_nobody_is_reached_who_cannot_be(table: list[tuple[Facts, Decision]]) -> None:
    for facts, _ in going(table):
        assert facts.channel_on
        assert facts.has_address
        assert not facts.erased


def test_an_emergency_goes_at_once_whatever_else_holds(table: list[tuple[Facts, Decision]]) -> None:
    for facts, decision in table:
        reachable = facts.channel_on and facts.has_address and not facts.erased
        if facts.purpose == "emergency" and reachable and not window_closed(facts, facts.now):
            assert decision.verdict == "send", facts


def test_who_opted_out_gets_an_emergency_or_a_colleagues_answer_to_what_they_wrote_since(
    table: list[tuple[Facts, Decision]],
) -> None:
    for facts, _ in going(table):
        if facts.opted_out_at is None and not facts.suppressed:
            continue
        if facts.purpose not in {"emergency", "opt_out_notice"}:
            assert not facts.suppressed
            assert facts.author == "staff"
            assert facts.purpose not in UNASKED
            assert facts.last_inbound_at
            assert facts.opted_out_at
            assert facts.last_inbound_at > facts.opted_out_at


def test_no_offer_without_consent_for_its_channel(table: list[tuple[Facts, Decision]]) -> None:
    for facts, decision in going(table):
        if facts.purpose == "marketing":
            channel = "email" if facts.kind == "email.message" else "whatsapp"
            assert f"marketing_{channel}" in {one.purpose for one in facts.consents}
            assert decision.evidence["consent"] == f"marketing_{channel}"


def test_every_other_ground_is_there(table: list[tuple[Facts, Decision]]) -> None:
    for facts, _ in going(table):
        agreed = {one.purpose for one in facts.consents}
        match facts.purpose:
            case "follow_up":
                assert "treatment_updates" in agreed
            case "waitlist":
                assert facts.asked_at
            case "reminder":
                assert "appointment_reminders" not in facts.refused
            case "missed_call":
                assert facts.last_inbound_at or agreed
            case "consent_question" if facts.consent_asked_at and facts.asked_at is None:
                assert facts.last_inbound_at
                assert facts.last_inbound_at > facts.now - timedelta(hours=24)
        assert facts.purpose not in UNASKED or "data_processing" not in facts.refused


def test_nothing_unasked_leaves_in_quiet_hours(table: list[tuple[Facts, Decision]]) -> None:
    for facts, decision in going(table):
        wall = left_at(facts, decision).astimezone(ZoneInfo(facts.zone))
        just_wrote = facts.last_inbound_at and facts.now - facts.last_inbound_at < timedelta(minutes=15)
        if facts.purpose in UNASKED and not (facts.purpose == "consent_question" and just_wrote):
            assert 8 <= wall.hour < 21, (facts, decision)


def test_what_somebody_waits_for_is_never_held_for_the_hour_or_a_limit(
    table: list[tuple[Facts, Decision]],
) -> None:
    for facts, decision in table:
        if facts.purpose not in UNASKED:
            assert "quiet_hours" not in decision.reasons
            assert "frequency_cap" not in decision.reasons


def test_the_limits_hold_at_the_moment_it_leaves(table: list[tuple[Facts, Decision]]) -> None:
    for facts, decision in going(table):
        at = left_at(facts, decision)
        lately = [one for one in facts.unasked_at if one > at - timedelta(days=1)]
        offers = [one for one in facts.marketing_at if one > at - timedelta(days=7)]
        if facts.purpose in UNASKED - {"reminder"}:
            assert len(lately) < facts.unasked_per_day
        if facts.purpose == "marketing":
            assert len(offers) < facts.marketing_per_week


def test_no_machine_speaks_over_a_colleague(table: list[tuple[Facts, Decision]]) -> None:
    for facts, _ in going(table):
        assert not (facts.taken_over and facts.author == "automatic" and facts.purpose in SILENT)


def test_free_text_leaves_inside_the_window_and_no_template_that_whatsapp_stopped(
    table: list[tuple[Facts, Decision]],
) -> None:
    for facts, decision in going(table):
        at = left_at(facts, decision)
        assert not window_closed(facts, at)
        if facts.template is not None and facts.purpose != "emergency":
            assert facts.template.state != "disabled"
            assert facts.template.state != "paused" or at >= (facts.template.until or at)


def test_nothing_leaves_when_it_is_of_no_use(table: list[tuple[Facts, Decision]]) -> None:
    for facts, decision in going(table):
        assert facts.useless_after is None or left_at(facts, decision) < facts.useless_after


def test_a_hold_has_an_end_that_lies_ahead_and_a_reason_that_passes(
    table: list[tuple[Facts, Decision]],
) -> None:
    for facts, decision in table:
        assert (decision.hold_until is not None) == (decision.verdict == "hold")
        if decision.hold_until is not None:
            assert facts.now < decision.hold_until <= facts.now + timedelta(days=8)
            assert set(decision.reasons) <= {"quiet_hours", "frequency_cap", "template_paused"}


def test_what_was_kept_gives_the_same_verdict_again(table: list[tuple[Facts, Decision]]) -> None:
    for _, decision in table[::11]:
        stored = Decision.model_validate_json(decision.model_dump_json())
        assert replay(stored) == decision


def _moved(facts: Facts, decision: Decision) -> Facts:
    """Asked again at the end of the hold, when nothing else has changed."""
    fields = {name: getattr(facts, name) for name in Facts.__dataclass_fields__}
    return Facts(**{**fields, "now": decision.hold_until})


def test_held_messages_go_when_they_may(table: list[tuple[Facts, Decision]]) -> None:
    held = [(f, d) for f, d in table if d.verdict == "hold"]
    for facts, decision in held[::5]:
        assert decide(_moved(facts, decision)).verdict == "send", (facts, decision)
