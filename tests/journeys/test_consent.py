"""A colleague asks for consent; the patient types, taps or follows a link; the page shows what was agreed to, word for word."""

import itertools
from typing import Any
from uuid import uuid4

import pytest

from tests import mail
from tests.colleague import Colleague
from tests.journeys.test_web_form import filled, send
from tests.journeys.test_whatsapp_message import WARM
from tests.stack import Stack
from tests.webhooks import envelope, message, new_wamid

_people = itertools.count(1)
_names = itertools.count(1)


@pytest.fixture
def ana() -> str:
    """An address that nobody has used yet."""
    return f"consent{next(_people)}@canary-consent.example"


@pytest.fixture
def desk(stack: Stack) -> Any:
    colleague = Colleague.hired(stack, f"Elena{next(_names)}")
    yield colleague
    colleague.http.close()


def asked(stack: Stack, desk: Colleague, phone: str, *purposes: str) -> dict[str, Any]:
    """The colleague asks by the button on the lead's page; what WhatsApp was given."""
    lead, before = stack.person(phone)["id"], len(stack.messages_to(phone))
    chosen = dict.fromkeys(purposes, "on")
    answer = desk.post(f"/leads/{lead}/consent/ask", way="whatsapp", key=uuid4().hex, **chosen)
    assert answer.status_code == 303, answer.text
    question = stack.answered(phone, before + 1)[-1]
    stack.settle()
    return question


def state(stack: Stack, address: str, purpose: str = "marketing_whatsapp") -> str | None:
    rows = stack.rows(
        "select c.state from consents c join addresses a on a.person_id = c.person_id"
        " where a.value = $1 and c.purpose = $2 and (c.address_key = a.address_key or c.address_key = '')",
        address,
        purpose,
    )
    return rows[0]["state"] if rows else None


def tap(stack: Stack, phone: str, reply: dict[str, str]) -> None:
    told = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
    answer = stack.post_json(envelope([message(phone, "", wamid=new_wamid(phone), **told)]))
    assert answer.status_code == 200


def known(stack: Stack, phone: str) -> None:
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.settle()


def test_typed_words_agree_and_the_page_shows_to_what(stack: Stack, desk: Colleague, phone: str) -> None:
    known(stack, phone)
    question = asked(stack, desk, phone, "marketing_whatsapp")
    words = question["interactive"]["body"]["text"]
    stack.say(phone, "Da, sunt de acord 👍")
    thanks = stack.answered(phone, 3)[-1]
    stack.settle()
    assert "am notat acordul" in thanks["text"]["body"]
    assert state(stack, phone) == "granted"
    page = desk.open(stack.person(phone)["id"])
    assert words in page
    [row] = stack.rows("select text_hash from consents where text_hash is not null and state = 'granted'"
                       " and person_id = (select person_id from addresses where value = $1)", phone)  # fmt: skip
    assert row["text_hash"] in page
    assert len(stack.messages_to(phone)) == 3, "the answer to the question is thanked for, and nothing else"


def test_a_tap_refuses_and_a_second_is_answered_as_it_stands(
    stack: Stack, desk: Colleague, phone: str
) -> None:
    known(stack, phone)
    question = asked(stack, desk, phone, "appointment_reminders", "treatment_updates")
    yes, no = [button["reply"] for button in question["interactive"]["action"]["buttons"]]
    assert (yes["title"], no["title"]) == ("Da", "Nu")
    tap(stack, phone, no)
    stack.answered(phone, 3)
    stack.settle()
    assert state(stack, phone, "treatment_updates") == "denied"
    tap(stack, phone, yes)
    closed = stack.answered(phone, 4)[-1]
    assert "nu mai este deschisă" in closed["text"]["body"]
    stack.settle()
    assert state(stack, phone, "treatment_updates") == "denied"


