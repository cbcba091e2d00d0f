"""HTTP POST over kept connections, and nothing else.

Every message brings three webhooks, and benches run beside the sandbox: a full HTTP client spends half a
millisecond on each, this a fifth of it.
"""

import asyncio
import ssl
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

TIMEOUT = 10.0
FAILURES = (OSError, EOFError, asyncio.LimitOverrunError, ValueError)
"""What `post` raises when no answer came; a TimeoutError is an OSError."""


class _Target(NamedTuple):
    host: str
    port: int
    tls: bool
    path: str
    authority: str


@lru_cache(maxsize=64)
def _target(url: str) -> _Target:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname or "127.0.0.1"
    return _Target(
        host=host, port=parts.port or (443 if tls else 80), tls=tls, path=path, authority=parts.netloc
    )


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Poster:
    def __init__(self) -> None:
        self._idle: dict[tuple[str, int, bool], list[Connection]] = {}

    async def post(self, url: str, *, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer; its body is not looked at. Raises FAILURES."""
        return (await self.ask(url, body=body, headers=headers))[0]

    async def ask(
        self,
        url: str,
        *,
        body: bytes,
        headers: dict[str, str],
        timeout: float = TIMEOUT,  # noqa: ASYNC109 - the provider's own, after which it goes on without an answer
    ) -> tuple[int, bytes]:
        """Status and body of the answer; the body is empty when its length is not told. Raises FAILURES."""
        target = _target(url)
        async with asyncio.timeout(timeout):
            reader, writer = await self._connection(target)
            kept = False
            try:
                writer.write(_head(target, headers=headers, length=len(body)) + body)
                status, kept, said = await _answer(reader)
            finally:
                if not kept:
                    writer.close()
        if kept:
            self._idle.setdefault(target[:3], []).append((reader, writer))
        return status, said

    async def _connection(self, target: _Target) -> Connection:
        idle = self._idle.get(target[:3], [])
        while idle:
            reader, writer = idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        context = ssl.create_default_context() if target.tls else None
        return await asyncio.open_connection(target.host, target.port, ssl=context)

    async def close(self) -> None:
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()
        self._idle.clear()


def _head(target: _Target, *, headers: dict[str, str], length: int) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.authority}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool, bytes]:
    """Status, whether the connection can be used again, and the body."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    fields = {
        name.strip(): value.strip()
        for name, _, value in (line.partition(b":") for line in head.lower().split(b"\r\n")[1:])
    }
    length = fields.get(b"content-length")
    if length is None:
        return status, False, b""
    said = await reader.readexactly(int(length))
    return status, fields.get(b"connection") != b"close", said
