"""A WhatsApp message becomes a scored, answered lead."""

import pytest

from tests.stack import Stack

HOT = {
    "ro": "Bună ziua, vreau un implant, cât costă? Pot veni mâine dimineață.",
    "en": "Hello, I want a dental implant, how much is it? I can come tomorrow morning.",
    "de": "Guten Tag, ich möchte ein Implantat, was kostet das? Ich kann morgen früh kommen.",
}
WARM = {
    "ro": "Bună, faceți și albire dentară?",
    "en": "Hi, do you do teeth whitening?",
    "de": "Hallo, machen Sie auch Zahnaufhellung?",
}
COLD = {
    "ro": "Salut, ce program aveți?",
    "en": "Hi, where is your clinic?",
    "de": "Hallo, wie sind Ihre Öffnungszeiten?",
}
ADVERTISING = "Vă oferim servicii SEO la prețuri avantajoase pentru firma dumneavoastră."


@pytest.mark.parametrize("language", HOT)
def test_a_hot_lead_gets_the_template_and_a_high_task(stack: Stack, phone: str, language: str) -> None:
    stack.say(phone, HOT[language], name="Ana Ionescu")
    [sent] = stack.answered(phone)
    assert sent["type"] == "template"
    assert sent["template"]["name"] == "hot_lead_ack"
    assert sent["template"]["language"]["code"] == language
    lead = stack.person(phone)
    assert (lead["classification"], lead["language"]) == ("HOT", language)
    [task] = stack.until(lambda: stack.made("tasks"), what="a task in HubSpot")
    assert task["hs_task_priority"] == "HIGH"
    alerts = stack.effects_of(phone, kind="staff.alert")
    assert [(a["purpose"], a["status"]) for a in alerts] == [("staff_alert", "sent")]


def test_what_was_answered_is_shown_as_read_to_who_wrote_it(stack: Stack, phone: str) -> None:
    said = stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.until(lambda: said in stack.receipts(), what="the receipt")


@pytest.mark.parametrize("language", WARM)
def test_a_warm_lead_gets_a_written_answer_in_their_language(stack: Stack, phone: str, language: str) -> None:
    stack.say(phone, WARM[language])
    [sent] = stack.answered(phone)
    assert sent["type"] == "text"
    lead = stack.person(phone)
    assert (lead["classification"], lead["language"], lead["scorer"]) == ("WARM", language, "ai")
    assert lead["speaks"] == language
    assert stack.effects_of(phone)[0]["decision"]["reasons"] == ["answers_a_message"]


@pytest.mark.parametrize("language", COLD)
def test_a_cold_lead_is_answered_and_troubles_nobody(stack: Stack, phone: str, language: str) -> None:
    stack.say(phone, COLD[language])
    [sent] = stack.answered(phone)
    assert sent["type"] == "text"
    stack.settle()
    assert (stack.person(phone)["classification"], stack.person(phone)["speaks"]) == ("COLD", language)
    assert stack.effects_of(phone, kind="staff.alert") == []
    assert stack.calls("hubspot", "/tasks") == []


def test_the_crm_gets_one_contact_and_a_note_that_quotes_nobody(stack: Stack, phone: str) -> None:
    stack.say(phone, WARM["ro"], name="Ana Ionescu")
    stack.answered(phone)
    stack.settle()
    [contact] = stack.made("contacts")
    assert (contact["firstname"], contact["lastname"], contact["phone"]) == ("Ana", "Ionescu", phone)
    [note] = stack.made("notes")
    assert "albire" not in note["hs_note_body"]
    assert str(stack.person(phone)["id"]) in note["hs_note_body"]


def test_advertising_gets_no_answer_but_a_decision_that_says_why(stack: Stack, phone: str) -> None:
    stack.say(phone, ADVERTISING)
    refused = stack.effect(phone, "refused")
    assert refused["decision"]["verdict"] == "refuse"
    assert refused["decision"]["reasons"] == ["not_a_prospect"]
    stack.settle()
    assert stack.person(phone)["classification"] == "UNQUALIFIED"
    assert stack.messages_to(phone) == []


def test_every_step_is_in_the_history_under_one_correlation_id(stack: Stack, phone: str) -> None:
    stack.say(phone, WARM["ro"])
    stack.effect(phone, "read")
    stack.settle()
    rows = stack.rows(
        "select distinct type, correlation_id, actor from domain_events d join addresses a on a.person_id = d.subject_id"
        " where a.value = $1 and d.actor in ('patient', 'system')",
        phone,
    )
    assert {row["type"] for row in rows} >= {
        "person.created", "lead.created", "conversation.opened", "message.received", "person.language_detected",
        "lead.scored", "lead.triaged", "effect.planned", "effect.sent",
    }  # fmt: skip
    assert len({row["correlation_id"] for row in rows}) == 1