def test_an_unclear_answer_is_read_by_a_colleague(stack: Stack, desk: Colleague, phone: str) -> None:
    known(stack, phone)
    asked(stack, desk, phone, "marketing_whatsapp")
    stack.say(phone, "da, dar numai despre albire")
    stack.until(
        lambda: stack.rows(
            "select 1 from consent_questions q join addresses a using (person_id)"
            " where a.value = $1 and q.state = 'doubt'",
            phone,
        ),
        what="the doubt to be kept",
    )
    stack.settle()
    assert state(stack, phone) is None
    codes = [e["content"]["code"] for e in stack.effects_of(phone, kind="staff.alert")]
    assert "consent_unclear" in codes
    lead = stack.person(phone)["id"]
    page = desk.open(lead)
    assert "da, dar numai despre albire" in page
    assert f"/leads/{lead}/consent/" in page
    [question] = stack.rows("select q.id from consent_questions q where q.state = 'doubt' and q.person_id ="
                            " (select person_id from addresses where value = $1)", phone)  # fmt: skip
    done = desk.post(
        f"/leads/{lead}/consent/{question['id']}", meant="yes", note="canary: she called as well"
    )
    assert done.status_code == 303
    assert state(stack, phone) == "granted"
    again = desk.post(f"/leads/{lead}/consent/{question['id']}", meant="no", note="another reading")
    assert again.status_code == 409
    assert "canary: she called as well" in desk.open(lead)
    assert stack.rows("select 1 from domain_events where payload::text like '%canary: she%'") == []


def test_what_was_signed_is_recorded_and_can_be_taken_back(stack: Stack, desk: Colleague, phone: str) -> None:
    known(stack, phone)
    lead = stack.person(phone)["id"]
    note = {"how": "paper", "note": "folder 4", "key": uuid4().hex, "marketing_whatsapp": "on"}
    for _ in range(2):
        assert desk.post(f"/leads/{lead}/consent/note", agrees="yes", **note).status_code == 303
    assert state(stack, phone) == "granted"
    granted = "select 1 from domain_events where type = 'consent.granted' and payload ->> 'how' = 'paper'"
    assert len(stack.rows(granted)) == 1
    taken_back = note | {"how": "phone", "key": uuid4().hex}
    assert desk.post(f"/leads/{lead}/consent/note", agrees="no", **taken_back).status_code == 303
    assert state(stack, phone) == "withdrawn"


def test_a_form_s_ticks_wait_for_the_owner_of_the_mailbox(stack: Stack, ana: str) -> None:
    form = filled(email=ana)
    form["consent"]["purposes"] = ["marketing_email"]
    assert send(stack, form).status_code == 202
    letters = mail.answered(stack, ana, 2)
    stack.settle()
    [question] = [one for one in letters if "/consent/" in one["text"]]
    assert state(stack, ana, "marketing_email") == "pending"
    link = next(word for word in question["text"].split() if "/consent/" in word)
    path = "/consent/" + link.rpartition("/consent/")[2]
    page = stack.http.get(f"{stack.api_url}{path}")
    assert page.status_code == 200
    assert "oferte și noutăți prin e-mail" in page.text
    assert state(stack, ana, "marketing_email") == "pending", "looking at a link changes nothing"
    assert stack.http.post(f"{stack.api_url}{path}", data={"answer": "maybe"}).status_code == 422
    assert stack.http.post(f"{stack.api_url}{path}x", data={"answer": "yes"}).status_code == 404
    said = stack.http.post(f"{stack.api_url}{path}", data={"answer": "yes"})
    assert said.status_code == 200
    stack.until(lambda: state(stack, ana, "marketing_email") == "granted", what="the consent to count")
    stack.http.post(f"{stack.api_url}{path}", data={"answer": "no"})
    stack.until(lambda: state(stack, ana, "marketing_email") == "withdrawn", what="the consent to end")


def test_a_form_s_ticks_wait_for_the_owner_of_the_number(stack: Stack, phone: str) -> None:
    form = filled(phone=phone)
    form["consent"]["purposes"] = ["marketing_whatsapp"]
    assert send(stack, form).status_code == 202
    sent = stack.answered(phone, 2)
    stack.settle()
    names = [one["template"]["name"] for one in sent]
    assert sorted(names) == ["consent_confirmation", "web_lead_ack"]
    question = sent[names.index("consent_confirmation")]["template"]
    payloads = [
        part["parameters"][0]["payload"] for part in question["components"] if part["type"] == "button"
    ]
    assert state(stack, phone) == "pending"
    button = {"type": "button", "button": {"payload": payloads[0], "text": "Da"}}
    assert (
        stack.post_json(envelope([message(phone, "", wamid=new_wamid(phone), **button)])).status_code == 200
    )
    stack.until(lambda: state(stack, phone) == "granted", what="the consent to count")
