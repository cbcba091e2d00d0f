"""The WhatsApp client against its twin, in good and in bad weather."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from medicalcor.core import context
from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.core.ports import any_free
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.integrations.whatsapp.mapping import error_of, reason_of_status
from medicalcor.schemas.effects import Choice, WhatsAppChoices, WhatsAppTemplate
from medicalcor.schemas.wire.whatsapp_out import Recipient

PATIENT = Recipient(kind="phone", value="+40722000001")
TRACKER = "01930000-1234-7abc-8def-123456789012"


@pytest.fixture
async def client(sandbox) -> AsyncIterator[WhatsAppClient]:
    client = WhatsAppClient(f"{sandbox.url}/whatsapp", "wa-key", timeout=0.5)
    yield client
    await client.aclose()


async def say(client: WhatsAppClient, body: str = "Bună ziua") -> str:
    return await client.send_text(to=PATIENT, body=body, reply_to=None, tracker=TRACKER)


async def test_text_goes_out_with_its_tracker_and_comes_back_with_an_id(
    sandbox, client, specification
) -> None:
    sent = await client.send_text(to=PATIENT, body="Bună ziua", reply_to="wamid.X1", tracker=TRACKER)
    assert sent.startswith("wamid.")
    [body] = await sandbox.bodies("whatsapp")
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "40722000001",
        "type": "text",
        "text": {"body": "Bună ziua", "preview_url": False},
        "context": {"message_id": "wamid.X1"},
        "biz_opaque_callback_data": TRACKER,
    }
    specification("whatsapp/360dialog.own.openapi.json")(body, "#/components/schemas/Message")


async def test_a_user_without_a_number_is_addressed_by_id(sandbox, client) -> None:
    to = Recipient(kind="whatsapp_user", value="RO.13000000000000000001")
    await client.send_text(to=to, body="Salut", reply_to=None, tracker=TRACKER)
    [body] = await sandbox.bodies("whatsapp")
    assert body["recipient"] == "RO.13000000000000000001"
    assert "to" not in body


async def test_a_template_carries_its_parameters_in_order(sandbox, client, specification) -> None:
    template = WhatsAppTemplate(
        name="hot_lead_ack", language="ro", parameters=("Ana", "5"), buttons=("visit:1:confirm",)
    )
    await client.send_template(to=PATIENT, template=template, tracker=TRACKER)
    [body] = await sandbox.bodies("whatsapp")
    assert body["template"] == {
        "name": "hot_lead_ack",
        "language": {"code": "ro"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "5"}]},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "visit:1:confirm"}],
            },
        ],
    }
    specification("whatsapp/360dialog.own.openapi.json")(body, "#/components/schemas/Message")


FEW = (Choice(id="consent:1:yes", title="Da"), Choice(id="consent:1:no", title="Nu"))


async def test_few_choices_go_as_buttons(sandbox, client, specification) -> None:
    asked = WhatsAppChoices(body="Confirmați?", choices=FEW, language="ro", written_by="phrases")
    await client.send_choices(to=PATIENT, asked=asked, tracker=TRACKER)
    [body] = await sandbox.bodies("whatsapp")
    assert body["interactive"] == {
        "type": "button",
        "body": {"text": "Confirmați?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "consent:1:yes", "title": "Da"}},
                {"type": "reply", "reply": {"id": "consent:1:no", "title": "Nu"}},
            ]
        },
    }
    specification("whatsapp/360dialog.own.openapi.json")(body, "#/components/schemas/Message")


async def test_many_choices_go_as_a_list(sandbox, client, specification) -> None:
    rows = tuple(
        Choice(id=f"slot:{n}:take", title=f"{9 + n}:00", description="Dr. Ionescu") for n in range(10)
    )
    asked = WhatsAppChoices(
        body="Când?",
        choices=rows,
        opener="Vezi orele",
        language="ro",
        written_by="phrases",
        reply_to="wamid.X",
    )
    await client.send_choices(to=PATIENT, asked=asked, tracker=TRACKER)
    [body] = await sandbox.bodies("whatsapp")
    action = body["interactive"]["action"]
    assert action["button"] == "Vezi orele"
    assert [row["id"] for section in action["sections"] for row in section["rows"]] == [c.id for c in rows]
    assert body["context"] == {"message_id": "wamid.X"}
    specification("whatsapp/360dialog.own.openapi.json")(body, "#/components/schemas/Message")


async def test_buttons_that_do_not_fit_are_refused_here(sandbox, client) -> None:
    long = (Choice(id="a:1:b", title="Longer than a button is"),)
    asked = WhatsAppChoices(body="?", choices=long, language="en", written_by="phrases")
    with pytest.raises(ProviderRejected) as caught:
        await client.send_choices(to=PATIENT, asked=asked, tracker=TRACKER)
    assert caught.value.reason == "invalid_request"
    assert await sandbox.calls("whatsapp") == []


async def test_reading_is_marked(sandbox, client, specification) -> None:
    await client.mark_read("wamid.X1")
    [body] = await sandbox.bodies("whatsapp")
    assert body == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X1"}
    specification("whatsapp/360dialog.own.openapi.json")(body, "#/components/schemas/Message")


async def test_a_template_nobody_approved_is_refused_for_good(client) -> None:
    with pytest.raises(ProviderRejected) as caught:
        await client.send_template(
            to=PATIENT, template=WhatsAppTemplate(name="none", language="ro"), tracker=TRACKER
        )
    assert caught.value.reason == "template_unknown"


async def test_a_wrong_key_is_an_account_matter(sandbox) -> None:
    client = WhatsAppClient(f"{sandbox.url}/whatsapp", "another-key")
    with pytest.raises(ProviderRejected) as caught:
        await say(client)
    assert caught.value.reason == "account"
    await client.aclose()


async def test_without_a_key_it_is_off(sandbox) -> None:
    client = WhatsAppClient(f"{sandbox.url}/whatsapp", None)
    with pytest.raises(ProviderOff):
        await say(client)
    assert await sandbox.calls("whatsapp") == []
    await client.aclose()


async def test_a_text_that_is_too_long_is_refused_here_and_not_quoted(sandbox, client) -> None:
    with pytest.raises(ProviderRejected) as caught:
        await say(client, "Canary" * 1000)
    assert caught.value.reason == "invalid_request"
    assert "Canary" not in str(caught.value)
    assert await sandbox.calls("whatsapp") == []


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ({"kind": "drop"}, OutcomeUnknown, "dropped"),
        ({"kind": "drop_after"}, OutcomeUnknown, "dropped"),
        ({"kind": "hang"}, OutcomeUnknown, "timeout"),
        ({"kind": "delay", "seconds": 2}, OutcomeUnknown, "timeout"),
        ({"kind": "malformed"}, OutcomeUnknown, "malformed_answer"),
        ({"kind": "status", "status": 500}, OutcomeUnknown, "server_error"),
        (
            {"kind": "status", "status": 502, "body": "<html>Bad gateway</html>"},
            OutcomeUnknown,
            "server_error",
        ),
        ({"kind": "status", "status": 403}, ProviderRejected, "account"),
        ({"kind": "status", "status": 400, "body": "Account disabled"}, ProviderRejected, "account"),
        ({"kind": "status", "status": 400}, ProviderRejected, "invalid_request"),
        ({"kind": "status", "status": 404}, ProviderRejected, "not_found"),
        ({"kind": "rate_limit"}, ProviderBusy, "rate_limited"),
        ({"kind": "rate_limit", "code": 130429}, ProviderBusy, "rate_limited"),
        ({"kind": "rate_limit", "code": 131056}, ProviderBusy, "pair_rate_limited"),
    ],
)
async def test_each_fault_is_told_apart_and_nothing_is_sent_twice(
    sandbox, client, fault: dict[str, Any], error: type[ProviderError], reason: str
) -> None:
    await sandbox.fault(provider="whatsapp", **fault)
    with pytest.raises(error) as caught:
        await say(client)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert len(await sandbox.calls("whatsapp")) == 1
    for personal in ("40722000001", "Bună"):
        assert personal not in repr(caught.value)


async def test_a_short_delay_is_waited_for(sandbox, client) -> None:
    await sandbox.fault(provider="whatsapp", kind="delay", seconds=0.1)
    assert await say(client)


async def test_marking_as_read_is_tried_again(sandbox, client) -> None:
    await sandbox.fault(provider="whatsapp", kind="drop", count=2)
    await client.mark_read("wamid.X1")
    assert len(await sandbox.calls("whatsapp")) == 3


async def test_nobody_listening_means_nothing_was_sent() -> None:
    client = WhatsAppClient(f"http://127.0.0.1:{any_free()}", "wa-key")
    with pytest.raises(ProviderUnavailable) as caught:
        await say(client)
    assert caught.value.reason == "unreachable"
    await client.aclose()


async def test_the_breaker_opens_and_heals(sandbox, client, monkeypatch) -> None:
    monkeypatch.setattr(client.door.breaker, "_cool_down", 0.2)
    await sandbox.fault(provider="whatsapp", kind="status", status=503, count=5)
    for _ in range(5):
        with pytest.raises(OutcomeUnknown):
            await say(client)
    with pytest.raises(ProviderUnavailable) as caught:
        await say(client)
    assert caught.value.reason == "breaker_open"
    async with asyncio.timeout(5):
        while client.door.breaker.state == "open":
            await asyncio.sleep(0.01)
    assert await say(client)
    assert client.door.breaker.state == "closed"
    assert len(await sandbox.calls("whatsapp")) == 6


async def test_correlation_is_carried_on(headers_of) -> None:
    async with headers_of({"messages": [{"id": "wamid.X"}]}) as (url, seen):
        client = WhatsAppClient(url, "wa-key")
        with context.bind(correlation_id="c-1", traceparent="00-a-b-01"):
            await say(client)
        await client.aclose()
    assert seen[0]["d360-api-key"] == "wa-key"
    assert seen[0]["x-correlation-id"] == "c-1"
    assert seen[0]["traceparent"] == "00-a-b-01"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (131047, "window_closed"),
        (131026, "undeliverable"),
        (131049, "not_delivered_by_meta"),
        (131050, "opted_out_at_meta"),
        (132000, "template_parameters"),
        (132001, "template_unknown"),
        (132015, "template_paused"),
        (131056, "pair_rate_limited"),
        (131062, "phone_number_needed"),
        (190, "account"),
        (999999, "unknown"),
        ("131047", "unknown"),
    ],
)
def test_a_failed_status_has_the_same_reasons(code: Any, reason: str) -> None:
    assert reason_of_status([{"code": code, "title": "x"}]) == reason


@pytest.mark.parametrize("errors", [[], ["text"], [None], [{"title": "no code"}], [{"code": [1]}]])
def test_a_failed_status_of_any_shape_has_a_reason(errors: list[Any]) -> None:
    assert reason_of_status(errors) == "unknown"


def test_the_first_error_that_is_known_counts() -> None:
    assert reason_of_status([{"code": 5}, {"code": 131026}, {"code": 131047}]) == "undeliverable"


def test_passing_trouble_is_unknown_only_when_the_gateway_failed() -> None:
    body = b'{"error":{"code":131000,"message":"Something went wrong"}}'
    assert type(error_of(Response(400, {}, body))) is ProviderUnavailable
    assert type(error_of(Response(500, {}, body))) is OutcomeUnknown
    assert error_of(Response(500, {}, b'{"error":{"code":131026}}')).reason == "undeliverable"
