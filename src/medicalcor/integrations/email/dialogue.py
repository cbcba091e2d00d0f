"""One conversation with a mail server, in a thread of its own; it knows how far it got."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from medicalcor.core.http import on_this_machine
from medicalcor.integrations.email.mapping import NoEncryption

Begins = Callable[[smtplib.SMTP], None]
PORTS = {"smtp": 587, "starttls": 587, "smtps": 465}
"""By scheme: `smtp` encrypts where the server can, `starttls` insists on it, `smtps` begins with it."""
_GO_AHEAD = 354
_TAKEN = 250
_LINE_THAT_BEGINS_WITH_A_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, from `SMTP_URL`."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str) -> "MailServer":
        """Raises ValueError when it is no address of a mail server."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("an address of a mail server begins with smtp://, starttls:// or smtps://")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @property
    def near(self) -> bool:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return on_this_machine(f"http://{host}")


class Dialogue:
    """Hands one mail over. `abort`, from another thread, ends it wherever it stands."""

    def __init__(self, server: MailServer, *, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None
        self._aborted = False
        self.handed_over = False
        """The end of the mail has been written: from here on the server may have taken it."""

    def deliver(self, content: bytes, *, sender: str, recipient: str) -> None:
        """Raises smtplib.SMTPException, OSError or NoEncryption."""
        with self._connected() as smtp:
            self._sign_in(smtp)
            _expect(smtp.mail(sender), smtplib.SMTPResponseException)
            code, said = smtp.rcpt(recipient)
            if code not in (_TAKEN, 251):
                raise smtplib.SMTPRecipientsRefused({recipient: (code, said)})
            code, said = smtp.docmd("DATA")
            if code != _GO_AHEAD:
                raise smtplib.SMTPDataError(code, said)
            smtp.send(_LINE_THAT_BEGINS_WITH_A_DOT.sub(b"..", content))
            self.handed_over = True
            smtp.send(b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
            _expect(smtp.getreply(), smtplib.SMTPDataError)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        smtp: smtplib.SMTP
        if server.scheme == "smtps":
            smtp = _Encrypted(server, timeout=self._timeout, begins=self._begin)
        else:
            smtp = _Plain(server, timeout=self._timeout, begins=self._begin)
        if self._aborted:
            smtp.close()
            raise smtplib.SMTPServerDisconnected("given up before anything was sent")
        return smtp

    def _begin(self, smtp: smtplib.SMTP) -> None:
        """Known before it waits for the server's greeting, so that this wait can be ended too."""
        self._smtp = smtp

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        smtp.ehlo_or_helo_if_needed()
        encrypted = server.scheme == "smtps"
        if not encrypted and smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            encrypted = True
        needed = server.scheme == "starttls" or (bool(server.user) and not server.near)
        if needed and not encrypted:
            raise NoEncryption
        if server.user:
            smtp.login(server.user, server.password)

    def abort(self) -> None:
        self._aborted = True
        sock = self._smtp.sock if self._smtp else None
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


class _Plain(smtplib.SMTP):
    def __init__(self, server: MailServer, *, timeout: float, begins: Begins) -> None:
        self._begins = begins
        super().__init__(server.host, server.port, timeout=timeout)

    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        self._begins(self)
        return super().connect(*where, **more)


class _Encrypted(smtplib.SMTP_SSL):
    def __init__(self, server: MailServer, *, timeout: float, begins: Begins) -> None:
        self._begins = begins
        super().__init__(server.host, server.port, timeout=timeout, context=ssl.create_default_context())

    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        self._begins(self)
        return super().connect(*where, **more)


def _expect(answer: tuple[int, bytes], problem: type[smtplib.SMTPResponseException]) -> None:
    code, said = answer
    if code != _TAKEN:
        raise problem(code, said)
