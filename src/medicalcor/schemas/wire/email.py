"""An inbound mail as signed JSON: what a receiving service, or a script behind one, posts for each message.

The services differ in small things, so each field is taken in the shapes that are common: `message_id` also as
`messageId` or `Message-ID`, an address as text, as an object or in a list, headers as an object, a list of pairs or as they
stood in the mail, references as text or as a list, words in headers encoded or not, all bare or under `data`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_string
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from medicalcor.schemas.base import Wire
from medicalcor.schemas.wire.lenient import Lenient

_NOTHING_SPECIAL = r"[^\s<>@,;:()\"\\\[\]]"
_PLAIN = re.compile(rf"(?:((?:{_NOTHING_SPECIAL}|[ ])*)<({_NOTHING_SPECIAL}+@{_NOTHING_SPECIAL}+)>)")
"""`Ana Pop <ana@example.ro>`, without quotes, comments or escapes: nearly all there are."""


def _addresses_in(text: str) -> list[tuple[str, str]]:
    """Names and addresses; the standard library reads what is not plain, at many times the cost."""
    plain = _PLAIN.fullmatch(text)
    return [(" ".join(plain[1].split()), plain[2])] if plain else getaddresses([text])


_AT_THE_END = re.compile(rf"(.*)<({_NOTHING_SPECIAL}+@{_NOTHING_SPECIAL}+)>\s*", re.DOTALL)
"""`Pop, Ana <ana@example.ro>`: the comma should have been quoted, and is not."""


def decoded(text: Any) -> Any:
    """`=?UTF-8?Q?Mun=C8=9Beanu?=` as `Munțeanu` (RFC 2047); as it is when it is not encoded, or wrongly."""
    if not isinstance(text, str) or "=?" not in text:
        return text
    try:
        return " ".join(str(make_header(decode_header(text))).split())
    except (HeaderParseError, LookupError, ValueError):
        return text


Words = Annotated[str, BeforeValidator(decoded)]


def _address(value: Any) -> Any:
    """One alone; of several the first that is one."""
    if isinstance(value, list):
        return next(_readable(value), None)
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, dict):
        told = _by_name(value, {"address", "email", "name"})
        return {"address": told.get("email"), **told}
    return value


def _written(text: str) -> dict[str, str | None]:
    found = [(name, address) for name, address in _addresses_in(text) if "@" in address]
    last = None if found else _AT_THE_END.fullmatch(text)
    name, address = (last[1].strip(), last[2]) if last else next(iter(found), ("", ""))
    return {"address": address, "name": name or None}


class Address(Wire):
    """Somebody's address, as it was written; `domain.correspondence.addresses` normalises it."""

    address: str = Field(min_length=3, pattern="@", repr=False)
    name: Lenient[Words] = Field(default=None, repr=False)


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
    elif isinstance(value, str):
        pairs = message_from_string(value.lstrip()).items()
    else:
        pairs = []
    found: dict[str, str] = {}
    for name, said in pairs:
        text = ", ".join(map(str, said)) if isinstance(said, list) else str(said)
        known = found.get(str(name).lower())
        found[str(name).lower()] = text if known is None else f"{known}, {text}"
    return found


def _by_name(given: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Those of the names, however large their letters are."""
    return {plain: value for name, value in given.items() if (plain := name.lower()) in names}


def _pair(one: Any) -> tuple[Any, Any] | None:
    if isinstance(one, dict):
        named = _by_name(one, {"name", "key", "value"})
        name = named.get("name", named.get("key"))
        return None if name is None else (name, named.get("value", ""))
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
    filename: Lenient[Words] = Field(default=None, repr=False)
    content_type: Lenient[str] = None
    size: Lenient[int] = None
    """Bytes."""
    content_id: Lenient[str] = None
    url: Lenient[str] = Field(default=None, repr=False)


_FIELDS = (
    "from", "sender", "to", "cc", "reply_to", "subject", "text", "html", "message_id", "in_reply_to", "references",
    "return_path", "headers", "attachments", "date",
)  # fmt: skip
_SPELT = {
    **{field.replace("_", ""): field for field in _FIELDS},
    **dict.fromkeys(("textbody", "bodytext", "bodyplain", "plain"), "text"),
    **dict.fromkeys(("htmlbody", "bodyhtml"), "html"),
}


@lru_cache(maxsize=1024)
def _meant(name: str) -> str | None:
    """The field of ours."""
    return _SPELT.get(name.lower().replace("-", "").replace("_", ""))


_IN_HEADERS = ("from", "to", "cc", "subject", "date")
"""Taken from there when they are given nowhere else."""


class _Mail(Wire):
    """Reads the spellings that there are of a field's name."""

    @model_validator(mode="before")
    @classmethod
    def _spelt_as_ours(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        mail: dict[str, Any] = {}
        for name, value in given.items():
            field = _meant(name)
            if field is not None and (name == field or field not in given):
                mail.setdefault(field, value)
        if "headers" in mail and ("from" not in mail or "subject" not in mail):
            headers = _headers(mail["headers"])
            mail = {**{name: headers[name] for name in _IN_HEADERS if name in headers}, **mail}
        return mail


class InboundEmail(_Mail):
    """One mail to the clinic. Only its sender is required."""

    sender: One = Field(alias="from")
    to: Lenient[Several] = None
    cc: Lenient[Several] = None
    reply_to: Lenient[Several] = None
    subject: Lenient[Words] = Field(default=None, repr=False)
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


class _Head(_Mail):
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


def head_of(body: Any) -> tuple[str, str | None]:
    """The sender's address and the mail's `Message-ID`, from a request's body, as `inbound_email` has them.

    Raises ValidationError for what has no sender.
    """
    mail = unwrapped(body)
    if isinstance(mail, dict):
        written, message_id = mail.get("from"), mail.get("message_id")
        plain = _PLAIN.fullmatch(written) if isinstance(written, str) else None
        if plain and message_id and isinstance(message_id, str):  # as nearly all are
            return plain[2], message_id
    head = _Head.model_validate(mail)
    return head.sender.address, head.id


def inbound_email(body: Any) -> InboundEmail:
    """From a request's body. Raises ValidationError for what has no sender."""
    return InboundEmail.model_validate(unwrapped(body))
