"""A load of webhooks over keep-alive connections, light enough to leave the machine to the gateway.

Requests are made and signed before the clock starts; a connection sends the next when its answer is there.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from medicalcor.cli.bench_routes import ROUTES
from medicalcor.core import clock, ids

_END_OF_HEADERS = b"\r\n\r\n"
_OK = b"HTTP/1.1 200"


@dataclass(frozen=True)
class Load:
    url: str
    """Of the gateway."""
    route: str
    secret: str
    connections: int
    seconds: float
    requests: int
    """How many different ones to make ready; the run ends early when they are used up."""


@dataclass(frozen=True)
class Outcome:
    requests: int
    """Acknowledged with 200."""
    errors: int
    seconds: float
    latencies: list[float]
    """Seconds, sorted. Without each connection's first: all connections are opened and begin in the same instant, which
    no provider does, and of a short run that would be the slowest hundredth."""

    def percentile(self, share: float) -> float:
        """Milliseconds within which `share` of the answers came."""
        if not self.latencies:
            return 0.0
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))] * 1000


class _Run:
    """What the connections share."""

    def __init__(self, prepared: Iterator[bytes]) -> None:
        self.prepared = prepared
        self.until = 0.0
        self.latencies: list[float] = []
        self.requests = 0
        self.errors = 0
        self.open = 0
        self.done = asyncio.Event()


class _Caller(asyncio.Protocol):
    """One connection, with one request at a time on it."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0
        self._seen = b""
        self._first = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # a TCP connection's always is
        self._run.open += 1

    def begin(self) -> None:
        request = next(self._run.prepared, None) if clock.monotonic() < self._run.until else None
        if self._transport is None or request is None:
            self._leave()
            return
        self._sent_at = clock.monotonic()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        end = self._seen.find(_END_OF_HEADERS)
        if end < 0 or len(self._seen) < end + len(_END_OF_HEADERS) + _body_length(self._seen[:end]):
            return
        if not self._seen.startswith(_OK):
            self._run.errors += 1
        else:
            self._run.requests += 1
            if not self._first:
                self._run.latencies.append(clock.monotonic() - self._sent_at)
        self._first, self._seen = False, b""
        self.begin()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._transport is not None:
            self._run.errors += 1
            self._transport = None
            self._leave()

    def _leave(self) -> None:
        if self._transport is not None:
            transport, self._transport = self._transport, None
            transport.close()
        self._run.open -= 1
        if self._run.open == 0:
            self._run.done.set()


def _body_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def apply(load: Load) -> Outcome:
    """Run the load in this process."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_apply(load))


async def _apply(load: Load) -> Outcome:
    where = urlsplit(load.url)
    run = _Run(iter([*_requests(load, host=where.netloc)]))
    loop = asyncio.get_running_loop()
    callers = [
        (await loop.create_connection(lambda: _Caller(run), where.hostname or "", where.port or 80))[1]
        for _ in range(load.connections)
    ]
    began = clock.monotonic()
    run.until = began + load.seconds
    for caller in callers:
        caller.begin()
    await run.done.wait()
    took = clock.monotonic() - began
    return Outcome(run.requests, run.errors, took, sorted(run.latencies))


def _requests(load: Load, *, host: str) -> Iterator[bytes]:
    route = ROUTES[load.route]
    body_of = route.prepare(ids.token(6))
    for number in range(load.requests):
        body = body_of(number)
        told = {"content-type": "application/json", **route.sign(load.secret, body)}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        yield (
            f"POST {route.path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: bench\r\n{head}"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode() + body
