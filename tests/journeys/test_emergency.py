"""Somebody writes of signs of an emergency: they are told whom to call, at once, whatever else is broken."""

import pytest

from tests.journeys.test_whatsapp_message import WARM
from tests.stack import AI_TIMEOUT, Stack

EMERGENCY = {
    "ro": "Am fața umflată, febră mare și nu pot respira bine",
    "en": "My face is swollen, I have a high fever and I can hardly breathe",
    "de": "Mein Gesicht ist geschwollen, ich habe hohes Fieber und kann kaum atmen",
}
SAYS = {"ro": "Sunați acum la 112", "en": "112", "de": "Bitte rufen Sie jetzt die 112 an"}


@pytest.mark.parametrize("language", EMERGENCY)
def test_the_number_to_call_is_sent_in_the_patients_language_and_staff_know(
    stack: Stack, phone: str, language: str
) -> None:
    stack.say(phone, EMERGENCY[language])
    [sent] = stack.answered(phone)
    assert "112" in sent["text"]["body"]
    assert stack.person(phone)["speaks"] == language
    stack.settle()
    [answer] = stack.effects_of(phone)
    assert answer["decision"]["reasons"] == ["emergency"]
    [alert] = stack.effects_of(phone, kind="staff.alert")
    assert alert["purpose"] == "staff_alert"
    [task] = stack.made("tasks")
    assert (task["hs_task_priority"], task["hs_task_subject"]) == ("HIGH", "Call this person now")
    assert stack.person(phone)["emergency_since"] is not None
    assert len(stack.messages_to(phone)) == 1


def test_an_emergency_told_in_several_messages_gets_the_number_and_the_task_once(
    stack: Stack, phone: str
) -> None:
    stack.say(phone, EMERGENCY["ro"])
    stack.say(phone, "Sângerez și nu se oprește, nu mai pot respira")
    stack.answered(phone)
    stack.settle()
    assert len(stack.messages_to(phone)) == 1
    assert len(stack.made("tasks")) == 1
    refused = [e for e in stack.effects_of(phone) if e["status"] == "refused"]
    assert [e["decision"]["reasons"] for e in refused] in ([], [["already_answered"]])


def test_nobody_waits_for_the_ai_in_an_emergency(stack: Stack, phone: str) -> None:
    stack.fault(provider="openai", kind="hang", seconds=60)
    stack.say(phone, EMERGENCY["ro"])
    stack.answered(phone, seconds=AI_TIMEOUT - 1)
    stack.settle()
    assert len(stack.messages_to(phone)) == 1


def test_an_emergency_reaches_somebody_who_asked_to_be_left_alone(stack: Stack, phone: str) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.say(phone, "STOP")
    stack.answered(phone, 2)
    stack.say(phone, EMERGENCY["ro"])
    *_, sent = stack.answered(phone, 3)
    assert "112" in sent["text"]["body"]


def test_the_ai_sees_an_emergency_that_the_rules_do_not(stack: Stack, phone: str) -> None:
    stack.fault(provider="openai", kind="nonsense", content=JUDGEMENT)
    stack.say(phone, "Mi s-a întâmplat ceva ciudat după ce am plecat de la dumneavoastră.")
    [sent] = stack.answered(phone)
    assert "112" in sent["text"]["body"]
    stack.say(phone, "Mulțumesc, merg acum.")
    stack.settle()
    again = [m for m in stack.messages_to(phone) if "112" in str(m.get("text"))]
    assert len(again) == 1


JUDGEMENT = """{
    "score": 4, "reasoning": "Possibly acute.", "suggested_action": "Call at once.", "procedures": [],
    "budget": false, "intent_to_book": false, "urgency": "high_priority", "emergency": true, "opt_out": false,
    "language": "ro", "confidence": 0.8
}"""
