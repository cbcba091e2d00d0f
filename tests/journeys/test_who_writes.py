"""Whoever writes is a lead, whatever they write from."""

from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack
from tests.webhooks import envelope, hidden, message, new_wamid


def test_somebody_who_hides_the_number_is_a_lead_and_is_answered_by_user_id(stack: Stack, phone: str) -> None:
    user = f"RO.13{phone[1:]}"
    assert stack.post_json(envelope([hidden(user, WARM["ro"])])).status_code == 200
    person = stack.person(user)
    assert (person["classification"] or "WARM", person["reply_to"]) == ("WARM", user)
    [call] = stack.until(lambda: stack.calls("whatsapp", "/messages"), what="an answer")
    assert call["status"] == 200
    assert call["body"]["recipient"] == user
    assert "to" not in call["body"]
    stack.settle()
    [contact] = stack.made("contacts")
    assert "phone" not in contact
    stack.until(
        lambda: stack.effects_of(user)[0]["status"] == "read", what="the statuses to find the message"
    )


def test_somebody_who_shows_the_number_later_stays_the_same_person(stack: Stack, phone: str) -> None:
    user = f"RO.14{phone[1:]}"
    assert stack.post_json(envelope([hidden(user, WARM["ro"])])).status_code == 200
    before = stack.person(user)
    both = message(phone, "Vreau o programare", wamid=new_wamid(phone))
    both["message"]["from_user_id"] = both["contact"]["user_id"] = user
    assert stack.post_json(envelope([both])).status_code == 200
    # answered where the conversation began: under the id that WhatsApp gave
    stack.until(
        lambda: (
            sum((c["body"] or {}).get("recipient") == user for c in stack.calls("whatsapp", "/messages")) >= 2
        ),
        what="both messages answered",
    )
    [talks] = stack.rows("select count(*) from conversations where person_id = $1", before["person_id"])
    assert talks["count"] == 1
    rows = stack.rows(
        "select distinct a.person_id, l.id as lead from addresses a join leads l using (person_id)"
        " where a.value = any($1)",
        [user, phone],
    )
    assert [row["lead"] for row in rows] == [before["id"]]


def test_a_phone_that_is_no_phone_is_kept_as_a_lead_without_one(stack: Stack, phone: str) -> None:
    odd = message("not-a-phone", HOT["ro"], wamid=new_wamid(phone), name=f"Odd {phone}")
    assert stack.post_json(envelope([odd])).status_code == 200
    [lead] = stack.until(
        lambda: stack.rows(
            "select l.classification, c.reply_to, (select count(*) from addresses a where a.person_id = p.id) as ways"
            " from people p join leads l on l.person_id = p.id join conversations c on c.person_id = p.id"
            " where p.name = $1 and l.classification is not null",
            f"Odd {phone}",
        ),
        what="the lead to be kept and judged",
    )
    assert lead == {"classification": "HOT", "reply_to": None, "ways": 0}
    stack.settle()
    assert stack.calls("whatsapp", "/messages") == []
    decisions = stack.rows(
        "select e.decision -> 'reasons' ->> 0 as why from effects e join people p on p.id = e.person_id"
        " where p.name = $1 and e.kind like 'whatsapp.%'",
        f"Odd {phone}",
    )
    assert {decision["why"] for decision in decisions} == {"no_address"}


def test_the_name_may_be_missing_or_strange(stack: Stack, phone: str, other_phone: str) -> None:
    nameless = message(phone, WARM["ro"], wamid=new_wamid(phone))
    del nameless["contact"]["profile"]
    strange = message(other_phone, WARM["ro"], wamid=new_wamid(other_phone), name="\u0000😀 " + "x" * 5000)
    assert stack.post_json(envelope([nameless])).status_code == 200
    assert stack.post_json(envelope([strange])).status_code == 200
    stack.answered(phone)
    stack.answered(other_phone)
    assert stack.person(phone)["name"] is None
    assert stack.person(other_phone)["name"].startswith("😀 x")
