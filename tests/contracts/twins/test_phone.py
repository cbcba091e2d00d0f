"""The page to play the patient, and what is behind it."""

import json
import re

import pytest

CLINIC = 'Dinți & <b>"Zâmbete"</b>'


@pytest.fixture
def settings(settings):
    return {**settings, "clinic_name": CLINIC}


async def test_the_page_needs_nothing_from_elsewhere(staged):
    page = (await staged.http.get("/phone")).text
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)""", page)
    assert "@import" not in page
    assert "/* phone." not in page
    assert CLINIC not in page
    assert "Dinți &amp; &lt;b>&quot;Zâmbete&quot;&lt;/b>" in page
    for person in json.loads(page.partition('id="presets">')[2].partition("</script>")[0]):
        assert person["says"]
    assert (await staged.http.get("/", follow_redirects=True)).text == page


async def test_what_is_written_reaches_the_gateway_and_the_answer_the_phone(staged):
    await staged.http.post(
        "/phone/messages", json={"from": "+40 722 000 001", "name": "Ana", "text": "Salut"}
    )
    (webhook,) = await staged.gateway.until(lambda taken: len(taken) == 1)
    message = webhook["json"]["entry"][0]["changes"][0]["value"]["messages"][0]
    assert (message["from"], message["text"]["body"]) == ("40722000001", "Salut")
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "5"}]}
    template = {"name": "hot_lead_ack", "language": {"code": "ro"}, "components": [body]}
    answer = {"messaging_product": "whatsapp", "to": "40722000001", "type": "template", "template": template}
    async with staged.http.stream("GET", "/phone/events", params={"from": "+40722000001"}) as stream:
        await staged.http.post("/whatsapp/messages", json=answer, headers={"D360-API-KEY": "wa-key"})
        async for line in stream.aiter_lines():
            shown = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {"messages": []}
            if [bubble["tick"] for bubble in shown["messages"]] == ["delivered", "read"]:
                break
    assert [bubble["mine"] for bubble in shown["messages"]] == [True, False]
    assert shown["messages"][1]["text"] == "Bună ziua, Ana. Vă sunăm în 5 minute."


async def test_what_can_be_tapped_comes_back_as_whatsapp_sends_it(staged):
    buttons = [{"type": "reply", "reply": {"id": "yes", "title": "Da"}}]
    interactive = {"type": "button", "body": {"text": "Confirmați?"}, "action": {"buttons": buttons}}
    message = {"messaging_product": "whatsapp", "to": "40722000001", "type": "interactive"}
    headers = {"D360-API-KEY": "wa-key"}
    await staged.http.post("/_sandbox/settings", json={"statuses": False})
    sent = await staged.http.post(
        "/whatsapp/messages", json={**message, "interactive": interactive}, headers=headers
    )
    (bubble,) = staged.app.threads.open("40722000001").shown()["messages"]
    choice = bubble["choices"][0]
    tap = {"type": choice["type"], "id": choice["id"], "title": choice["title"], "message_id": bubble["id"]}
    for kind in ("button", "template"):
        await staged.http.post("/phone/messages", json={"from": "+40722000001", "tap": {**tap, "type": kind}})
    webhooks = await staged.gateway.until(lambda taken: len(taken) == 2)
    values = [webhook["json"]["entry"][0]["changes"][0]["value"]["messages"][0] for webhook in webhooks]
    by_type = {value["type"]: value for value in values}
    assert by_type["interactive"]["interactive"]["button_reply"] == {"id": "yes", "title": "Da"}
    assert by_type["interactive"]["context"]["id"] == sent.json()["messages"][0]["id"]
    assert by_type["button"]["button"] == {"payload": "yes", "text": "Da"}


@pytest.mark.parametrize(
    "body",
    [
        {"from": "+40722000001"},
        {"from": "nobody", "text": "Salut"},
        {"text": "Salut"},
        {"from": "+40722000001", "text": "x" * 4097},
        {"from": "+40722000001", "tap": {"type": "knob", "id": "1", "title": "1", "message_id": "m"}},
    ],
)
async def test_what_cannot_be_sent_says_why(staged, body):
    answer = await staged.http.post("/phone/messages", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert (await staged.http.post("/phone/messages", content=b"no json")).status_code == 400
    assert (await staged.http.get("/phone/elsewhere")).status_code == 404


async def test_stopping_does_not_wait_for_an_open_page(staged):
    async with staged.http.stream("GET", "/phone/events", params={"from": "+40722000001"}) as stream:
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith("data: ")
        staged.app.stop()
        assert [line async for line in lines if line] == []
