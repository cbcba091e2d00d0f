"""One request and its answer, for the routes that take webhooks straight from the server.

They carry the load; a framework's request object would cost more than all that they do.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from medicalcor.api import problems
from medicalcor.api.clients import Network, client_of
from medicalcor.core import ids
from medicalcor.core.observability import tracing

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

FORWARDED = b"x-forwarded-for"
TIME_LEFT = "medicalcor.time"
"""Where a request's scope holds its time limit, an `asyncio.Timeout`."""
CORRELATION = b"x-correlation-id"
TRACEPARENT = b"traceparent"
_CORRELATION = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_DRAINED = 4
"""Of a body that is too large, as many times the limit are read and dropped: a client that is still sending when
the connection closes may never see the answer."""
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class ClientGone(Exception):
    """The client went away before its body was here. Nothing was done, nobody waits for an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. Headers by lower-case name; the shell adds those that every answer has."""

    status: int
    body: bytes = b""
    media_type: bytes = b"text/plain; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Request:
    """What came in. Repeated headers count by their last value."""

    __slots__ = (
        "_limit",
        "_receive",
        "_timeout",
        "client",
        "correlation_id",
        "headers",
        "scope",
        "traceparent",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        *,
        body_limit: int,
        body_timeout: float,
        proxies: Sequence[Network] = (),
    ) -> None:
        self.scope = scope
        self.client = _client(scope, proxies)
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.correlation_id = _correlation(self.headers.get(CORRELATION))
        self.traceparent = _traceparent(self.headers.get(TRACEPARENT))
        self._receive = receive
        self._limit = body_limit
        self._timeout = body_timeout

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    async def body(self) -> bytes:
        """All of it; refused with 413 when it is too large, declared or not, with 408 when it is too slow."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._read()
        except TimeoutError:
            raise problems.too_slow() from None

    async def _read(self) -> bytes:
        most = self._limit * _DRAINED
        if int(self.headers.get(b"content-length", b"0")) > most:
            raise problems.too_large(self._limit)
        parts: list[bytes] = []
        size = 0
        message = await self._receive()
        while message["type"] == "http.request":
            part: bytes = message.get("body", b"")
            size += len(part)
            more = message.get("more_body", False)
            if size > self._limit and (size > most or not more):
                raise problems.too_large(self._limit)
            if not parts and not more:
                return part
            if size <= self._limit:
                parts.append(part)
            if not more:
                return b"".join(parts)
            message = await self._receive()
        raise ClientGone


def _client(scope: Scope, proxies: Sequence[Network]) -> str:
    """The address that the request came from; an IPv6 client is known by its network."""
    peer = scope.get("client")
    address = peer[0] if peer else None
    if not proxies and address is not None and ":" not in address:
        return str(address)  # as nearly always
    forwarded = [value for name, value in scope["headers"] if name == FORWARDED]
    return client_of(address, forwarded, proxies)


def _correlation(given: bytes | None) -> str:
    if given is not None and _CORRELATION.fullmatch(given):
        return given.decode("ascii")
    return str(ids.new_id())


def _traceparent(given: bytes | None) -> str | None:
    if given is not None and _TRACEPARENT.fullmatch(given):
        return given.decode("ascii")
    return tracing.new_trace()
