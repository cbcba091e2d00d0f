"""An inbound mail as signed JSON: what a receiving service, or a script behind one, posts for each message.

The services differ in small things, so each field is taken in the shapes that are common: an address as text or as an
object, headers as an object or a list of pairs, references as text or as a list, all bare or under `data`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from medicalcor.schemas.base import Wire
from medicalcor.schemas.wire.lenient import Lenient

_NOTHING_SPECIAL = r"[^\s<>@,;:()\"\\\[\]]"
_PLAIN = re.compile(rf"(?:((?:{_NOTHING_SPECIAL}|[ ])*)<({_NOTHING_SPECIAL}+@{_NOTHING_SPECIAL}+)>)")
"""`Ana Pop <ana@example.ro>`, without quotes, comments or escapes: nearly all there are."""


def _addresses_in(text: str) -> list[tuple[str, str]]:
    """Names and addresses; the standard library reads what is not plain, at many times the cost."""
    plain = _PLAIN.fullmatch(text)
    return [(" ".join(plain[1].split()), plain[2])] if plain else getaddresses([text])


def _address(value: Any) -> Any:
    if isinstance(value, str):
        name, address = next(iter(_addresses_in(value)), ("", ""))
        return {"address": address, "name": name or None}
    if isinstance(value, dict) and "address" not in value:
        return {**value, "address": value.get("email")}
    return value


class Address(Wire):
    """Somebody's address, as it was written; `domain.correspondence.addresses` normalises it."""

    address: str = Field(min_length=3, pattern="@", repr=False)
    name: Lenient[str] = Field(default=None, repr=False)


One = Annotated[Address, BeforeValidator(_address)]


def _addresses(value: Any) -> Any:
    """A list, one alone, or several in one text; those that are none are passed over."""
    listed = value if isinstance(value, list) else [value]
    return tuple(_readable(listed))


def _readable(listed: list[Any]) -> Iterator[Address]:
    for one in listed:
        found = _addresses_in(one) if isinstance(one, str) else []
        parts = [{"address": address, "name": name or None} for name, address in found] or [_address(one)]
        for part in parts:
            try:
                yield Address.model_validate(part)
            except ValidationError:
                continue


Several = Annotated[tuple[Address, ...], BeforeValidator(_addresses)]


def _headers(value: Any) -> Any:
    """By lower-case name; what occurs several times is joined as HTTP would."""
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [pair for one in value if (pair := _pair(one))]
    else:
        pairs = []
    found: dict[str, str] = {}
    for name, said in pairs:
        text = ", ".join(map(str, said)) if isinstance(said, list) else str(said)
        known = found.get(str(name).lower())
        found[str(name).lower()] = text if known is None else f"{known}, {text}"
    return found


def _pair(one: Any) -> tuple[Any, Any] | None:
    if isinstance(one, dict) and "name" in one:
        return one["name"], one.get("value", "")
    return (one[0], one[1]) if isinstance(one, list) and len(one) == 2 else None


Headers = Annotated[dict[str, str], BeforeValidator(_headers)]


def _references(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list) else value


def _moment(value: Any) -> Any:
    """As ISO 8601, or as mail writes it: `Mon, 23 Nov 2026 14:05:00 +0200`. Without a zone it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = parsedate_to_datetime(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Attachment(Wire):
    """What came along; its content stays with the receiving service."""

    id: Lenient[str] = None
    filename: Lenient[str] = Field(default=None, repr=False)
    content_type: Lenient[str] = None
    size: Lenient[int] = None
    """Bytes."""
    content_id: Lenient[str] = None
    url: Lenient[str] = Field(default=None, repr=False)


class InboundEmail(Wire):
    """One mail to the clinic. Only its sender is required."""

    sender: One = Field(alias="from")
    to: Lenient[Several] = None
    cc: Lenient[Several] = None
    reply_to: Lenient[Several] = None
    subject: Lenient[str] = Field(default=None, repr=False)
    text: Lenient[str] = Field(default=None, repr=False)
    html: Lenient[str] = Field(default=None, repr=False)
    message_id: Lenient[str] = None
    in_reply_to: Lenient[str] = None
    references: Lenient[Annotated[str, BeforeValidator(_references)]] = None
    return_path: Lenient[str] = None
    """The sender in the envelope: `<>` or empty for a bounce, None when it is not told."""
    headers: Headers = Field(default={}, repr=False)
    attachments: Lenient[tuple[Attachment, ...]] = None
    date: Lenient[Annotated[datetime, BeforeValidator(_moment)]] = None

    @property
    def id(self) -> str | None:
        """`Message-ID`, wherever it was given."""
        return self.message_id or self.headers.get("message-id")

    @property
    def answers(self) -> str | None:
        """`In-Reply-To`."""
        return self.in_reply_to or self.headers.get("in-reply-to")

    @property
    def chain(self) -> str | None:
        """`References`."""
        return self.references or self.headers.get("references")


class EmailHead(Wire):
    """What is asked of a mail before it is kept."""

    sender: One = Field(alias="from")
    message_id: Lenient[str] = None
    headers: Any = Field(default=None, repr=False)

    @property
    def id(self) -> str | None:
        """As the whole mail's."""
        return self.message_id or _headers(self.headers).get("message-id")


class ReceivedEmail(Wire):
    """A mail as the inbox keeps it."""

    mail: InboundEmail


def unwrapped(body: Any) -> Any:
    """The mail itself, bare or under `data`."""
    return body.get("data") if isinstance(body, dict) and isinstance(body.get("data"), dict) else body


def head_of(body: Any) -> EmailHead:
    """From a request's body. Raises ValidationError for what has no sender."""
    return EmailHead.model_validate(unwrapped(body))


def inbound_email(body: Any) -> InboundEmail:
    """From a request's body. Raises ValidationError for what has no sender."""
    return InboundEmail.model_validate(unwrapped(body))
