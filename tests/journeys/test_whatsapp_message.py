"""A WhatsApp message becomes a scored, answered lead."""

from tests.stack import Stack, envelope, message, new_wamid

HOT = "Bună ziua, vreau un implant, cât costă? Pot veni mâine dimineață."
WARM = "Buna, faceti si albire dentara?"
COLD = "Salut, ce program aveti?"


def test_a_hot_lead_gets_the_template_and_a_high_task(stack: Stack, phone: str) -> None:
    stack.say(phone, HOT, name="Ana Ionescu")
    [sent] = stack.answered(phone)
    assert sent["type"] == "template"
    assert sent["template"]["name"] == "hot_lead_ack"
    assert sent["template"]["language"]["code"] == "ro"
    tasks = stack.until(lambda: stack.calls("hubspot", "/tasks"), what="a task in HubSpot")
    assert tasks[0]["body"]["properties"]["hs_task_priority"] == "HIGH"


def test_a_warm_lead_gets_a_written_answer_in_their_language(stack: Stack, phone: str) -> None:
    stack.say(phone, WARM)
    [sent] = stack.answered(phone)
    assert sent["type"] == "text"
    [lead] = stack.rows("select l.* from leads l join addresses a using (person_id) where a.value = $1", phone)
    assert (lead["classification"], lead["language"], lead["scorer"]) == ("WARM", "ro", "ai")


def test_ten_messages_in_two_seconds_are_one_lead_and_one_conversation(stack: Stack, phone: str) -> None:
    parts = [message(phone, f"{n}: {COLD}", wamid=new_wamid(phone)) for n in range(10)]
    for part in parts:
        body = stack.http.build_request("POST", "http://x", json=envelope([part])).content
        assert stack.post(body).status_code == 200
    stack.answered(phone)
    stack.until(
        lambda: stack.rows(
            "select 1 from messages m join addresses a using (person_id) where a.value = $1 having count(*) = 10", phone
        ),
        what="all ten recorded",
    )
    stack.until(lambda: not _under_way(stack), what="nothing under way")
    assert 1 <= len(stack.messages_to(phone)) <= 2
    people = stack.rows("select distinct person_id from addresses where value = $1", phone)
    assert len(people) == 1
    counts = stack.rows(
        "select (select count(*) from leads where person_id = $1) as leads,"
        " (select count(*) from conversations where person_id = $1) as conversations,"
        " (select count(*) from crm_links where person_id = $1) as contacts",
        people[0]["person_id"],
    )
    assert counts == [{"leads": 1, "conversations": 1, "contacts": 1}]


def _under_way(stack: Stack) -> bool:
    [row] = stack.rows(
        "select count(*) as n from dbos.workflow_status where status in ('ENQUEUED', 'PENDING', 'DELAYED')"
    )
    return bool(row["n"])
