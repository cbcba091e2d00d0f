"""Many messages at once, in any company: one lead, one conversation, in order, and answers that make sense."""

import pytest

from tests.journeys.test_whatsapp_message import COLD, HOT, WARM
from tests.stack import Stack
from tests.webhooks import entries, envelope, message, new_wamid, other, value_of


def _ten(phone: str) -> list[dict[str, object]]:
    return [message(phone, f"{n}: {COLD['ro']}", wamid=new_wamid(phone)) for n in range(10)]


@pytest.mark.parametrize("way", ["one by one", "as one batch", "200 ms apart"])
def test_ten_messages_in_two_seconds_are_one_lead_answered_sensibly(
    stack: Stack, phone: str, way: str
) -> None:
    parts = _ten(phone)
    if way == "as one batch":
        assert stack.post_json(envelope(parts)).status_code == 200
    else:
        for part in parts:
            assert stack.post_json(envelope([part])).status_code == 200
            if way == "200 ms apart":
                stack.pass_time(0.2)
    stack.answered(phone)
    stack.settle()
    [counts] = stack.rows(
        "with who as (select distinct person_id from addresses where value = $1)"
        " select (select count(*) from who) as people,"
        " (select count(*) from leads join who using (person_id)) as leads,"
        " (select count(*) from conversations join who using (person_id)) as conversations,"
        " (select count(*) from messages join who using (person_id)) as messages",
        phone,
    )
    assert counts == {"people": 1, "leads": 1, "conversations": 1, "messages": 10}
    assert len(stack.made("contacts")) == 1
    assert len(stack.made("notes")) == 10
    assert 1 <= len(stack.messages_to(phone)) <= 2
    [last] = stack.rows(
        "select m.body from effects e join messages m on m.id = e.cause_id join addresses a on a.person_id = e.person_id"
        " where a.value = $1 and e.kind like 'whatsapp.%' order by e.planned_at desc limit 1",
        phone,
    )
    assert last["body"].startswith("9:"), "the last answer looks at the last message"


def test_messages_of_a_conversation_are_taken_in_in_their_order(stack: Stack, phone: str) -> None:
    parts = _ten(phone)
    assert stack.post_json(envelope(parts[:4])).status_code == 200
    assert stack.post_json(entries([[value_of([p])] for p in parts[4:7]])).status_code == 200
    assert stack.post_json(entries([[value_of([p]) for p in parts[7:]]])).status_code == 200
    stack.answered(phone)
    stack.settle()
    rows = stack.rows(
        "select d.payload ->> 'message_id' as id, m.body from domain_events d"
        " join messages m on m.id::text = d.payload ->> 'message_id' join addresses a on a.person_id = m.person_id"
        " where d.type = 'message.received' and a.value = $1 order by d.position",
        phone,
    )
    assert [row["body"][0] for row in rows] == list("0123456789")
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)


@pytest.mark.parametrize("kind", ["reaction", "system"])
def test_a_question_is_answered_though_something_silent_follows_it(
    stack: Stack, phone: str, kind: str
) -> None:
    content = {
        "reaction": {"message_id": new_wamid(phone), "emoji": "👍"},
        "system": {"type": "user_changed_number", "body": "changed"},
    }[kind]
    question = message(phone, WARM["ro"], wamid=new_wamid(phone))
    assert stack.post_json(envelope([question, other(phone, kind, content)])).status_code == 200
    [sent] = stack.answered(phone)
    assert sent["type"] == "text"
    stack.settle()
    assert len(stack.messages_to(phone)) == 1
    assert stack.person(phone)["classification"] == "WARM"


def test_a_text_is_judged_and_answered_though_a_photo_follows_it(stack: Stack, phone: str) -> None:
    photo = other(phone, "image", {"id": "900000000000101", "mime_type": "image/jpeg"})
    text = message(phone, HOT["ro"], wamid=new_wamid(phone))
    assert stack.post_json(envelope([text, photo])).status_code == 200
    sent = stack.answered(phone)
    assert sent[0]["type"] == "template"
    stack.settle()
    assert stack.person(phone)["classification"] == "HOT"
    assert len(stack.messages_to(phone)) == 1


def test_two_patients_do_not_wait_for_each_other(stack: Stack, phone: str, other_phone: str) -> None:
    stack.fault(provider="openai", kind="delay", seconds=5)
    stack.say(phone, WARM["ro"])
    stack.until(lambda: stack.calls("openai"), what="the AI to think about the first")
    stack.say(other_phone, WARM["de"])
    stack.answered(other_phone, seconds=4)
    assert stack.messages_to(phone) == []
    stack.answered(phone)


def test_somebody_who_goes_on_writing_is_answered_again(stack: Stack, phone: str) -> None:
    stack.say(phone, COLD["ro"])
    stack.answered(phone)
    stack.say(phone, WARM["ro"])
    sent = stack.answered(phone, count=2)
    assert [m["type"] for m in sent] == ["text", "text"]
    stack.settle()
    assert len(stack.messages_to(phone)) == 2
