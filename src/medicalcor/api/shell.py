"""What every request passes, whoever answers it: correlation, security headers, CORS, rate limit, one way to fail.

Webhooks are answered by doors, straight from the server; everything else by the framework inside.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from medicalcor.api import limits, metrics, problems
from medicalcor.api.clients import Network
from medicalcor.api.exchange import (
    TIME_LEFT,
    TRACEPARENT,
    Answer,
    App,
    ClientGone,
    Message,
    Receive,
    Request,
    Scope,
    Send,
)
from medicalcor.core import clock, context
from medicalcor.core.breaker import Breaker
from medicalcor.core.errors import ProductError
from medicalcor.core.log import get_logger
from medicalcor.core.ratelimit import Limit, RateLimiter

Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]
Header: TypeAlias = tuple[bytes, bytes]

SECURITY: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
HTTPS_ONLY: Header = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"content-type, authorization, x-api-key, idempotency-key, x-correlation-id, traceparent",
    ),
    (b"access-control-max-age", b"600"),
)
_READABLE = (
    "x-correlation-id", "traceparent", "location", "idempotent-replayed",
    "retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset",
)  # fmt: skip
_EXPOSED: Header = (b"access-control-expose-headers", ", ".join(_READABLE).encode())

log = get_logger(__name__)


@dataclass(frozen=True)
class Door:
    """A route that is answered straight from the server."""

    path: str
    provider: str
    handlers: Mapping[str, Handler]
    limit: Limit
    description: Mapping[str, Any] = field(default_factory=dict)
    """The OpenAPI path item."""
    breaker: Breaker | None = None
    """Of what this door hands on to, without a worker's help."""


@dataclass(frozen=True)
class Rules:
    body_limit: int
    body_timeout: float
    origins: frozenset[bytes] = frozenset()
    proxies: Sequence[Network] = ()
    https: bool = False


