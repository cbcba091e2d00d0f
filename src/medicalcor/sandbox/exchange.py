"""One HTTP exchange in plain ASGI: benches run beside the sandbox, so a call must cost next to nothing."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON = b"application/json"
DROP = "medicalcor.drop"
"""ASGI extension set by `server`: cuts the connection, as a failing network would."""


class BodyNotJson(ValueError):
    """The body is not JSON."""


class ConnectionDropped(ConnectionError):
    """Raised where no socket can be cut, so that an in-process client sees a broken connection too."""


@dataclass
class Request:
    method: str
    path: str
    """Below the mount point: the provider's own path."""
    headers: dict[bytes, bytes]
    query_string: bytes
    body: bytes
    receive: Receive
    scope: Scope

    @cached_property
    def query(self) -> dict[str, str]:
        parsed = parse_qs(self.query_string.decode("latin-1"), keep_blank_values=True)
        return {name: values[-1] for name, values in parsed.items()}

    @cached_property
    def json(self) -> Any:
        """The parsed body. Raises BodyNotJson."""
        try:
            return json.loads(self.body)
        except ValueError as problem:
            raise BodyNotJson(str(problem)) from None

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    async def gone(self) -> None:
        """Returns when the client has hung up."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def drop(self) -> None:
        """Cut the connection without an answer."""
        cut = self.scope.get("extensions", {}).get(DROP)
        if cut is None:
            raise ConnectionDropped("the sandbox dropped this connection")
        cut["abort"]()
        await self.gone()


@dataclass(slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: bytes = JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    stream: AsyncIterator[bytes] | None = None
    """Sent piece by piece instead of `body`."""


def reply_json(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    raw = [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
    return Reply(
        status=status,
        body=json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(),
        headers=raw,
    )


async def read(scope: Scope, receive: Receive, *, path: str) -> Request:
    """Take in the whole request."""
    message = await receive()
    body = message.get("body", b"")
    if message.get("more_body"):
        parts = [body]
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
        body = b"".join(parts)
    return Request(
        method=scope["method"],
        path=path,
        headers=dict(scope["headers"]),
        query_string=scope["query_string"],
        body=bytes(body),
        receive=receive,
        scope=scope,
    )


async def write(reply: Reply, *, send: Send) -> None:
    headers = [(b"content-type", reply.content_type), *reply.headers]
    if reply.stream is None:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.stream is not None:
        async for piece in reply.stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
