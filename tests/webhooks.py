"""What WhatsApp posts, in the Cloud API's form."""

import base64
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

CLINIC_PHONE_ID = "100000000000001"


def new_wamid(phone: str) -> str:
    """Shaped as WhatsApp's: the sender's number is inside."""
    return "wamid." + base64.b64encode(f"{phone}:{uuid4().hex}".encode()).decode()


def message(
    phone: str, text: str, *, wamid: str, name: str = "Ana Test", at: float | None = None, **more: Any
) -> dict[str, Any]:
    """A text; `more` replaces its parts or adds some."""
    digits = phone.lstrip("+")
    said = {"type": "text", "text": {"body": text}}
    return {
        "contact": {"profile": {"name": name}, "wa_id": digits},
        "message": {"from": digits, "id": wamid, "timestamp": str(int(at or time.time())), **said, **more},
    }


def other(phone: str, kind: str, content: Any, **options: Any) -> dict[str, Any]:
    """A message of another kind than text."""
    made = message(phone, "", wamid=options.pop("wamid", None) or new_wamid(phone), type=kind, **options)
    del made["message"]["text"]
    made["message"][kind] = content
    return made


def hidden(user_id: str, text: str, *, name: str = "Ana Test") -> dict[str, Any]:
    """A text from somebody who hides the number."""
    made = message("", text, wamid=new_wamid(user_id), name=name)
    del made["message"]["from"], made["contact"]["wa_id"]
    made["message"]["from_user_id"] = made["contact"]["user_id"] = user_id
    return made


def status_of(wamid: str, status: str, *, tracker: str | None = None, **more: Any) -> dict[str, Any]:
    """What WhatsApp reports of a message of the clinic's."""
    opaque = {"biz_opaque_callback_data": tracker} if tracker else {}
    return {"id": wamid, "status": status, "timestamp": str(int(time.time())), **opaque, **more}


def value_of(
    messages: Sequence[dict[str, Any]] = (), *, statuses: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """One change's content."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "40310000001", "phone_number_id": CLINIC_PHONE_ID},
    }
    if messages:
        value["contacts"] = [m["contact"] for m in messages]
        value["messages"] = [m["message"] for m in messages]
    if statuses:
        value["statuses"] = list(statuses)
    return value


def envelope(
    messages: Sequence[dict[str, Any]] = (), *, statuses: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    return entries([[value_of(messages, statuses=statuses)]])


def entries(values: Sequence[Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """A webhook with an entry for each list, a change for each value in it."""
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": "200000000000001", "changes": [{"field": "messages", "value": one} for one in changes]}
            for changes in values
        ],
    }
