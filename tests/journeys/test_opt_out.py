"""Somebody wants to be left alone, and is."""

import pytest

from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack
from tests.webhooks import envelope, message, new_wamid


@pytest.mark.parametrize(
    "words",
    ["STOP", "nu ma mai contactati", "please stop messaging me", "Bitte schreiben Sie mir nicht mehr"],
)
def test_nothing_is_sent_after_an_opt_out_and_the_decision_says_so(
    stack: Stack, phone: str, words: str
) -> None:
    stack.say(phone, words)
    refused = stack.effect(phone, "refused")
    assert refused["decision"]["reasons"] == ["opted_out"]
    stack.say(phone, HOT["ro"])
    stack.until(lambda: len(stack.effects_of(phone)) == 2, what="a decision about the second message")
    stack.settle()
    assert [e["decision"]["reasons"] for e in stack.effects_of(phone)] == [["opted_out"], ["opted_out"]]
    assert stack.messages_to(phone) == []
    assert stack.person(phone)["opted_out_at"] is not None
    assert stack.rows(
        "select 1 from suppressions s join addresses a using (address_key) where a.value = $1", phone
    )


def test_what_was_waiting_is_called_back(stack: Stack, phone: str) -> None:
    stack.fault(provider="whatsapp", kind="rate_limit", count=2)
    stack.say(phone, WARM["ro"])
    stack.effect(phone, "delayed")
    stack.say(phone, "Stop, nu mai vreau mesaje")
    stack.effect(phone, "void")
    stack.settle()
    assert stack.messages_to(phone) == []
    assert [e["status"] for e in stack.effects_of(phone)] == ["void", "refused"]


def test_an_opt_out_in_the_same_breath_as_a_question_holds(stack: Stack, phone: str) -> None:
    parts = [message(phone, t, wamid=new_wamid(phone)) for t in (WARM["ro"], "STOP")]
    assert stack.post_json(envelope(parts)).status_code == 200
    refused = stack.effect(phone, "refused")
    stack.settle()
    assert refused["decision"]["reasons"] == ["opted_out"]
    assert stack.messages_to(phone) == []