class Shell:
    """The gateway as the server sees it. `limiter` None: no rate limits."""

    def __init__(
        self, inside: App, *, doors: Sequence[Door], rules: Rules, limiter: RateLimiter | None
    ) -> None:
        self._inside = inside
        self._doors = {door.path: door for door in doors}
        self._rules = rules
        self._limiter = limiter
        self._always = (*SECURITY, HTTPS_ONLY) if rules.https else SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._inside(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = clock.monotonic()
        request = Request(
            scope,
            receive,
            body_limit=self._rules.body_limit,
            body_timeout=self._rules.body_timeout,
            proxies=self._rules.proxies,
        )
        door = self._doors.get(request.path)
        with context.bind(correlation_id=request.correlation_id, traceparent=request.traceparent):
            if door is None:
                route, status = await self._pass_inside(request, receive, send)
            else:
                route, status = door.path, await self._serve(door, request, send)
        metrics.request_answered(route=route, method=request.method, status=status)
        if door is not None and request.method == "POST":
            metrics.webhook_answered(door.provider, status=status, seconds=clock.monotonic() - began)

    async def _serve(self, door: Door, request: Request, send: Send) -> int:
        try:
            answer = await self._answer(door, request)
        except ClientGone:
            return 499
        except Exception as error:  # noqa: BLE001 - whatever happened, the caller gets a problem and the log the rest
            answer = failed(error, request=request)
        await self._send(answer, request, send)
        return answer.status

    async def _answer(self, door: Door, request: Request) -> Answer:
        if self._is_preflight(request):
            return Answer(204, headers=_PREFLIGHT)
        await self._limit(door, request)
        handler = door.handlers.get(request.method)
        if handler is None:
            raise problems.method_not_allowed(", ".join(door.handlers))
        answer = await handler(request)
        return answer if door.limit.essential else self._with_limit(answer, door, request)

    async def _limit(self, door: Door, request: Request) -> None:
        if self._limiter is None:
            return
        exceeded = await self._limiter.take(door.limit, route=door.path, caller=request.client)
        if exceeded is not None:
            metrics.rate_limited(door.path)
            raise problems.too_many(exceeded)

    def _with_limit(self, answer: Answer, door: Door, request: Request) -> Answer:
        """Told to those who may act on it; a provider does not."""
        left = self._limiter and self._limiter.left(door.limit, route=door.path, caller=request.client)
        return replace(answer, headers=(*answer.headers, *limits.headers(left))) if left else answer

    async def _send(self, answer: Answer, request: Request, send: Send) -> None:
        headers = [
            (b"content-type", answer.media_type),
            (b"content-length", b"%d" % len(answer.body)),
            *answer.headers,
            *self._unless_given(answer.headers, request),
        ]
        if answer.status == 204:
            del headers[:2]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _unless_given(self, given: Iterable[Header], request: Request) -> Iterator[Header]:
        """Our headers, but for those that the answer has of its own."""
        names = {name for name, _ in given}
        return (header for header in self._common(request) if header[0] not in names)

    def _common(self, request: Request) -> list[Header]:
        headers = [(b"x-correlation-id", request.correlation_id.encode()), *self._always]
        if request.traceparent:
            headers.append((TRACEPARENT, request.traceparent.encode()))
        if self._rules.origins:
            headers.append((b"vary", b"Origin"))
            origin = request.headers.get(b"origin")
            if origin in self._rules.origins:
                headers += ((b"access-control-allow-origin", origin), _EXPOSED)
        return headers

    def _is_preflight(self, request: Request) -> bool:
        return (
            request.method == "OPTIONS"
            and b"access-control-request-method" in request.headers
            and request.headers.get(b"origin") in self._rules.origins
        )

    async def _pass_inside(self, request: Request, receive: Receive, send: Send) -> tuple[str, int]:
        """Let the framework answer, under the same rules."""
        status = 0
        told: tuple[Header, ...] = ()
        arrival = _Arrival(receive)
        seen = self._seen(request)

        async def outward(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message["headers"])
                message["headers"] = [*given, *told, *self._unless_given(given, request)]
            await send(message)

        try:
            if self._is_preflight(request):
                await self._send(Answer(204, headers=_PREFLIGHT), request, send)
                return "preflight", 204
            told = await self._limit_inside(request)
            async with asyncio.timeout(self._rules.body_timeout) as limit:
                seen[TIME_LEFT] = limit
                await self._inside(seen, arrival, outward)
        except Exception as error:  # noqa: BLE001 - as above
            if isinstance(error, TimeoutError) and arrival.waits:
                error = problems.too_slow()
            answer = failed(error, request=request)
            if status == 0:
                await self._send(answer, request, send)
            status = answer.status
        return str(seen.get("path_template") or "unknown"), status

    async def _limit_inside(self, request: Request) -> tuple[Header, ...]:
        """What the answer tells of the limit; refused with 429 beyond it."""
        if self._limiter is None:
            return ()
        count, exceeded = await limits.take(self._limiter, request)
        if exceeded is not None:
            metrics.rate_limited(count.route)
            raise problems.too_many(exceeded)
        left = self._limiter.left(count.limit, route=count.route, caller=count.caller)
        return limits.headers(left) if left else ()

    def _seen(self, request: Request) -> Scope:
        """The scope with the client as we understand it, for all who look there."""
        peer = request.scope.get("client")
        return {**request.scope, "client": (request.client, peer[1] if peer else 0)}


class _Arrival:
    """Hands the body on, and knows whether somebody waits for more of it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._over = False
        self.waits = False

    async def __call__(self) -> Message:
        self.waits = not self._over
        message = await self._receive()
        self.waits = False
        self._over = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def failed(error: Exception, *, request: Request) -> Answer:
    """The answer to a request that went wrong; what we did not foresee goes into the log in full."""
    if isinstance(error, TimeoutError):
        error = problems.try_later("It took too long.", code="timeout")
    elif not isinstance(error, ProductError):
        log.error("request_failed", method=request.method, exc_info=error)
        error = ProductError()
    headers = getattr(error, "headers", {})
    return Answer(
        error.http_status,
        problems.render(error, correlation_id=request.correlation_id),
        problems.MEDIA_TYPE.encode(),
        tuple((name.encode(), value.encode()) for name, value in headers.items()),
    )
