"""The door for e-mail: signed as Standard Webhooks ask, each mail stored once."""

import time
from typing import Any

import httpx
import pytest
from gateway_support import Stored, encoded, serving, settings_for
from tests.mail import mail, signed
from tests.stack import MAIL_SECRET

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.settings import Settings

OLD = "whsec_b2xkLXNlY3JldC1vZi1sYXN0LXllYXI="
DOOR = "/webhooks/email"


@pytest.fixture
def gateway_settings(database_url: str, master_key: str) -> Settings:
    return settings_for(database_url, master_key, email_webhook_secret=f"{MAIL_SECRET},{OLD}")


async def post(url: str, payload: Any, **options: Any) -> httpx.Response:
    body = payload if isinstance(payload, bytes) else encoded(payload)
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.post(DOOR, content=body, headers={**signed(body, **options)})


async def test_a_mail_is_stored_sealed_and_its_work_started(
    gateway: str, stored: Stored, vault: Vault
) -> None:
    answer = await post(gateway, mail("Ana <Ana@Example.RO>", "Cât costă?", message_id="<a@mail.example>"))
    assert (answer.status_code, answer.content) == (200, b"")
    [row] = await stored.rows()
    assert (row["provider"], row["kind"]) == ("email", "message")
    assert row["event_key"] == vault.keyed_hash("email-item", "<a@mail.example>")
    assert row["partition_key"] == vault.keyed_hash("email-conversation", "ana@example.ro")
    assert b"Example" not in row["body"]
    [run] = await stored.runs("email.message")
    assert (run["queue"], run["partition"]) == ("inbox-mail", row["partition_key"])


async def test_a_mail_without_an_id_is_known_by_its_delivery(gateway: str, stored: Stored) -> None:
    payload = mail("ana@example.ro", "Bună")
    del payload["data"]["message_id"]
    for _ in range(2):
        await post(gateway, payload, identifier="msg_1")
    await post(gateway, payload, identifier="msg_2")
    assert len(await stored.rows()) == 2


async def test_the_old_secret_holds_while_it_is_replaced(gateway: str, stored: Stored) -> None:
    assert (await post(gateway, mail("ana@example.ro", "Bună"), secret=OLD)).status_code == 200
    assert (await post(gateway, mail("ana@example.ro", "Bună"), secret="whsec_b3RoZXI=")).status_code == 401
    assert len(await stored.rows()) == 1


@pytest.mark.parametrize("spoilt", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_each_part_of_the_proof_counts(gateway: str, stored: Stored, spoilt: str) -> None:
    body = encoded(mail("ana@example.ro", "Bună"))
    late = {"webhook-timestamp": str(int(time.time()) - 301)}
    async with httpx.AsyncClient(base_url=gateway) as client:
        for headers in ({**signed(body), spoilt: "x"}, {**signed(body), **late}, {}):
            answer = await client.post(DOOR, content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "signature_rejected")
    assert await stored.rows() == []


async def test_without_a_secret_there_is_no_door(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key)) as url:
        assert (await post(url, mail("ana@example.ro", "Bună"))).status_code == 404


@pytest.mark.parametrize(
    "payload", [{}, [], "x", 7, None, {"data": []}, {"from": "nobody"}, {"data": {"from": 1}}]
)
async def test_what_is_signed_and_no_mail_is_kept_for_a_person(
    gateway: str, stored: Stored, payload: Any
) -> None:
    assert (await post(gateway, payload)).status_code == 200
    [item] = await stored.items("unread")
    assert item["reason"]
    assert await stored.runs("email.message") == []


async def test_what_a_service_tells_of_other_things_is_only_kept(gateway: str, stored: Stored) -> None:
    payload = {"type": "email.delivered", "data": {"from": "office@zambet.example", "to": ["ana@example.ro"]}}
    assert (await post(gateway, payload)).status_code == 200
    assert [row["kind"] for row in await stored.rows()] == ["notice"]
    assert await stored.runs("email.message") == []


@pytest.mark.parametrize("kind", ["email", "message.new", "email.Received", "inbound"])
async def test_a_mail_of_whatever_kind_is_a_mail(gateway: str, stored: Stored, kind: str) -> None:
    assert (await post(gateway, {**mail("ana@example.ro", "Bună"), "type": kind})).status_code == 200
    assert [row["kind"] for row in await stored.rows()] == ["message"]


async def test_no_json_and_too_deep_json_are_refused(gateway: str) -> None:
    assert (await post(gateway, b"hello")).status_code == 400
    assert (await post(gateway, b"[" * 100_000)).status_code == 400
