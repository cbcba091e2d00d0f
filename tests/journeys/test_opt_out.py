"""Somebody wants to be left alone, and is."""

import pytest

from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack
from tests.webhooks import envelope, message, new_wamid

CONFIRMED = "Am înțeles. Nu vă mai trimitem mesaje."


@pytest.mark.parametrize(
    "words",
    ["STOP", "nu ma mai contactati", "please stop messaging me", "Bitte schreiben Sie mir nicht mehr"],
)
def test_nothing_is_sent_after_an_opt_out_but_that_it_was_heard(stack: Stack, phone: str, words: str) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.settle()
    stack.say(phone, words)
    stack.answered(phone, 2)
    stack.say(phone, words)
    stack.say(phone, HOT["ro"])
    stack.until(
        lambda: [e for e in stack.effects_of(phone) if e["decision"]["reasons"] == ["opted_out"]],
        what="a decision about what they wrote later",
    )
    stack.settle()
    assert len(stack.messages_to(phone)) == 2
    assert stack.person(phone)["opted_out_at"] is not None
    assert stack.rows(
        "select 1 from suppressions s join addresses a using (address_key) where a.value = $1", phone
    )


def test_a_tooth_that_bothers_silences_nobody(stack: Stack, phone: str) -> None:
    stack.say(
        phone, "Bună! Mi s-a umflat gingia lângă o măsea și mă deranjează destul de tare. Pot veni luni?"
    )
    stack.answered(phone)
    stack.settle()
    assert stack.person(phone)["opted_out_at"] is None


@pytest.mark.parametrize(
    "words", ["Să nu vă mai prind că mă sunați", "nu mai suport atâtea mesaje de la clinică"]
)
def test_a_wish_that_reminds_of_a_need_is_one_all_the_same(stack: Stack, phone: str, words: str) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.say(phone, words)
    stack.settle()
    assert stack.person(phone)["opted_out_at"] is not None


@pytest.mark.parametrize("words", ["STOP", "nu ma mai contactati"])
def test_an_unknown_number_is_left_alone_and_becomes_no_lead(stack: Stack, phone: str, words: str) -> None:
    [before] = stack.rows("select count(*) as n from suppressions")
    stack.say(phone, words)
    stack.until(
        lambda: stack.rows("select 1 from suppressions offset $1", before["n"]), what="the wish to be kept"
    )
    stack.settle()
    assert stack.rows("select 1 from addresses where value = $1", phone) == []
    assert stack.messages_to(phone) == []
    # whoever writes later with a question is somebody who opted out: a colleague may answer, the machine may not
    stack.say(phone, HOT["ro"])
    refused = stack.effect(phone, "refused")
    stack.settle()
    assert refused["decision"]["reasons"] == ["opted_out"]
    assert stack.messages_to(phone) == []


@pytest.mark.parametrize(
    ("language", "words", "confirmed"),
    [
        ("ro", "Slăbiți-mă cu promoțiile, m-am săturat de voi", CONFIRMED),
        ("en", "No need to keep in touch any longer, I've found another dentist", "Understood."),
        ("de", "Ich will nix mehr von euch hören", "Verstanden."),
    ],
)
def test_what_was_waiting_is_called_back(
    stack: Stack, phone: str, language: str, words: str, confirmed: str
) -> None:
    stack.fault(provider="whatsapp", kind="rate_limit", count=2)
    stack.say(phone, WARM[language])
    stack.effect(phone, "delayed")
    stack.say(phone, words)
    stack.effect(phone, "void")
    [heard] = stack.answered(phone)
    stack.settle()
    assert heard["text"]["body"].startswith(confirmed)
    unsent = sorted(e["status"] for e in stack.effects_of(phone) if e["sent_at"] is None)
    assert unsent == ["refused", "void"]


def test_an_opt_out_in_the_same_breath_as_a_question_holds(stack: Stack, phone: str) -> None:
    parts = [message(phone, t, wamid=new_wamid(phone)) for t in (WARM["ro"], "STOP")]
    assert stack.post_json(envelope(parts)).status_code == 200
    refused = stack.effect(phone, "refused")
    stack.settle()
    assert refused["decision"]["reasons"] == ["opted_out"]
    assert [m["text"]["body"].startswith(CONFIRMED) for m in stack.messages_to(phone)] == [True]
