"""What a webhook's body is split into: each item is stored once, under an id of its own."""

import json
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from medicalcor.api import problems
from medicalcor.api.webhooks.intake import Row
from medicalcor.core.crypto.vault import Vault


class Item(NamedTuple):
    kind: str
    """What handles it (`core.jobs.INBOX`); `notice` is only kept, `unread` is shown to staff."""
    identity: str
    """The same for every delivery of the same item."""
    address: str
    """Whose turn it takes: a conversation, a call, a payment; else the item itself."""
    body: bytes
    reason: str | None = None
    """Why it could not be read, in words for staff."""


def unread(reason: str, raw: Any) -> Item:
    """Well signed, and of no shape that we know: kept, and shown to staff with the reason."""
    identity = canonical(raw)
    return Item(
        "unread", identity, identity, to_json({"kind": "unread", "reason": reason, "raw": raw}), reason
    )


def canonical(value: Any) -> str:
    """The same text for the same JSON, however it was written."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def row_of(item: Item, *, provider: str, vault: Vault) -> Row:
    """An item as the inbox keeps it; who it is from stands there as a keyed hash."""
    purpose = f"{provider}-conversation" if item.kind == "message" else f"{provider}-item"
    return Row(
        vault.keyed_hash(f"{provider}-item", item.identity),
        item.kind,
        vault.keyed_hash(purpose, item.address),
        item.body,
        item.reason,
    )


def parse(body: bytes) -> object:
    """JSON; refused with 400 when it is none, or is nested deeper than a reader should follow."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as fault:
        if "recursion limit" in str(fault):
            raise problems.too_deep() from None
        return _parse_leniently(body)


def _parse_leniently(body: bytes) -> object:
    """Half of an emoji, cut off in a name, is no reason to refuse a message: it becomes a `?`."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return from_json(text.encode("utf-8", "replace"), allow_inf_nan=False)
    except (ValueError, RecursionError):
        raise problems.not_json() from None
