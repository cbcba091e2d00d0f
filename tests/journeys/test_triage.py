"""What a message asks of colleagues stands on the dashboard until somebody acts, whatever is broken."""

import re
from collections.abc import Iterator

import pytest

from tests.colleague import Colleague
from tests.journeys.test_emergency import EMERGENCY
from tests.journeys.test_what_arrives import MEDIA
from tests.stack import AI_TIMEOUT, Stack
from tests.webhooks import envelope, other

COMPLAINT = "Sunt foarte dezamăgit, nimeni nu răspunde la telefon"


@pytest.fixture(scope="module")
def colleague(system: Stack) -> Iterator[Colleague]:
    one = Colleague.hired(system, "Irina")
    yield one
    one.http.close()


def work(stack: Stack, phone: str) -> list[tuple[str, bool]]:
    rows = stack.rows(
        "select w.rule, w.closed_at is null as open from lead_work w join leads l on l.id = w.lead_id"
        " where l.id = $1 order by w.opened_at, w.id",
        stack.person(phone)["id"],
    )
    return [(row["rule"], row["open"]) for row in rows]


def test_a_complaint_alerts_and_stays_until_a_colleague_acts(
    stack: Stack, phone: str, colleague: Colleague
) -> None:
    stack.say(phone, COMPLAINT)
    stack.answered(phone)
    stack.settle()
    assert work(stack, phone) == [("complaint", True)]
    [alert] = stack.effects_of(phone, kind="staff.alert")
    assert alert["content"]["code"] == "complaint"
    assert [task["hs_task_subject"] for task in stack.made("tasks")] == ["Complaint: read it and call back"]
    lead = stack.person(phone)["id"]
    page = colleague.open(lead)
    assert "Reclamație: de citit și de sunat" in page
    assert "O reclamație este citită și primește răspuns de la un manager." in page
    assert colleague.post(f"/leads/{lead}/seen").status_code == 303
    assert work(stack, phone) == [("complaint", False)]


def test_a_photo_waits_for_a_colleague_though_the_machine_has_answered(
    stack: Stack, phone: str, colleague: Colleague
) -> None:
    stack.post_json(envelope([other(phone, "image", MEDIA)]))
    stack.answered(phone)
    stack.say(phone, "Ce program aveți?")
    stack.answered(phone, count=2)
    stack.settle()
    assert work(stack, phone) == [("media", True)]
    lead = stack.person(phone)["id"]
    assert "De văzut fișierul trimis" in colleague.http.get("/leads").text
    assert colleague.reply(lead, "Am văzut fotografia, vă sunăm.").status_code == 303
    assert work(stack, phone) == [("media", False)]


def test_an_emergency_is_on_the_dashboard_while_the_ai_and_the_crm_hang(stack: Stack, phone: str) -> None:
    stack.fault(provider="openai", kind="hang", seconds=60)
    stack.fault(provider="hubspot", kind="hang", seconds=20)
    stack.say(phone, EMERGENCY["ro"])
    stack.say(phone, EMERGENCY["ro"])
    [sent] = stack.answered(phone, seconds=AI_TIMEOUT - 1)
    assert "112" in sent["text"]["body"]
    assert work(stack, phone) == [("emergency", True)]
    assert stack.person(phone)["routing"] == "emergency"
    stack.settle()
    assert len(stack.messages_to(phone)) == 1
    assert work(stack, phone) == [("emergency", True)]


def test_an_emergency_is_answered_where_a_colleague_has_taken_over(
    stack: Stack, phone: str, colleague: Colleague
) -> None:
    stack.say(phone, "Bună ziua, ce program aveți?")
    stack.answered(phone)
    assert colleague.post(f"/leads/{stack.person(phone)['id']}/take-over").status_code == 303
    stack.say(phone, EMERGENCY["ro"])
    sent = stack.answered(phone, count=2)
    assert "112" in sent[-1]["text"]["body"]
    assert ("emergency", True) in work(stack, phone)


def test_a_short_word_changes_no_language_a_sentence_does_and_a_colleague_has_the_last_word(
    stack: Stack, phone: str, colleague: Colleague
) -> None:
    stack.say(phone, "Bună ziua, cât costă o albire?")
    stack.answered(phone)
    stack.say(phone, "ok thanks")
    stack.settle()
    assert stack.person(phone)["speaks"] == "ro"
    stack.say(phone, "Could you please answer me in English, how much is whitening?")
    stack.settle()
    assert stack.person(phone)["speaks"] == "en"
    lead = stack.person(phone)["id"]
    assert colleague.post(f"/leads/{lead}/language", language="hu").status_code == 303
    stack.say(phone, "Bună, vreau să aflu prețul în română, vă rog frumos")
    stack.settle()
    assert stack.person(phone)["speaks"] == "hu"
    assert stack.messages_to(phone)[-1]["text"]["body"].startswith("Jó napot")


def test_a_message_is_translated_for_whoever_reads_and_kept_sealed(
    stack: Stack, phone: str, colleague: Colleague
) -> None:
    stack.say(phone, "Guten Tag, was kostet eine Zahnreinigung bei Ihnen?")
    stack.answered(phone)
    lead = stack.person(phone)["id"]
    [message] = re.findall(rf"/leads/{lead}/messages/([0-9a-f-]+)/translate\"", colleague.open(lead))[:1]
    for _ in range(2):
        assert colleague.post(f"/leads/{lead}/messages/{message}/translate").status_code == 303
    page = colleague.open(lead)
    assert "(ro) Guten Tag, was kostet eine Zahnreinigung bei Ihnen?" in page
    assert "pentru Irina" in page
    rows = stack.rows("select payload::text from domain_events where type = 'message.translated'")
    assert len(rows) == 1
    assert "Zahnreinigung" not in rows[0]["payload"]


def test_a_reply_is_translated_before_it_goes_and_the_original_stays_with_it(
    stack: Stack, phone: str, colleague: Colleague
) -> None:
    stack.say(phone, "Guten Tag, was kostet eine Zahnreinigung bei Ihnen?")
    stack.answered(phone)
    lead = stack.person(phone)["id"]
    page = colleague.post(f"/leads/{lead}/translate-reply", text="Vă sunăm mâine.").text
    assert ">(de) Vă sunăm mâine.</textarea>" in page
    assert 'name="original" value="Vă sunăm mâine."' in page
    assert len(stack.messages_to(phone)) == 1
    sent = colleague.post(
        f"/leads/{lead}/reply", text="Wir rufen an.", original="Vă sunăm mâine.", key="a-key-of-the-form"
    )
    assert sent.status_code == 303
    assert stack.answered(phone, count=2)[-1]["text"]["body"] == "Wir rufen an."
    assert "Scris ca: Vă sunăm mâine." in colleague.open(lead)


def test_a_draft_fills_the_box_and_sends_nothing(stack: Stack, phone: str, colleague: Colleague) -> None:
    stack.say(phone, "Bună ziua, faceți albire dentară?")
    stack.answered(phone)
    lead = stack.person(phone)["id"]
    stack.fault(provider="openai", kind="nonsense", content="Bună ziua! Ce zi vi se potrivește? Aurora")
    page = colleague.post(f"/leads/{lead}/suggest").text
    assert ">Bună ziua! Ce zi vi se potrivește? Aurora</textarea>" in page
    stack.fault(provider="openai", kind="nonsense", content="Albirea costă 77 de lei.")
    page = colleague.post(f"/leads/{lead}/suggest").text
    assert "77 de lei" not in page
    assert "AI a spus un preț care nu este în lista clinicii" in page
    stack.settle()
    assert len(stack.messages_to(phone)) == 1
