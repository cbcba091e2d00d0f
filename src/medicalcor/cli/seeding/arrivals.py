"""What the gateway would have stored, had it been there on that day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from medicalcor.api.webhooks.items import Item, row_of
from medicalcor.api.webhooks.whatsapp import PROVIDER
from medicalcor.api.webhooks.whatsapp_items import split
from medicalcor.cli.seeding.stories import Line, Story
from medicalcor.core import ids
from medicalcor.core.crypto.vault import Vault, seal
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

SQL = statements("medicalcor.cli.seeding")
_CLINIC_NUMBER = {"display_phone_number": "40310000001", "phone_number_id": "100000000000001"}
"""The sandbox's: who writes from the patient's phone goes on in the same conversation."""

Value = Mapping[str, Any]
"""The `value` of a change in a WhatsApp webhook."""


def message(story: Story, line: Line, *, number: int) -> Value:
    """The line as WhatsApp posts it."""
    contact: dict[str, Any] = {"profile": {"name": story.name} if story.name else {}}
    sent: dict[str, Any] = {
        "id": wamid(f"{story.key}-{number}"),
        "timestamp": str(int(line.at.timestamp())),
        **line.more.get("message", {"type": "text", "text": {"body": line.what}}),
    }
    if story.phone:
        contact["wa_id"] = sent["from"] = story.phone
    if story.user_id:
        contact["user_id"] = sent["from_user_id"] = story.user_id
    if story.advertisement and number == 1:
        sent["referral"] = {"source_type": "ad", "headline": story.advertisement}
    return {"metadata": _CLINIC_NUMBER, "contacts": [contact], "messages": [sent]}


def status(
    *, provider_id: str, effect_id: UUID, reached: str, at: datetime, code: int | None = None
) -> Value:
    """What became of a message of ours; `code` is the provider's for a failure."""
    told: dict[str, Any] = {
        "id": provider_id,
        "status": reached,
        "timestamp": str(int(at.timestamp())),
        "biz_opaque_callback_data": str(effect_id),
    }
    if code is not None:
        told["errors"] = [{"code": code}]
    return {"metadata": _CLINIC_NUMBER, "statuses": [told]}


def wamid(of: str) -> str:
    """An id as WhatsApp gives them to messages, the same each time."""
    return "wamid.DEMO" + of.encode().hex().upper()


class Arrived(NamedTuple):
    inbox_id: UUID
    kind: str
    correlation_id: str


async def store(
    connection: Connection, vault: Vault, *, item: Item, provider: str = PROVIDER, at: datetime
) -> Arrived:
    """The inbox row, sealed with the key of that day. It starts no work."""
    row = row_of(item, provider=provider, vault=vault)
    row_id, correlation_id = ids.new_id(), str(ids.new_id())
    key = await vault.day_key(connection, at.date())
    await connection.execute(
        SQL["store"],
        row_id,
        provider,
        row.event_key,
        row.kind,
        row.partition_key,
        at.date(),
        seal(key, row.body, row_id.bytes),
        correlation_id,
        at,
        row.reason,
    )
    return Arrived(row_id, row.kind, correlation_id)


async def is_stored(connection: Connection, vault: Vault, *, value: Value) -> bool:
    row = row_of(item_of(value), provider=PROVIDER, vault=vault)
    known: bool = await connection.fetchval(SQL["is_stored"], PROVIDER, row.event_key)
    return known


def item_of(value: Value) -> Item:
    (item,) = split({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    return item
