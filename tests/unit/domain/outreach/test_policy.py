"""The one rule about whom we write to, case by case; `test_truth_table` has all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.outreach.cases import NIGHT, NOW, QUIET, ZONE

from medicalcor.domain.outreach.facts import WINDOW, Consent, Facts, Template, kept, window_open
from medicalcor.domain.outreach.policy import DecidedByOtherRules, decide, replay
from medicalcor.schemas.decisions import Decision, Reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNING = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
"""Eight o'clock in Bucharest, the morning after `NIGHT`."""


def facts(purpose: str, **told: Any) -> Facts:
    base: dict[str, Any] = {"now": NOW, "kind": "whatsapp.template", "author": "automatic", "zone": ZONE}
    return Facts(**{**base, "quiet_hours": QUIET, "purpose": purpose, **told})


def agreed(*purposes: str) -> tuple[Consent, ...]:
    return tuple(Consent(purpose=one) for one in purposes)


def test_a_colleague_may_answer_somebody_who_opted_out_and_then_wrote() -> None:
    opted_out = NOW - DAY
    reply = facts("staff_reply", kind="whatsapp.text", author="staff", opted_out_at=opted_out)
    assert decide(replace(reply, last_inbound_at=NOW - HOUR)).verdict == "send"
    assert decide(replace(reply, last_inbound_at=NOW - 25 * HOUR)).reasons == ("opted_out",)
    assert decide(replace(reply, last_inbound_at=opted_out)).reasons == ("opted_out",)


@given(
    ago=st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=400)),
    purpose=st.sampled_from(["answer", "emergency", "staff_reply", "booking"]),
    kind=st.sampled_from(["whatsapp.text", "whatsapp.choices"]),
)
def test_free_text_never_leaves_the_window(ago: timedelta, purpose: str, kind: str) -> None:
    asked = facts(purpose, kind=kind, last_inbound_at=NOW - ago)
    assert (decide(asked).verdict == "send") == (ago < WINDOW)


def test_the_window_closes_on_the_second() -> None:
    assert window_open(NOW, NOW - WINDOW + timedelta(microseconds=1))
    assert not window_open(NOW, NOW - WINDOW)
    assert not window_open(NOW, None)


@pytest.mark.parametrize("kind", ["hubspot.contact", "hubspot.note", "hubspot.task", "hubspot.call"])
def test_the_crm_is_kept_in_step_unless_it_is_off_or_the_person_erased(kind: str) -> None:
    synced = facts("crm", kind=kind, opted_out_at=NOW, taken_over=True, has_address=False, now=NIGHT)
    assert decide(synced).verdict == "send"
    assert decide(replace(synced, erased=True)).reasons == ("person_erased",)
    assert decide(replace(synced, channel_on=False)).reasons == ("channel_off",)


def test_staff_are_always_told() -> None:
    alert = facts(
        "staff_alert", kind="staff.alert", opted_out_at=NOW, erased=True, channel_on=False, now=NIGHT
    )
    assert decide(alert).reasons == ("staff_alert",)


@pytest.mark.parametrize(
    ("purpose", "told", "reason"),
    [
        ("marketing", {"consents": agreed("marketing_email")}, "no_consent"),
        ("marketing", {"consents": agreed("marketing_whatsapp")}, "marketing"),
        ("follow_up", {"consents": agreed("marketing_whatsapp")}, "no_consent"),
        ("follow_up", {"consents": agreed("treatment_updates")}, "follow_up"),
        ("reminder", {}, "reminder"),
        ("reminder", {"refused": ("appointment_reminders",)}, "consent_refused"),
        ("waitlist", {}, "not_asked_for"),
        ("waitlist", {"asked_at": NOW - DAY}, "waitlist"),
        ("waitlist", {"asked_at": NOW - DAY, "refused": ("data_processing",)}, "consent_refused"),
        ("missed_call", {}, "no_consent"),
        ("missed_call", {"last_inbound_at": NOW - 300 * DAY}, "missed_call"),
        ("consent_question", {}, "consent_question"),
        ("consent_question", {"consent_asked_at": NOW - 29 * DAY}, "asked_lately"),
        ("consent_question", {"consent_asked_at": NOW - 30 * DAY}, "consent_question"),
        (
            "consent_question",
            {"consent_asked_at": NOW - DAY, "last_inbound_at": NOW - HOUR},
            "consent_question",
        ),
        ("receipt", {"opted_out_at": NOW - DAY, "last_inbound_at": NOW}, "opted_out"),
        ("booking", {"taken_over": True}, "booking"),
        ("reminder", {"taken_over": True}, "reminder"),
        ("answer", {"taken_over": True}, "taken_over"),
        ("answer", {"declined": "already_answered"}, "already_answered"),
    ],
)
def test_each_purpose_has_its_ground(purpose: str, told: dict[str, Any], reason: Reason) -> None:
    assert decide(facts(purpose, **told)).reasons == (reason,)


