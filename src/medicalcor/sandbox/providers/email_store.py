"""Letters of both directions, as the mailbox shows them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

from medicalcor.core import clock, ids
from medicalcor.sandbox.providers.email_payloads import Mail

KEPT = 5_000


@dataclass(frozen=True)
class Letter:
    key: str
    """Ours, for the page."""
    inbound: bool
    """From a patient to the clinic."""
    at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    message_id: str
    references: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    attachments: tuple[dict[str, Any], ...] = ()
    """Name, content type and text of each file."""

    @classmethod
    def written(cls, mail: Mail) -> "Letter":
        return cls(
            key=ids.token(9),
            inbound=True,
            at=mail.at,
            sender=mail.sender,
            to=(mail.to,),
            subject=mail.subject,
            text=mail.text or "",
            html=mail.html or "",
            message_id=mail.message_id,
            references=mail.references,
            headers=dict(mail.headers),
        )

    @classmethod
    def taken(cls, raw: bytes, *, sender: str, to: Sequence[str]) -> "Letter":
        """From what came by SMTP; `sender` and `to` are the envelope's."""
        message = message_from_bytes(raw, policy=default)
        headers = {name.lower(): str(value) for name, value in message.items()}
        return cls(
            key=ids.token(9),
            inbound=False,
            at=clock.now(),
            sender=sender,
            to=tuple(to),
            subject=headers.get("subject", ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
            message_id=headers.get("message-id", ""),
            references=tuple(headers.get("references", "").split()),
            headers=headers,
            attachments=tuple(_file(part) for part in message.iter_attachments()),
        )

    def shown(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "inbound": self.inbound,
            "at": self.at.isoformat(),
            "from": self.sender,
            "to": list(self.to),
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "message_id": self.message_id,
            "references": list(self.references),
            "headers": self.headers,
            "attachments": list(self.attachments),
        }


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n") if part is not None else ""


def _file(part: Message) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return {"name": part.get_filename(), "content_type": part.get_content_type(), "text": text}


class Mailbox:
    def __init__(self) -> None:
        self._letters: deque[Letter] = deque(maxlen=KEPT)

    def add(self, letter: Letter) -> None:
        self._letters.append(letter)

    def all(self) -> list[Letter]:
        """Newest first."""
        return list(reversed(self._letters))

    def get(self, key: str) -> Letter | None:
        return next((letter for letter in self._letters if letter.key == key), None)

    def clear(self) -> None:
        self._letters.clear()
