"""The little of SMTP that a client needs to hand mail over, on this machine only.

A mail that was accepted is in the mailbox and among the sandbox's calls (`POST /smtp`, its body parsed).
"""

import asyncio
import base64
import binascii
import json
import re
from dataclasses import dataclass, field

from medicalcor.core.log import get_logger
from medicalcor.sandbox.faults import Fault, FaultBook
from medicalcor.sandbox.ledger import Call, Ledger
from medicalcor.sandbox.providers.email_store import Letter, Mailbox

NAME = "email"
PATH = "/smtp"
DELAY_SECONDS = 5.0
HANG_SECONDS = 600.0
LARGEST = 25 * 1024 * 1024
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)

log = get_logger(__name__)


@dataclass
class _Mail:
    sender: str | None = None
    to: list[str] = field(default_factory=list)


class MailDoor:
    """Listens; `port` is known once it does."""

    def __init__(self, *, mailbox: Mailbox, ledger: Ledger, faults: FaultBook) -> None:
        self.port: int | None = None
        self._mailbox = mailbox
        self._ledger = ledger
        self._faults = faults
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def open(self, port: int, *, host: str = "127.0.0.1") -> None:
        """A port that is taken is told, and no reason for the other providers not to be there."""
        try:
            self._server = await asyncio.start_server(self._welcome, host, port, limit=LARGEST)
        except OSError:
            log.warning("smtp_port_taken", port=port, remedy="set SANDBOX_SMTP_PORT to a free port")
            return
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await _Talk(reader, writer, door=self).run()
        except (OSError, EOFError, ValueError):
            return  # the client went away, or sent what is no line
        finally:
            self._open.discard(writer)
            writer.close()

    def begin(self) -> tuple[Call, Fault | None]:
        call = self._ledger.open(NAME, method="POST", path=PATH, raw=b"")
        fault = self._faults.for_call(NAME, path=PATH)
        call.fault = fault.kind if fault else None
        return call, fault

    def take(self, raw: bytes, *, call: Call, sender: str, to: list[str]) -> None:
        letter = Letter.taken(raw, sender=sender, to=to)
        call.raw = json.dumps(letter.shown(), ensure_ascii=False).encode()
        self._mailbox.add(letter)


class _Talk:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, door: MailDoor) -> None:
        self._reader = reader
        self._writer = writer
        self._door = door
        self._mail = _Mail()
        self._call: Call | None = None
        self._fault: Fault | None = None

    async def run(self) -> None:
        await self._say(220, "sandbox ESMTP")
        while line := await self._reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if not await self._obey(verb.upper(), rest):
                return

    async def _obey(self, verb: str, rest: str) -> bool:
        """Whether the talk goes on."""
        match verb:
            case "EHLO" | "HELO":
                await self._say(250, "sandbox", "SIZE 26214400", "AUTH PLAIN LOGIN")
            case "AUTH":
                await self._sign_in(rest)
            case "MAIL":
                await self._from(rest)
            case "RCPT":
                await self._to(rest)
            case "DATA":
                return await self._data()
            case "RSET" | "NOOP":
                self._mail = _Mail()
                await self._say(250, "OK")
            case "QUIT":
                await self._say(221, "Bye")
                return False
            case _:
                await self._say(502, "Command not implemented")
        return True

    async def _sign_in(self, rest: str) -> None:
        """Any user and any password, as long as both are there."""
        kind, _, given = rest.partition(" ")
        if kind.upper() == "LOGIN":
            user = given or await self._ask("VXNlcm5hbWU6")
            parts = [_decoded(user), _decoded(await self._ask("UGFzc3dvcmQ6"))]
        else:
            parts = _decoded(given or await self._ask("")).split("\0")[1:]
        if len(parts) == 2 and all(parts):
            await self._say(235, "2.7.0 Accepted")
        else:
            await self._say(535, "5.7.8 Credentials are not accepted")

    async def _ask(self, words: str) -> str:
        await self._say(334, words)
        return (await self._reader.readline()).decode("ascii", "replace").strip()

    async def _from(self, rest: str) -> None:
        found = _PATH.match(rest)
        if found is None:
            await self._say(501, "5.5.4 Syntax: MAIL FROM:<address>")
            return
        self._mail = _Mail(sender=found[1])
        self._call, self._fault = self._door.begin()
        await self._say(250, "2.1.0 OK")

    async def _to(self, rest: str) -> None:
        found = _PATH.match(rest)
        if self._mail.sender is None or self._call is None:
            await self._say(503, "5.5.1 MAIL first")
        elif found is None or "@" not in found[1]:
            await self._refuse(501, "5.1.3 Bad recipient address syntax")
        elif self._fault is not None and self._fault.kind == "status":
            await self._refuse(self._fault.status or 550, "as ordered")
        elif self._fault is not None and self._fault.kind == "rate_limit":
            await self._refuse(451, "4.7.1 Greylisted, please try again later")
        else:
            self._mail.to.append(found[1])
            await self._say(250, "2.1.5 OK")

    async def _refuse(self, code: int, words: str) -> None:
        if self._call is not None:
            self._call.status = code
        await self._say(code, words)

    async def _data(self) -> bool:
        call, fault = self._call, self._fault
        if call is None or self._mail.sender is None or not self._mail.to:
            await self._say(503, "5.5.1 RCPT first")
            return True
        kind = fault.kind if fault else ""
        if kind == "drop":
            self._writer.transport.abort()
            return False
        await self._say(354, "End data with <CR><LF>.<CR><LF>")
        raw = await self._content()
        if kind == "hang":
            await self._hang((fault.seconds if fault else None) or HANG_SECONDS)
            return False
        return await self._taken(raw, call=call, fault=fault)

    async def _hang(self, seconds: float) -> None:
        """Until the client gives up, the time is over, or the sandbox stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._reader.read()
        except TimeoutError:
            self._writer.transport.abort()

    async def _taken(self, raw: bytes, *, call: Call, fault: Fault | None) -> bool:
        kind = fault.kind if fault else ""
        if kind == "delay" and fault is not None:
            await asyncio.sleep(DELAY_SECONDS if fault.seconds is None else fault.seconds)
        self._door.take(raw, call=call, sender=self._mail.sender or "", to=self._mail.to)
        call.status = 250
        self._mail, self._call, self._fault = _Mail(), None, None
        if kind == "drop_after":
            self._writer.transport.abort()
            return False
        if kind == "malformed":
            self._writer.write(b"<html>502 Bad Gateway</html>\r\n")
            await self._writer.drain()
            return False
        await self._say(250, "2.0.0 Taken")
        return True

    async def _content(self) -> bytes:
        lines = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line:
                raise EOFError
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def _say(self, code: int, *lines: str) -> None:
        last = len(lines) - 1
        said = (f"{code}{' ' if at == last else '-'}{words}\r\n" for at, words in enumerate(lines))
        self._writer.write("".join(said).encode())
        await self._writer.drain()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""
