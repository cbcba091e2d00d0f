"""Inbound mail as a receiving service posts it: signed JSON (Standard Webhooks)."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from medicalcor.core import ids
from medicalcor.core.errors import InvalidInput

CLINIC = "office@clinic.example"


@dataclass(frozen=True)
class Mail:
    """What a patient sends."""

    sender: str
    """An address, or `Ana <ana@example.ro>`."""
    subject: str
    text: str | None
    at: datetime
    to: str = CLINIC
    html: str | None = None
    message_id: str = ""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


def new_message_id() -> str:
    return f"<{ids.token(12)}@mail.example>"


def inbound(mail: Mail) -> dict[str, Any]:
    message_id = mail.message_id or new_message_id()
    headers = {"message-id": message_id, "date": format_datetime(mail.at), "subject": mail.subject}
    data: dict[str, Any] = {
        "from": mail.sender,
        "to": [mail.to],
        "cc": [],
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "message_id": message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "headers": {**headers, **mail.headers},
        "attachments": [],
        "date": mail.at.isoformat(),
    }
    return {"type": "email.received", "timestamp": mail.at.isoformat(), "data": data}


def body_of(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def signature(body: bytes, *, secret: str, identifier: str, at: datetime) -> dict[str, str]:
    """The three headers. Raises InvalidInput for a secret that is no base64."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise InvalidInput("EMAIL_WEBHOOK_SECRET must be `whsec_` and base64.") from None
    stamp = str(int(at.timestamp()))
    signed = hmac.new(key, f"{identifier}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": identifier,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
