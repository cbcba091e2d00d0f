"""The 360dialog twin against the documented contract."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest

SECRET = "a-webhook-secret"
KEY = {"D360-API-KEY": "wa-key"}
TEXT = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "40722000001",
    "type": "text",
    "text": {"body": "Bună ziua!"},
    "biz_opaque_callback_data": "effect:1",
}


def template(name: str = "hot_lead_ack", *, language: str = "ro", parameters: int = 2) -> dict:
    body = {"type": "body", "parameters": [{"type": "text", "text": str(n)} for n in range(parameters)]}
    content = {"name": name, "language": {"code": language}, "components": [body]}
    return {"messaging_product": "whatsapp", "to": "40722000001", "type": "template", "template": content}


async def send(staged, message):
    return await staged.http.post("/whatsapp/messages", json=message, headers=KEY)


async def test_accepts_a_text_as_the_specification_says(staged, specification):
    answer = await send(staged, TEXT)
    assert answer.status_code == 200
    document = specification("whatsapp/360dialog.own.openapi.json")
    jsonschema.validate(TEXT, document["components"]["schemas"]["Message"])
    jsonschema.validate(answer.json(), document["components"]["schemas"]["Sent"])
    assert answer.json()["contacts"] == [{"input": "40722000001", "wa_id": "40722000001"}]


async def test_statuses_follow_signed_in_order_and_with_the_opaque_data(staged):
    message_id = (await send(staged, TEXT)).json()["messages"][0]["id"]
    statuses = await staged.gateway.statuses(3)
    assert [s["status"] for s in statuses] == ["sent", "delivered", "read"]
    assert {s["id"] for s in statuses} == {message_id}
    assert {s["biz_opaque_callback_data"] for s in statuses} == {"effect:1"}
    assert {s["recipient_id"] for s in statuses} == {"40722000001"}
    for webhook in staged.gateway.taken:
        assert webhook["path"] == "/webhooks/whatsapp"
        expected = hmac.new(SECRET.encode(), webhook["raw"], hashlib.sha256).hexdigest()
        assert webhook["headers"]["x-hub-signature-256"] == f"sha256={expected}"


async def test_webhooks_fit_the_inbound_schema(staged, specification):
    schema = specification("whatsapp/inbound.own.schema.json")
    await send(staged, TEXT)
    await staged.http.post("/phone/messages", json={"from": "+40722000001", "name": "Ana", "text": "Salut"})
    tap = {"type": "list", "id": "slot_1", "title": "09:30", "message_id": "wamid.x"}
    await staged.http.post("/phone/messages", json={"from": "RO.130001", "name": "Ana", "tap": tap})
    for webhook in await staged.gateway.until(lambda taken: len(taken) == 5):
        jsonschema.validate(webhook["json"], schema)
        value = webhook["json"]["entry"][0]["changes"][0]["value"]
        jsonschema.validate(value, {**schema["$defs"]["messagesValue"], "$defs": schema["$defs"]})


async def test_a_webhook_is_repeated_until_it_is_taken(staged):
    staged.app.sender._first_pause = 0.01
    staged.gateway.answers.extend([500, 503, 401])
    await send(staged, TEXT)
    statuses = await staged.gateway.statuses(3)
    assert [s["status"] for s in statuses] == ["sent", "delivered", "read"]
    assert [w["answered"] for w in staged.gateway.taken] == [500, 503, 401, 200, 200, 200]
    assert len({w["raw"] for w in staged.gateway.taken[:4]}) == 1


async def test_statuses_can_be_switched_off(staged):
    await staged.http.post("/_sandbox/settings", json={"statuses": False})
    await send(staged, TEXT)
    assert staged.app.sender.in_flight == 0


async def test_duplicate_and_reordered_webhooks(staged):
    await staged.fault(provider="whatsapp", kind="duplicate_webhooks")
    await staged.fault(provider="whatsapp", kind="reorder_webhooks")
    await send(staged, TEXT)
    statuses = await staged.gateway.statuses(6)
    assert [s["status"] for s in statuses] == ["read", "read", "delivered", "delivered", "sent", "sent"]


async def test_wrong_or_missing_key_is_refused(staged):
    for headers in ({}, {"D360-API-KEY": "another"}):
        answer = await staged.http.post("/whatsapp/messages", json=TEXT, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["meta"]["developer_message"] == "Invalid api_key"
    assert [call["status"] for call in await staged.calls("whatsapp")] == [401, 401]


async def test_free_text_outside_the_window_fails_later_and_a_template_passes(staged):
    yesterday = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    await staged.http.post("/phone/messages", json={"from": "+40722000001", "text": "Salut", "at": yesterday})
    assert (await send(staged, TEXT)).status_code == 200
    (failed,) = await staged.gateway.statuses(1)
    assert failed["status"] == "failed"
    assert failed["errors"][0]["code"] == 131047
    assert (await send(staged, template())).status_code == 200
    assert [s["status"] for s in await staged.gateway.statuses(4)][1:] == ["sent", "delivered", "read"]
    await staged.http.post("/phone/messages", json={"from": "+40722000001", "text": "Sunt aici"})
    await send(staged, TEXT)
    assert (await staged.gateway.statuses(5))[4]["status"] == "sent"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (template("unknown"), 132001),
        (template(language="de"), 132001),
        (template(parameters=1), 132000),
        ({**TEXT, "to": "not a number"}, 131009),
        ({**TEXT, "text": {"body": ""}}, 131008),
        ({**TEXT, "text": {"body": "x" * 4097}}, 100),
        ({**TEXT, "type": "telegram"}, 100),
        ({**TEXT, "biz_opaque_callback_data": "x" * 513}, 131009),
        ({k: v for k, v in TEXT.items() if k != "to"}, 100),
        ({k: v for k, v in TEXT.items() if k != "messaging_product"}, 100),
    ],
)
async def test_what_the_cloud_api_refuses(staged, message, code):
    answer = await send(staged, message)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["code"] == code
    assert staged.app.sender.in_flight == 0


@pytest.mark.parametrize(
    "action",
    [
        {"buttons": [{"type": "reply", "reply": {"id": str(n), "title": "Da"}} for n in range(4)]},
        {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "x" * 21}}]},
        {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Da"}}] * 2},
    ],
)
async def test_button_limits(staged, action):
    interactive = {"type": "button", "body": {"text": "Confirmați?"}, "action": action}
    message = {"messaging_product": "whatsapp", "to": "40722000001", "type": "interactive"}
    answer = await send(staged, {**message, "interactive": interactive})
    assert answer.json()["error"]["code"] == 131009


async def test_a_user_without_a_number_is_written_to_by_id(staged):
    message = {k: v for k, v in TEXT.items() if k != "to"}
    answer = await send(staged, {**message, "recipient": "RO.13000000000000000001"})
    assert answer.json()["contacts"][0]["user_id"] == "RO.13000000000000000001"
    assert (await staged.gateway.statuses(1))[0]["recipient_user_id"] == "RO.13000000000000000001"


async def test_mark_as_read_and_typing(staged):
    written = await staged.http.post("/phone/messages", json={"from": "+40722000001", "text": "Salut"})
    message_id = written.json()["id"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    answer = await send(staged, {**body, "typing_indicator": {"type": "text"}})
    assert answer.json() == {"success": True}
    thread = staged.app.threads.open("40722000001").shown()
    assert thread["messages"][0]["tick"] == "read"
    assert thread["typing"] is True


async def test_the_webhook_can_be_registered_with_headers(staged):
    wanted = {
        "url": f"{staged.app.settings.gateway_url}/elsewhere",
        "headers": {"Authorization": "Bearer fixed"},
    }
    await staged.http.post("/whatsapp/v1/configs/webhook", json=wanted, headers=KEY)
    read = await staged.http.get("/whatsapp/v1/configs/webhook", headers=KEY)
    assert read.json() == wanted
    await send(staged, TEXT)
    await staged.gateway.statuses(1)
    assert staged.gateway.taken[0]["path"] == "/elsewhere"
    assert staged.gateway.taken[0]["headers"]["authorization"] == "Bearer fixed"


async def test_media_in_two_steps(staged):
    about = (await staged.http.get("/whatsapp/900000000000101", headers=KEY)).json()
    path = about["url"].removeprefix("https://lookaside.fbsbx.com")
    content = (await staged.http.get(f"/whatsapp{path}", headers=KEY)).content
    assert hashlib.sha256(content).hexdigest() == about["sha256"]
    missing = await staged.http.get("/whatsapp/900000000000999", headers=KEY)
    assert missing.json()["error"]["code"] == 100
    assert missing.status_code == 404
