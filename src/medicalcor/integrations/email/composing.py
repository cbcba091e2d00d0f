"""A mail as it goes over the wire."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses, parseaddr

from icalendar import Calendar

from medicalcor.core.errors import ProviderRejected
from medicalcor.integrations.email.mapping import PROVIDER

_POLICY = SMTP.clone(cte_type="7bit", max_line_length=200)
"""Seven bits pass every server; lines long enough that the ids in `References` are not broken up."""
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,150}>")
_MOST_REFERENCES = 12
_TRACKER = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True)
class Letter:
    """What is to be said, and to whom."""

    to: str
    subject: str
    text: str
    html: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    unsubscribe_url: str | None = None
    """Marketing only: an https address that takes a POST and asks nothing more (RFC 8058)."""
    calendar: bytes | None = None
    """A calendar file (RFC 5545) to go with it."""
    automatic: bool = False
    """Nobody wrote it: other machines are told, so that they do not answer."""


def message_id(tracker: str, *, sender: str) -> str:
    """The same for the same effect, so that a mail that went out twice is seen to be one."""
    if not _TRACKER.fullmatch(tracker):
        raise ValueError("a tracker is an id of ours")
    return f"<{tracker}@{_spec(sender).domain}>"


def address_of(written: str) -> str:
    """The bare address in `Clinica <office@clinic.example>`, its domain in ASCII."""
    return _spec(written).addr_spec


def composed(letter: Letter, *, sender: str, tracker: str, at: datetime) -> bytes:
    """Raises ProviderRejected `invalid_request` for what no mail can carry, without quoting it."""
    try:
        return _message(letter, sender=sender, tracker=tracker, at=at).as_bytes(policy=_POLICY)
    except (ValueError, HeaderParseError, UnicodeError, IndexError):
        raise ProviderRejected(
            "This cannot be sent by e-mail: check the address and the subject.",
            provider=PROVIDER,
            reason="invalid_request",
        ) from None


def _message(letter: Letter, *, sender: str, tracker: str, at: datetime) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = message_id(tracker, sender=sender)
    message["Date"] = at
    message["From"] = _named(sender)
    message["To"] = _spec(letter.to)
    message["Subject"] = " ".join(_printable(letter.subject).split())
    _refer(message, letter)
    if letter.automatic:
        message["Auto-Submitted"] = "auto-replied" if letter.in_reply_to else "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{_https(letter.unsubscribe_url)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar:
        # mail programs act on a calendar file only when its method stands here as well (RFC 6047, 2.4)
        method = Calendar.from_ical(letter.calendar).get("method")
        message.add_attachment(
            letter.calendar,
            maintype="text",
            subtype="calendar",
            filename="visit.ics",
            params={"charset": "utf-8", **({"method": str(method)} if method else {})},
        )
    return message


def _refer(message: EmailMessage, letter: Letter) -> None:
    """Ids come from outside: what is none is left out. The first and the last of a long chain are what counts."""
    parent = _ids([letter.in_reply_to or ""])
    chain = list(dict.fromkeys([*_ids(letter.references), *parent]))
    if len(chain) > _MOST_REFERENCES:
        chain = [chain[0], *chain[1 - _MOST_REFERENCES :]]
    if parent:
        message["In-Reply-To"] = parent[-1]
    if chain:
        message["References"] = " ".join(chain)


def _ids(written: Iterable[str]) -> list[str]:
    return [found for text in written for found in _ID.findall(text)]


def _spec(written: str) -> Address:
    found = getaddresses([written])
    if len(found) != 1:
        raise ValueError("one address, and no more")
    bare = found[0][1]
    local, _, domain = bare.rpartition("@")
    if not local or not domain or not bare.isprintable() or not local.isascii():
        raise ValueError("no address")
    return Address(username=local, domain=domain.encode("idna").decode())


def _named(written: str) -> Address:
    name, _ = parseaddr(written)
    bare = _spec(written)
    return Address(display_name=_printable(name), username=bare.username, domain=bare.domain)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _https(url: str) -> str:
    if not re.fullmatch(r"https://[\x21-\x3b\x3d\x3f-\x7e]+", url):
        raise ValueError("no address of a page")
    return url
