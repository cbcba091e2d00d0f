"""A well-signed webhook is stored once, sealed, and its work started in the same commit."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from gateway_support import (
    PHONE_NUMBER_ID,
    Stored,
    change,
    post,
    serving,
    settings_for,
    status,
    text_message,
    webhook,
)

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.jobs import STATUSES_EVERY_MS
from medicalcor.schemas.wire.whatsapp import InboundMessage, InboundStatus, Notice, Unread
from medicalcor.schemas.wire.whatsapp_templates import TemplateNotice

SHARED = Path(__file__).parents[4] / "shared" / "providers" / "specs" / "whatsapp"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_a_message_is_stored_sealed_and_its_work_started(
    gateway: str, stored: Stored, vault: Vault
) -> None:
    answer = await post(
        gateway,
        webhook(change(messages=[text_message("wamid.A", words="Cât costă un implant?")])),
        **{"x-correlation-id": "call-7", "traceparent": TRACE},
    )
    assert (answer.status_code, answer.content) == (200, b"")

    [row] = await stored.rows()
    assert (row["provider"], row["kind"]) == ("whatsapp", "message")
    assert (row["correlation_id"], row["traceparent"]) == ("call-7", TRACE)
    assert row["event_key"] == vault.keyed_hash("whatsapp-item", "wamid.A")
    assert row["partition_key"] == vault.keyed_hash("whatsapp-conversation", f"{PHONE_NUMBER_ID}:40722000001")
    assert b"implant" not in row["body"]

    [item] = await stored.items()
    message = InboundMessage.model_validate(item)
    assert (message.text, message.profile_name) == ("Cât costă un implant?", "Ana Popescu")

    [run] = await stored.runs("whatsapp.message")
    assert run["id"] == f"whatsapp.message:{row['id']}"
    assert (run["queue"], run["partition"]) == ("inbox", row["partition_key"])
    assert json.loads(run["inputs"])["positionalArgs"] == [str(row["id"])]


async def test_a_redelivery_changes_nothing(gateway: str, stored: Stored) -> None:
    payload = webhook(change(messages=[text_message("wamid.A")]))
    for _ in range(3):
        assert (await post(gateway, payload)).status_code == 200
    assert len(await stored.rows()) == 1
    assert len(await stored.runs("whatsapp.message")) == 1


async def test_a_redelivery_that_mixes_seen_and_new_adds_only_the_new(gateway: str, stored: Stored) -> None:
    await post(
        gateway, webhook(change(messages=[text_message("wamid.A")], statuses=[status("wamid.O", "sent")]))
    )
    await post(
        gateway,
        webhook(
            change(
                messages=[text_message("wamid.A"), text_message("wamid.B")],
                statuses=[status("wamid.O", "sent"), status("wamid.O", "read")],
            )
        ),
    )
    assert [item["message"]["id"] for item in await stored.items("message")] == ["wamid.A", "wamid.B"]
    assert [item["status"]["status"] for item in await stored.items("status")] == ["sent", "read"]
    assert len(await stored.runs("whatsapp.message")) == 2
    assert len(await stored.runs("whatsapp.statuses")) in {1, 2}  # one a half second


async def test_the_same_id_with_another_body_is_the_same_item(gateway: str, stored: Stored) -> None:
    await post(gateway, webhook(change(messages=[text_message("wamid.A", words="first")])))
    await post(gateway, webhook(change(messages=[text_message("wamid.A", words="second")])))
    [item] = await stored.items()
    assert item["message"]["text"]["body"] == "first"


async def test_an_item_twice_in_one_body_is_one_item(gateway: str, stored: Stored) -> None:
    await post(gateway, webhook(change(messages=[text_message("wamid.A"), text_message("wamid.A")])))
    assert len(await stored.rows()) == 1


async def test_statuses_of_a_half_second_share_a_run(gateway: str, stored: Stored) -> None:
    await post(gateway, webhook(change(statuses=[status("wamid.O", "sent"), status("wamid.P", "delivered")])))
    rows = await stored.rows("status")
    [run] = await stored.runs("whatsapp.statuses")
    [slot_ends_ms] = json.loads(run["inputs"])["positionalArgs"]
    assert run["id"] == f"whatsapp.statuses:{slot_ends_ms}"
    assert (run["queue"], run["partition"]) == ("statuses", None)
    for row in rows:
        assert 0 < slot_ends_ms - row["received_at"].timestamp() * 1000 <= STATUSES_EVERY_MS


async def test_messages_of_a_conversation_are_started_in_their_order(gateway: str, stored: Stored) -> None:
    for first in range(0, 40, 8):
        batch = [text_message(f"wamid.{number}") for number in range(first, first + 8)]
        await post(gateway, webhook(change(messages=batch[:5]), change(messages=batch[5:])))
    items = [item["message"]["id"] for item in await stored.items()]
    assert items == [f"wamid.{number}" for number in range(40)]
    started = [run["id"].partition(":")[2] for run in await stored.runs("whatsapp.message")]
    assert started == [str(row["id"]) for row in await stored.rows()]


async def test_all_entries_changes_and_kinds_of_a_batch_are_kept(gateway: str, stored: Stored) -> None:
    payload = webhook(
        change(messages=[text_message("wamid.A"), text_message("wamid.B", sender="40722000002")]),
        change(statuses=[status("wamid.O", "failed")]),
        change(field="message_template_status_update", event="APPROVED"),
        change(errors=[{"code": 130429, "title": "Rate limit hit"}]),
        {"field": "messages", "value": "nonsense"},
    )
    payload["entry"] += [{"id": "2", "changes": [change(messages=[text_message("wamid.C")])]}, "broken entry"]
    assert (await post(gateway, payload)).status_code == 200
    kinds = sorted(row["kind"] for row in await stored.rows())
    assert kinds == ["message"] * 3 + ["notice", "status", "template"] + ["unread"] * 2
    assert len(await stored.runs("whatsapp.message")) == 3


async def test_a_person_without_a_number_has_a_conversation(
    gateway: str, stored: Stored, vault: Vault
) -> None:
    user = "RO.13000000000000000001"
    message = {key: value for key, value in text_message("wamid.A").items() if key != "from"}
    contacts = [{"profile": {"name": "Ana", "username": "ana"}, "user_id": user}]
    await post(gateway, webhook(change(messages=[{**message, "from_user_id": user}], contacts=contacts)))
    [row] = await stored.rows()
    assert row["partition_key"] == vault.keyed_hash("whatsapp-conversation", f"{PHONE_NUMBER_ID}:{user}")


@pytest.mark.parametrize(
    "payload", [{}, [], "text", 7, None, {"entry": []}, {"object": "page", "entry": [{}]}]
)
async def test_what_fits_nothing_is_kept_with_the_reason(gateway: str, stored: Stored, payload: Any) -> None:
    assert (await post(gateway, payload)).status_code == 200
    [item] = await stored.items("unread")
    assert Unread.model_validate(item).reason
    assert not await stored.runs("whatsapp.message")


async def test_half_an_emoji_in_a_name_loses_no_message(gateway: str, stored: Stored) -> None:
    body = json.dumps(webhook(change(messages=[text_message("wamid.A", words="ok \ud83d")]))).encode()
    assert (await post(gateway, body)).status_code == 200
    [item] = await stored.items("message")
    assert item["message"]["text"]["body"] == "ok ?"


async def test_many_at_once_are_all_stored(gateway: str, stored: Stored) -> None:
    answers = await asyncio.gather(
        *(post(gateway, webhook(change(messages=[text_message(f"wamid.{n}")]))) for n in range(120))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len(await stored.rows()) == 120
    assert len(await stored.runs("whatsapp.message")) == 120


async def test_two_gateways_given_the_same_at_once_store_it_once(
    database_url: str, master_key: str, stored: Stored
) -> None:
    settings = settings_for(database_url, master_key)
    messages = [text_message(f"wamid.{number}") for number in range(200)]
    async with serving(settings) as first, serving(settings) as second:
        answers = await asyncio.gather(
            *(
                post(url, webhook(change(messages=messages[start : start + 20][::step])))
                for start in range(0, 200, 20)
                for url, step in ((first, 1), (second, -1))
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len(await stored.rows()) == 200
    assert len(await stored.runs("whatsapp.message")) == 200


def _published() -> dict[str, Any]:
    if not SHARED.is_dir():
        return {}
    own = json.loads((SHARED / "inbound_fixtures.own.json").read_text(encoding="utf-8"))["fixtures"]
    official = json.loads((SHARED / "meta_webhook_examples.official.json").read_text(encoding="utf-8"))
    return {**own, **official["examples"]}


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the providers' published examples are not beside the repository"
)
async def test_every_published_example_is_read(gateway: str, stored: Stored) -> None:
    examples = _published()
    assert len(examples) >= 38
    readers = {
        "message": InboundMessage,
        "status": InboundStatus,
        "notice": Notice,
        "template": TemplateNotice,
    }
    expected: dict[str, set[str]] = {kind: set() for kind in readers}
    for name, payload in examples.items():
        assert (await post(gateway, payload)).status_code == 200
        for one in (one for entry in payload["entry"] for one in entry["changes"]):
            value = one["value"]
            other = "template" if one["field"] == "message_template_status_update" else "notice"
            expected["message"] |= {message["id"] for message in value.get("messages", [])}
            expected["status"] |= {f"{sent['id']}:{sent['status']}" for sent in value.get("statuses", [])}
            expected[other] |= set() if value.keys() & {"messages", "statuses"} else {name}
    found = await stored.items()
    for item in found:
        readers[item["kind"]].model_validate(item)
    counted = {kind: sum(item["kind"] == kind for item in found) for kind in expected}
    assert counted == {kind: len(identities) for kind, identities in expected.items()}
