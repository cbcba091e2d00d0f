"""What patients write by mail, as a receiving service posts it, and the clinic's mails as its server was given them."""

import time
from base64 import b64decode, b64encode
from typing import Any
from uuid import uuid4

import httpx

from medicalcor.core.crypto import hmac
from tests.stack import CLINIC_MAIL, MAIL_SECRET, Stack


def new_id() -> str:
    return f"<{uuid4().hex}@mail.example>"


def mail(sender: str, text: str | None, *, subject: str = "Implant", **more: Any) -> dict[str, Any]:
    """`more` replaces parts of the mail, or adds some."""
    data = {
        "from": sender,
        "to": [CLINIC_MAIL],
        "subject": subject,
        "text": text,
        "message_id": more.pop("message_id", None) or new_id(),
        **more,
    }
    return {"type": "email.received", "data": data}


def signed(body: bytes, *, secret: str = MAIL_SECRET, identifier: str | None = None) -> dict[str, str]:
    identifier, stamp = identifier or f"msg_{uuid4().hex}", str(int(time.time()))
    key = b64decode(secret.removeprefix("whsec_"))
    proof = hmac.digest(key, f"{identifier}.{stamp}.".encode() + body, algorithm="sha256")
    return {
        "webhook-id": identifier,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{b64encode(proof).decode()}",
        "content-type": "application/json",
    }


def post(stack: Stack, payload: Any) -> httpx.Response:
    body = httpx.Request("POST", "http://x", json=payload).content
    return stack.http.post(f"{stack.api_url}/webhooks/email", content=body, headers=signed(body))


def write(stack: Stack, sender: str, text: str | None, **more: Any) -> str:
    """Somebody writes; answers the mail's `Message-ID` once the gateway has acknowledged."""
    payload = mail(sender, text, **more)
    answer = post(stack, payload)
    assert answer.status_code == 200, answer.text
    message_id: str = payload["data"]["message_id"]
    return message_id


def letters(stack: Stack, address: str) -> list[dict[str, Any]]:
    """What the clinic's mail server was given for this address, in order."""
    taken = [c["body"] for c in stack.calls("email") if c["status"] == 250]
    return [letter for letter in taken if address in letter["to"]]


def answered(stack: Stack, address: str, count: int = 1) -> list[dict[str, Any]]:
    def enough() -> list[dict[str, Any]] | None:
        taken = letters(stack, address)
        return taken if len(taken) >= count else None

    found: list[dict[str, Any]] = stack.until(enough, what=f"{count} mail(s)")
    return found


def messages(stack: Stack, address: str) -> list[dict[str, Any]]:
    """All that stands in the conversations of whoever has this address."""
    return stack.rows(
        "select m.* from messages m join addresses a using (person_id) where a.value = $1 order by m.id",
        address,
    )