def test_at_night_a_reminder_waits_for_the_morning_and_is_refused_when_that_is_too_late() -> None:
    reminder = facts("reminder", now=NIGHT)
    held = decide(reminder)
    assert (held.verdict, held.reasons, held.hold_until) == ("hold", ("quiet_hours",), MORNING)
    assert decide(replace(reminder, useless_after=MORNING + timedelta(seconds=1))).verdict == "hold"
    late = decide(replace(reminder, useless_after=MORNING))
    assert (late.verdict, late.reasons) == ("refuse", ("quiet_hours", "too_late"))
    assert decide(replace(reminder, now=MORNING)).verdict == "send"


def test_it_is_the_patients_night_that_counts() -> None:
    abroad = facts("reminder", now=NIGHT, zone="America/New_York")  # five in the afternoon there
    assert decide(abroad).verdict == "send"
    assert decide(replace(abroad, zone="Asia/Tokyo")).hold_until == NIGHT + HOUR


def test_a_consent_question_may_follow_a_conversation_at_night() -> None:
    asked = facts("consent_question", now=NIGHT, last_inbound_at=NIGHT - timedelta(minutes=14))
    assert decide(asked).verdict == "send"
    assert decide(replace(asked, last_inbound_at=NIGHT - timedelta(minutes=15))).reasons == ("quiet_hours",)


def test_free_text_is_not_held_past_its_window() -> None:
    asked = facts(
        "consent_question", kind="whatsapp.choices", now=NIGHT, last_inbound_at=NIGHT - timedelta(hours=20)
    )
    assert decide(asked).reasons == ("quiet_hours", "window_closed")


def test_a_message_too_many_waits_until_there_is_room() -> None:
    earlier = tuple(NOW - n * HOUR for n in (1, 2, 3))
    offered = facts("follow_up", consents=agreed("treatment_updates"), unasked_at=earlier)
    held = decide(offered)
    # the third latest is a day old at ten in the morning
    assert (held.reasons, held.hold_until) == (("frequency_cap",), NOW + 21 * HOUR)
    assert decide(replace(offered, unasked_per_day=4)).verdict == "send"
    assert decide(replace(offered, unasked_at=earlier[:2])).verdict == "send"
    assert decide(replace(offered, purpose="reminder")).verdict == "send"


def test_offers_have_a_limit_of_their_own() -> None:
    offered = facts(
        "marketing", consents=agreed("marketing_whatsapp"), marketing_at=(NOW - DAY, NOW - 3 * DAY)
    )
    assert decide(offered).hold_until == NOW + 4 * DAY
    late = decide(replace(offered, useless_after=NOW + 2 * DAY))
    assert late.reasons == ("frequency_cap", "too_late")


@pytest.mark.parametrize(
    ("state", "until", "verdict", "reason"),
    [
        ("approved", None, "send", "booking"),
        ("paused", HOUR, "hold", "template_paused"),
        ("paused", -HOUR, "send", "booking"),
        ("disabled", None, "refuse", "template_disabled"),
        ("disabled", -HOUR, "send", "booking"),
        ("unknown", HOUR, "refuse", "template_unknown"),
    ],
)
def test_a_template_that_whatsapp_stopped(
    state: Any, until: timedelta | None, verdict: str, reason: str
) -> None:
    known = Template(name="x", language="ro", state=state, until=NOW + until if until else None)
    decision = decide(facts("booking", template=known))
    assert (decision.verdict, decision.reasons) == (verdict, (reason,))
    assert decide(facts("emergency", template=known)).verdict == "send"


def test_a_decision_of_other_rules_is_not_passed_off_as_todays() -> None:
    decision = decide(facts("booking")).model_copy(update={"policy": "1"})
    with pytest.raises(DecidedByOtherRules, match="policy 1"):
        replay(decision)


def test_what_is_kept_is_plain_json_and_reads_back() -> None:
    asked = facts(
        "waitlist",
        consents=(Consent(purpose="treatment_updates", text_version="4", at=NOW),),
        template=Template(name="x", language="ro", state="paused", until=NOW + HOUR),
        unasked_at=(NOW,),
        asked_at=NOW,
        now=NOW.astimezone(UTC),
    )
    decision = decide(asked)
    assert kept(asked).items() <= decision.evidence.items()
    assert replay(Decision.model_validate_json(decision.model_dump_json())) == decision
