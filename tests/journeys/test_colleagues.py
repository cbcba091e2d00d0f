"""A colleague takes a conversation over at the dashboard: the machine falls silent, they write."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.colleague import Colleague
from tests.journeys.test_emergency import EMERGENCY
from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack

_hired: dict[str, Colleague] = {}


@pytest.fixture
def elena(stack: Stack) -> Colleague:
    return _hired.get("Elena") or _hired.setdefault("Elena", Colleague.hired(stack, "Elena"))


@pytest.fixture
def mihai(stack: Stack) -> Colleague:
    return _hired.get("Mihai") or _hired.setdefault("Mihai", Colleague.hired(stack, "Mihai"))


@pytest.fixture(scope="module", autouse=True)
def _going_home() -> Iterator[None]:
    yield
    for colleague in _hired.values():
        colleague.http.close()
    _hired.clear()


def test_after_a_take_over_only_the_colleague_writes(stack: Stack, phone: str, elena: Colleague) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    lead = stack.person(phone)["id"]
    assert elena.post(f"/leads/{lead}/take-over").status_code == 303
    stack.say(phone, HOT["ro"])
    stack.effect(phone, "refused")
    stack.settle()
    assert stack.effects_of(phone)[-1]["decision"]["reasons"] == ["taken_over"]
    assert len(stack.messages_to(phone)) == 1
    assert elena.reply(lead, "Bună ziua, sunt Elena.").status_code == 303
    sent = stack.answered(phone, count=2)
    assert sent[-1]["text"]["body"] == "Bună ziua, sunt Elena."
    stack.effect(phone, "read")
    assert "Bună ziua, sunt Elena." in elena.open(lead)


def test_a_take_over_calls_back_what_has_not_gone_out(stack: Stack, phone: str, elena: Colleague) -> None:
    stack.fault(provider="whatsapp", kind="rate_limit", count=2)
    stack.say(phone, WARM["ro"])
    stack.effect(phone, "delayed")
    assert elena.post(f"/leads/{stack.person(phone)['id']}/take-over").status_code == 303
    stack.effect(phone, "void")
    stack.settle()
    assert stack.messages_to(phone) == []


def test_handing_back_wakes_the_automatic_answers(stack: Stack, phone: str, elena: Colleague) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    lead = stack.person(phone)["id"]
    assert elena.post(f"/leads/{lead}/take-over").status_code == 303
    assert elena.post(f"/leads/{lead}/hand-back").status_code == 303
    stack.say(phone, WARM["ro"])
    stack.answered(phone, count=2)


def test_a_conversation_has_one_colleague_at_a_time(
    stack: Stack, phone: str, elena: Colleague, mihai: Colleague
) -> None:
    stack.say(phone, WARM["ro"])
    lead = stack.person(phone)["id"]
    assert elena.post(f"/leads/{lead}/take-over").status_code == 303
    began = time.monotonic()
    assert mihai.post(f"/leads/{lead}/take-over").status_code == 409
    assert time.monotonic() - began < 3, "a plain no needs no second thought"


def test_pressing_send_twice_sends_once(stack: Stack, phone: str, elena: Colleague) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    key = uuid4().hex
    lead = stack.person(phone)["id"]
    assert [elena.reply(lead, "Vă sunăm.", key=key).status_code for _ in range(3)] == [303, 303, 303]
    stack.answered(phone, count=2)
    stack.settle()
    assert len(stack.messages_to(phone)) == 2


def test_nobody_writes_in_words_after_the_window(stack: Stack, phone: str, elena: Colleague) -> None:
    stack.say(phone, WARM["ro"], at=time.time() - 25 * 3600)
    answer = elena.reply(stack.person(phone)["id"], "Bună ziua")
    assert answer.status_code == 403
    stack.settle()
    assert stack.messages_to(phone) == []


def test_a_colleague_answers_somebody_who_opted_out_only_after_they_wrote_again(
    stack: Stack, phone: str, elena: Colleague
) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.say(phone, "STOP")
    stack.answered(phone, 2)  # that it was heard
    stack.settle()
    lead, planned = stack.person(phone)["id"], len(stack.effects_of(phone))
    assert elena.reply(lead, "Am înțeles.").status_code == 403
    stack.pass_time(1.1)  # WhatsApp's times have whole seconds
    stack.say(phone, WARM["ro"])
    stack.until(lambda: len(stack.effects_of(phone)) > planned, what="the second message to be judged")
    assert elena.reply(lead, "Cu plăcere, vă ajutăm.").status_code == 303
    *_, sent = stack.answered(phone, 3)
    assert sent["text"]["body"] == "Cu plăcere, vă ajutăm."


def test_an_emergency_is_answered_though_a_colleague_has_the_conversation(
    stack: Stack, phone: str, elena: Colleague
) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    assert elena.post(f"/leads/{stack.person(phone)['id']}/take-over").status_code == 303
    stack.say(phone, EMERGENCY["ro"])
    sent = stack.answered(phone, count=2)
    assert "112" in sent[-1]["text"]["body"]
