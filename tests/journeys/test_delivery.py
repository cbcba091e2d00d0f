"""WhatsApp is busy, breaks off or loses its answers: each message reaches its patient once, or says why not."""

import time
from typing import Any

import pytest

from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack
from tests.webhooks import envelope, status_of


def state(stack: Stack, phone: str) -> list[str]:
    return [e["status"] for e in stack.effects_of(phone)]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "rate_limit"},
        {"kind": "rate_limit", "code": "130429"},
        {"kind": "status", "status": 429},
        {"kind": "drop"},
    ],
    ids=lambda fault: "-".join(str(v) for v in fault.values()),
)
def test_what_was_not_taken_is_sent_later_once(stack: Stack, phone: str, fault: dict[str, Any]) -> None:
    stack.fault(provider="whatsapp", match="/messages", **fault)
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.effect(phone, "read")
    stack.settle()
    assert len(stack.messages_to(phone)) == 1
    assert state(stack, phone) == ["read"]


@pytest.mark.parametrize("kind", ["drop_after", "malformed"])
def test_what_was_taken_without_an_answer_is_not_sent_twice(stack: Stack, phone: str, kind: str) -> None:
    stack.fault(provider="whatsapp", kind=kind, match="/messages")
    stack.say(phone, WARM["ro"])
    stack.effect(phone, "read")
    stack.settle(60)
    taken = [c for c in stack.calls("whatsapp", "/messages") if c["status"] == 200]
    assert len(taken) == 1
    assert state(stack, phone) == ["read"]


def test_silence_after_an_unknown_outcome_means_that_it_never_arrived(stack: Stack, phone: str) -> None:
    stack.fault(provider="whatsapp", kind="status", status=502, match="/messages")
    stack.say(phone, WARM["ro"])
    stack.effect(phone, "unknown")
    stack.effect(phone, "read")
    stack.settle(60)
    assert len(stack.messages_to(phone)) == 1


def test_a_no_is_a_no_and_staff_are_told(stack: Stack, phone: str) -> None:
    body = {"error": {"message": "(#131026) Message undeliverable", "code": 131026}}
    stack.fault(provider="whatsapp", kind="status", status=400, body=body, match="/messages")
    stack.say(phone, WARM["ro"])
    failed = stack.effect(phone, "failed")
    assert failed["reason"] == "undeliverable"
    stack.settle()
    [alert] = stack.effects_of(phone, kind="staff.alert")
    assert alert["key"].startswith("failed-alert:")
    assert stack.person(phone)["failed_since"] is not None
    assert len(stack.calls("whatsapp", "/messages")) == 1


def test_a_failed_status_marks_the_message_and_staff_are_told(stack: Stack, phone: str) -> None:
    stack.turn(statuses=False)
    try:
        stack.say(phone, WARM["ro"])
        sent = stack.effect(phone, "sent")
        failed = status_of(sent["provider_id"], "failed", errors=[{"code": 131026, "title": "undeliverable"}])
        assert stack.post_json(envelope(statuses=[failed])).status_code == 200
        stack.effect(phone, "failed")
        stack.settle()
    finally:
        stack.turn(statuses=True)
    assert stack.effects_of(phone)[0]["reason"] == "undeliverable"
    assert len(stack.effects_of(phone, kind="staff.alert")) == 1
    assert stack.person(phone)["failed_since"] is not None


@pytest.mark.parametrize(
    ("order", "ends"),
    [
        (["read", "delivered", "sent"], "read"),
        (["delivered", "sent", "read", "delivered"], "read"),
        (["delivered", "failed"], "delivered"),
        (["failed", "delivered", "sent"], "delivered"),
        (["sent", "sent", "a_status_of_next_year"], "sent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_statuses_only_move_forward_in_whatever_order_they_come(
    stack: Stack, phone: str, order: list[str], ends: str
) -> None:
    stack.turn(statuses=False)
    try:
        stack.say(phone, WARM["ro"])
        sent = stack.effect(phone, "sent")
        for status in order:
            news = envelope(statuses=[status_of(sent["provider_id"], status, tracker=str(sent["id"]))])
            assert stack.post_json(news).status_code == 200
            stack.until(
                lambda: not stack.rows("select 1 from inbox where kind = 'status' and handled_at is null"),
                what="the status to be taken in",
            )
    finally:
        stack.turn(statuses=True)
    assert state(stack, phone) == [ends]


def test_reordered_and_repeated_webhooks_change_nothing(stack: Stack, phone: str) -> None:
    stack.fault(provider="whatsapp", kind="reorder_webhooks")
    stack.fault(provider="whatsapp", kind="duplicate_webhooks")
    stack.say(phone, WARM["ro"])
    stack.effect(phone, "read")
    stack.settle()
    assert state(stack, phone) == ["read"]


def test_after_the_window_has_closed_nothing_is_written_in_words(stack: Stack, phone: str) -> None:
    stack.say(phone, WARM["ro"], at=time.time() - 25 * 3600)
    refused = stack.effect(phone, "refused")
    assert refused["decision"]["reasons"] == ["window_closed"]
    stack.settle()
    assert stack.messages_to(phone) == []


def test_a_template_goes_out_after_the_window_has_closed(stack: Stack, phone: str) -> None:
    stack.say(phone, HOT["ro"], at=time.time() - 25 * 3600)
    [sent] = stack.answered(phone)
    assert sent["type"] == "template"


def test_a_clock_that_is_ahead_opens_no_window_into_the_future(stack: Stack, phone: str) -> None:
    stack.say(phone, WARM["ro"], at=time.time() + 7 * 24 * 3600)
    stack.answered(phone)
    [row] = stack.rows(
        "select last_inbound_at <= now() as honest from conversations c join addresses a using (person_id)"
        " where a.value = $1",
        phone,
    )
    assert row["honest"]


def test_a_message_written_on_the_phone_page_is_answered_there(stack: Stack, phone: str) -> None:
    posted = stack.http.post(
        f"{stack.sandbox_url}/phone/messages", json={"from": phone, "name": "Ana", "text": WARM["en"]}
    )
    assert posted.status_code == 202, posted.text
    [sent] = stack.answered(phone)
    assert sent["type"] == "text"
