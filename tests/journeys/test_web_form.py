"""Somebody fills in the form on the clinic's web page."""

import itertools
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import mail
from tests.colleague import Colleague
from tests.stack import WEBSITE, Stack
from tests.webhooks import envelope, status_of

QUESTION = "Bună ziua, cât costă un implant și când pot veni la consultație?"
_people = itertools.count(1)


@pytest.fixture
def ana() -> str:
    """An address that nobody has used yet."""
    return f"form{next(_people)}@canary-form.example"


def filled(**more: Any) -> dict[str, Any]:
    """A form as the script sends it; the consent given."""
    consent = {"accepted": True, "text_version": "2026-11", "text_hash": "ab" * 32}
    return {"name": "Ana Canarescu", "message": QUESTION, "language": "ro", "consent": consent, **more}


def send(stack: Stack, form: dict[str, Any], **headers: str) -> httpx.Response:
    return stack.http.post(f"{stack.api_url}/leads", json=form, headers={"origin": WEBSITE, **headers})


def taken(stack: Stack, form: dict[str, Any], **headers: str) -> str:
    answer = send(stack, form, **headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["access-control-allow-origin"] == WEBSITE
    assert answer.json()["status"] == "received"
    number: str = answer.json()["id"]
    return number


def consents(stack: Stack, address: str) -> set[str]:
    rows = stack.rows(
        "select purpose from consents join addresses a using (person_id)"
        " where a.value = $1 and granted_at is not null and withdrawn_at is null",
        address,
    )
    return {row["purpose"] for row in rows}


def templates(stack: Stack, phone: str) -> list[str]:
    return [sent["template"]["name"] for sent in stack.messages_to(phone)]


def test_who_leaves_an_address_is_answered_by_mail_in_their_language(stack: Stack, ana: str) -> None:
    number = taken(
        stack,
        filled(
            email=ana,
            utm_source="google",
            utm_campaign="spring-implants",
            page="https://www.zambet.example/implant",
        ),
    )
    [letter] = mail.answered(stack, ana)
    lead = stack.person(ana)
    assert (lead["channel"], lead["name"], lead["speaks"]) == ("web", "Ana Canarescu", "ro")
    assert lead["classification"] == "HOT"
    assert letter["subject"] == "Mesajul dumneavoastră către Clinica Zâmbet"
    [message] = mail.messages(stack, ana)
    assert (str(message["id"]), message["kind"], message["body"]) == (number, "form", QUESTION)
    assert consents(stack, ana) == {"data_processing"}
    assert lead["campaign"]["source"] == "google"
    # what they write back to that mail goes on in the same conversation
    mail.write(stack, ana, "Vineri e bine.", in_reply_to=letter["message_id"])
    mail.answered(stack, ana, 2)
    assert {m["conversation_id"] for m in mail.messages(stack, ana)} == {lead["conversation"]}


def test_a_number_that_is_not_on_whatsapp_is_answered_by_mail_once(
    stack: Stack, phone: str, ana: str
) -> None:
    body = {"error": {"message": "(#131026) Message undeliverable", "code": 131026}}
    stack.fault(provider="whatsapp", kind="status", status=400, body=body, match="/messages")
    taken(stack, filled(phone=phone, email=ana))
    assert stack.effect(phone, "failed")["reason"] == "undeliverable"
    mail.answered(stack, ana)
    stack.settle()
    assert len(mail.answered(stack, ana)) == 1
    alerts = [alert["key"] for alert in stack.effects_of(phone, kind="staff.alert")]
    assert not [key for key in alerts if key.startswith("failed-alert:")]


def test_a_number_that_turns_out_later_not_to_be_on_whatsapp_is_answered_by_mail_once(
    stack: Stack, phone: str, ana: str
) -> None:
    stack.turn(statuses=False)
    try:
        taken(stack, filled(phone=phone, email=ana))
        sent = stack.effect(phone, "sent")
        failed = status_of(sent["provider_id"], "failed", errors=[{"code": 131026, "title": "undeliverable"}])
        for _ in range(2):
            assert stack.post_json(envelope(statuses=[failed])).status_code == 200
        mail.answered(stack, ana)
        stack.settle()
    finally:
        stack.turn(statuses=True)
    assert len(mail.answered(stack, ana)) == 1


def test_without_an_address_a_number_that_is_not_on_whatsapp_is_a_colleagues(
    stack: Stack, phone: str
) -> None:
    body = {"error": {"message": "(#131026) Message undeliverable", "code": 131026}}
    stack.fault(provider="whatsapp", kind="status", status=400, body=body, match="/messages")
    taken(stack, filled(phone=phone))
    stack.until(
        lambda: [
            a for a in stack.effects_of(phone, kind="staff.alert") if a["key"].startswith("failed-alert:")
        ],
        what="staff to be told",
    )


def test_who_leaves_a_number_is_answered_on_whatsapp(stack: Stack, phone: str) -> None:
    national = "0" + phone.removeprefix("+40")
    taken(stack, filled(phone=f"{national[:4]} {national[4:7]}-{national[7:]}", language="de-AT"))
    stack.answered(phone)
    stack.settle()
    assert templates(stack, phone) == ["web_lead_ack"]
    assert stack.messages_to(phone)[0]["template"]["language"]["code"] == "de"
    # whoever fills in a form waits for a person, whatever the machine says
    [lead] = stack.rows(
        "select l.* from leads l join addresses a using (person_id) where a.value = $1", phone
    )
    assert lead["unanswered_since"] is not None
    # and their answer there belongs to the same person and lead
    stack.say(phone, "Da, vineri")
    stack.answered(phone, 2)
    stack.settle()
    assert (
        len(
            stack.rows(
                "select 1 from people p join addresses a on a.person_id = p.id where value = $1", phone
            )
        )
        == 1
    )
    assert {m["lead_id"] for m in mail.messages(stack, phone)} == {lead["id"]}


def test_with_both_whatsapp_answers(stack: Stack, phone: str, ana: str) -> None:
    taken(stack, filled(phone=phone, email=ana))
    stack.answered(phone)
    stack.settle()
    assert templates(stack, phone) == ["web_lead_ack"]
    assert mail.letters(stack, ana) == []


def test_somebody_who_is_known_is_not_doubled_and_no_stranger_s_address_becomes_theirs(
    stack: Stack, phone: str, ana: str
) -> None:
    stack.say(phone, "Bună ziua, vreau albire")
    stack.answered(phone)
    lead = stack.person(phone)["id"]
    taken(stack, filled(phone=phone, email=ana))
    stack.until(lambda: len(mail.messages(stack, phone)) == 2, what="the form to be taken in")
    stack.settle()
    [_, form] = mail.messages(stack, phone)
    assert form["lead_id"] == lead
    assert form["letter"]["contacts"] == [ana]
    assert stack.rows("select 1 from addresses where value = $1", ana) == []
    assert mail.letters(stack, ana) == []


def test_an_emergency_in_a_form_is_answered_by_every_way(stack: Stack, phone: str, ana: str) -> None:
    taken(stack, filled(phone=phone, email=ana, message="Mi s-a umflat gâtul și respir greu"))
    stack.answered(phone)
    [letter] = mail.answered(stack, ana)
    stack.settle()
    assert templates(stack, phone) == ["emergency_number"]
    assert "112" in str(stack.messages_to(phone)[0])
    assert "112" in letter["text"]
    assert [e["content"]["code"] for e in stack.effects_of(ana, kind="staff.alert")] == ["emergency"]
    assert len(stack.effects_of(ana, kind="hubspot.task")) == 1


def test_only_what_was_agreed_to_is_agreed_to(stack: Stack, ana: str) -> None:
    form = filled(email=ana)
    form["consent"]["purposes"] = ["marketing_email", "appointment_reminders", "nonsense"]
    taken(stack, form)
    mail.answered(stack, ana)
    assert consents(stack, ana) == {"data_processing"}
    [row] = stack.rows(
        "select state, text_version, language from consents c join addresses a using (person_id)"
        " where a.value = $1 and purpose = 'marketing_email'",
        ana,
    )
    assert row == {"state": "pending", "text_version": "2026-11", "language": "ro"}


def test_the_same_form_twice_is_one_and_its_answer_is_the_same(stack: Stack, ana: str) -> None:
    key = {"idempotency-key": str(uuid4())}
    form = filled(email=ana)
    first = taken(stack, form, **key)
    assert taken(stack, form, **key) == first
    other = send(stack, {**form, "message": "altceva"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    mail.answered(stack, ana)
    again = filled(email=ana, message="fără cheie")
    assert taken(stack, again) == taken(stack, again)
    mail.answered(stack, ana, 2)
    stack.settle()
    assert len(mail.messages(stack, ana)) == 2
    assert len(mail.letters(stack, ana)) == 2


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(stack: Stack, ana: str) -> None:
    before = _trapped(stack)
    answer = send(stack, filled(email=ana, website="https://spam.example"))
    assert (answer.status_code, set(answer.json())) == (202, {"status", "id"})
    assert _trapped(stack) == before + 1
    stack.settle()
    assert stack.rows("select 1 from inbox where id::text = $1", answer.json()["id"]) == []
    assert mail.messages(stack, ana) == []


def _trapped(stack: Stack) -> float:
    figures = stack.http.get(f"{stack.api_url}/metrics").text
    found = re.search(r"^medicalcor_web_forms_trapped_total (\S+)$", figures, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_nobodys_address_is_flooded_with_answers(stack: Stack, ana: str) -> None:
    for number in range(5):
        taken(stack, filled(email=ana, message=f"Întrebarea {number}"))
        stack.until(lambda n=number: len(stack.effects_of(ana, kind="email.%")) == n + 1, what="a decision")  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    stack.settle()
    assert len(mail.letters(stack, ana)) == 3
    assert stack.effects_of(ana, kind="email.%")[-1]["decision"]["reasons"] == ["already_acknowledged"]


def test_the_lead_page_says_where_they_came_from_and_mails_from_there(stack: Stack, ana: str) -> None:
    taken(stack, filled(email=ana, utm_source="google", utm_campaign="spring-implants"))
    mail.answered(stack, ana)
    stack.settle()
    dan = Colleague.hired(stack, "Dan")
    lead = stack.person(ana)["id"]
    page = dan.open(lead)
    assert "google / spring-implants" in page
    assert ana in page
    assert dan.reply(lead, "Bună ziua, sunt Dan de la recepție.").status_code == 303
    *_, reply = mail.answered(stack, ana, 2)
    assert "sunt Dan" in reply["text"]
    assert len(reply["references"]) == 1
    dan.http.close()


def test_the_command_line_can_fill_it_in(stack: Stack, ana: str) -> None:
    ran = stack.run(
        "simulate", "form", "--email", ana, "--message", QUESTION, "--campaign", "spring-implants"
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "202"), ran.stderr
    mail.answered(stack, ana)
    assert stack.person(ana)["campaign"]["name"] == "spring-implants"
    assert stack.run("simulate", "form", "--message", QUESTION).returncode == 1
