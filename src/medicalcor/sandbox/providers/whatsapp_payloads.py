"""Webhooks in the Cloud API's form, as 360dialog passes them on."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medicalcor.core import ids

ACCOUNT_ID = "200000000000001"
NUMBER_ID = "100000000000001"
NUMBER = "40310000001"
SAMPLE_IMAGE_ID = "900000000000101"
SAMPLE_VOICE_ID = "900000000000102"


@dataclass(frozen=True)
class Patient:
    """Whoever writes: at least one of the two addresses is there."""

    name: str
    wa_id: str | None
    user_id: str | None = None
    """Business-scoped id of somebody who hides the number."""

    @property
    def address(self) -> str:
        return self.wa_id or self.user_id or ""


def wamid() -> str:
    return "wamid." + base64.b64encode(ids.random_bytes(30)).decode()


def digits(phone: str) -> str:
    return "".join(c for c in phone if c.isdigit())


def inbound(patient: Patient, *, message_id: str, at: datetime, content: dict[str, Any]) -> dict[str, Any]:
    """`content` is the message's own part: `{"type": "text", "text": {"body": …}}`, with `context` if it answers."""
    contact: dict[str, Any] = {"profile": {"name": patient.name}}
    message: dict[str, Any] = {"id": message_id, "timestamp": str(int(at.timestamp())), **content}
    if patient.wa_id:
        contact["wa_id"] = patient.wa_id
        message["from"] = patient.wa_id
    if patient.user_id:
        contact["user_id"] = patient.user_id
        message["from_user_id"] = patient.user_id
    return _envelope({"contacts": [contact], "messages": [message]})


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}


def image(caption: str) -> dict[str, Any]:
    media = {
        "id": SAMPLE_IMAGE_ID,
        "mime_type": "image/png",
        "sha256": base64.b64encode(hashlib.sha256(SAMPLE_IMAGE).digest()).decode(),
    }
    return {"type": "image", "image": {**media, "caption": caption} if caption else media}


def voice() -> dict[str, Any]:
    sha = base64.b64encode(hashlib.sha256(SAMPLE_VOICE).digest()).decode()
    audio = {
        "id": SAMPLE_VOICE_ID,
        "mime_type": "audio/ogg; codecs=opus",
        "sha256": sha,
        "voice": True,
    }
    return {"type": "audio", "audio": audio}


def tapped(kind: str, *, choice_id: str, title: str, message_id: str) -> dict[str, Any]:
    """A button or list row was tapped; a template's button comes back in a form of its own."""
    context = {"from": NUMBER, "id": message_id}
    if kind == "template":
        return {"type": "button", "button": {"payload": choice_id, "text": title}, "context": context}
    reply = f"{kind}_reply"
    return {
        "type": "interactive",
        "interactive": {"type": reply, reply: {"id": choice_id, "title": title}},
        "context": context,
    }


@dataclass(frozen=True)
class News:
    """What became of a message of the clinic's."""

    kind: str
    message_id: str
    recipient: Patient
    opaque: str | None
    """`biz_opaque_callback_data` as it was given when sending."""
    template: bool
    error: dict[str, Any] | None = None


def status(news: News, *, at: datetime) -> dict[str, Any]:
    line: dict[str, Any] = {"id": news.message_id, "status": news.kind, "timestamp": str(int(at.timestamp()))}
    if news.recipient.wa_id:
        line["recipient_id"] = news.recipient.wa_id
    if news.recipient.user_id:
        line["recipient_user_id"] = news.recipient.user_id
    if news.opaque is not None:
        line["biz_opaque_callback_data"] = news.opaque
    if news.error:
        line["errors"] = [news.error]
    elif news.kind != "read":
        line["pricing"] = {
            "billable": news.template,
            "pricing_model": "PMP",
            "type": "regular" if news.template else "free_customer_service",
            "category": "utility" if news.template else "service",
        }
    return _envelope({"statuses": [line]})


def _envelope(value: dict[str, Any]) -> dict[str, Any]:
    everything = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": NUMBER, "phone_number_id": NUMBER_ID},
        **value,
    }
    change = {"field": "messages", "value": everything}
    return {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT_ID, "changes": [change]}]}


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def body_of(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def signature(body: bytes, *, secret: str) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


SAMPLE_IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""A picture of one pixel."""
SAMPLE_VOICE = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"
"""The head of an Ogg Opus file: what it is can be recognised, there is nothing to hear."""
