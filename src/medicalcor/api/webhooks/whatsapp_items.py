"""Splits a WhatsApp webhook into items: one per message, status and change, each under its own id.

Pure and tolerant. It looks no deeper than it must to tell the items apart and to know who wrote: what does not
fit becomes an item of kind `unread` and leaves its neighbours alone. Runs for every webhook, so it works on the
parsed JSON as it is; `schemas.wire.whatsapp` reads an item again where there is time.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from pydantic_core import to_json

from medicalcor.api.webhooks.items import Item, canonical, unread

Json: TypeAlias = Any
Object: TypeAlias = dict[str, Any]

_CONTENT = {
    "text": dict,
    "image": dict,
    "video": dict,
    "audio": dict,
    "document": dict,
    "sticker": dict,
    "button": dict,
    "interactive": dict,
    "location": dict,
    "reaction": dict,
    "contacts": list,
    "order": dict,
    "system": dict,
    "edit": dict,
    "revoke": dict,
}


def split(payload: Json) -> list[Item]:
    """At least one item, whatever the payload is."""
    entries = payload.get("entry") if isinstance(payload, dict) else None
    if not isinstance(entries, list) or not entries:
        return [unread("it is no WhatsApp webhook: there is no list `entry`", payload)]
    return [item for entry in entries for item in _entry(entry)]


def _entry(entry: Json) -> Iterator[Item]:
    changes = entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(changes, list) or not changes:
        yield unread("the entry has no list `changes`", entry)
        return
    for change in changes:
        yield from _change(entry, change)


def _change(entry: Object, change: Json) -> Iterator[Item]:
    if not isinstance(change, dict):
        yield unread("the change is no object", change)
        return
    field, value = change.get("field"), change.get("value")
    speaks = isinstance(value, dict) and ("messages" in value or "statuses" in value)
    if isinstance(value, dict) and (field == "messages" or (speaks and not isinstance(field, str))):
        yield from _value(entry, value)
    elif field == "message_template_status_update":
        yield _template(entry, field, value)
    elif isinstance(field, str) and field != "messages":
        yield _notice(entry, field, value)
    else:
        yield unread("the change has no readable `field` and `value`", change)


def _value(entry: Object, value: Object) -> Iterator[Item]:
    metadata = value.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    number = metadata.get("phone_number_id")
    found = False
    for name, read in (("messages", _message), ("statuses", _status)):
        listed = value.get(name)
        if isinstance(listed, list):
            for one in listed:
                found = True
                yield read(one, number, metadata, value)
        elif listed is not None:
            found = True
            yield unread(f"`{name}` is no list", value)
    if value.get("errors"):
        yield _notice(entry, "errors", {"metadata": metadata, "errors": value["errors"]})
    elif not found:
        yield unread("the change has no messages, statuses or errors", value)


def _message(message: Json, number: Json, metadata: Object, value: Object) -> Item:
    fault = _fault(message, number)
    if fault:
        return unread(fault, {"metadata": metadata, "contacts": value.get("contacts"), "message": message})
    contact = _contact(message, value)
    sender = _sender(message, contact)
    if sender is None:
        return unread("nobody is named as the sender", {"metadata": metadata, "message": message})
    body = to_json(
        {
            "kind": "message",
            "phone_number_id": number,
            "display_phone_number": metadata.get("display_phone_number"),
            "contact": contact,
            "message": message,
        }
    )
    return Item("message", message["id"], f"{number}:{sender}", body)


def _fault(message: Json, number: Json) -> str | None:
    """Why nothing can be done with this message; None when it can be read."""
    if not isinstance(message, dict):
        return "the message is no object"
    if not _is_text(number):
        return "`metadata.phone_number_id` is missing"
    if not _is_text(message.get("id")):
        return "the message has no `id`"
    return _content_fault(message)


def _content_fault(message: Object) -> str | None:
    kind = message.get("type")
    if not isinstance(kind, str) or not kind:
        return "the message has no `type`"
    content = message.get(kind)
    expected = _CONTENT.get(kind)
    if expected is not None and not isinstance(content, expected):
        return f"the message says it is `{kind}` and has no readable `{kind}`"
    if kind == "text" and not isinstance(message["text"].get("body"), str):
        return "`text.body` is no text"
    return None


def _contact(message: Object, value: Object) -> Object | None:
    """Who wrote it. A lone contact is the sender: in some countries `wa_id` and `from` are spelled apart."""
    contacts = value.get("contacts")
    if not isinstance(contacts, list):
        return None
    if len(contacts) == 1 and len(value["messages"]) == 1:
        return contacts[0] if isinstance(contacts[0], dict) else None
    phone, user = message.get("from"), message.get("from_user_id")
    for contact in contacts:
        if isinstance(contact, dict) and (
            (phone is not None and contact.get("wa_id") == phone)
            or (user is not None and contact.get("user_id") == user)
        ):
            return contact
    return None


def _sender(message: Object, contact: Object | None) -> str | None:
    known = contact or {}
    for address in (
        message.get("from"),
        known.get("wa_id"),
        message.get("from_user_id"),
        known.get("user_id"),
    ):
        if _is_text(address):
            return str(address)
    return None


def _status(status: Json, number: Json, metadata: Object, _value: Object) -> Item:
    if not isinstance(status, dict) or not _is_text(status.get("id")) or not _is_text(status.get("status")):
        return unread("the status has no `id` and `status`", {"metadata": metadata, "status": status})
    body = to_json({"kind": "status", "phone_number_id": number, "status": status})
    return Item("status", f"{status['id']}:{status['status']}", status["id"], body)


def _notice(entry: Object, field: str, value: Json) -> Item:
    account = entry.get("id")
    identity = canonical({"account": account, "time": entry.get("time"), "field": field, "value": value})
    body = to_json({"kind": "notice", "field": field, "value": value, "account": account})
    return Item("notice", identity, identity, body)


def _template(entry: Object, field: str, value: Json) -> Item:
    """What becomes of a template, in turn with what else is said of it."""
    identity = canonical(
        {"account": entry.get("id"), "time": entry.get("time"), "field": field, "value": value}
    )
    name = value.get("message_template_name") if isinstance(value, dict) else None
    body = to_json({"kind": "template", "value": value, "time": entry.get("time")})
    return Item("template", identity, f"template:{name}", body)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and value != ""
