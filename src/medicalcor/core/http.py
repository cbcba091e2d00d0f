"""The one door out: every HTTP call to a provider goes through an `Outbound`.

It knows time-outs, retries, the breaker, metrics, logs and the headers that carry correlation on. What an answer
means is each client's business: statuses are handed back, not raised.

The question that matters after a failure is "did it happen?". Until the first byte of the request was written it
surely did not (ProviderUnavailable); after that, without an answer, nobody knows (OutcomeUnknown).
"""

import asyncio
import ipaddress
import json as jsonlib
import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx

from medicalcor.core import clock, context, ids
from medicalcor.core.breaker import Breaker, BreakerOpen, Permit
from medicalcor.core.errors import OutcomeUnknown, ProviderError, ProviderRejected, ProviderUnavailable
from medicalcor.core.log import get_logger
from medicalcor.core.observability import metrics, tracing

CONNECT_SECONDS = 5.0
_WRITING = "send_request_headers.started"
"""The transport's word for the moment after which a request may have arrived."""
_TRANSIENT = frozenset({408, 423, 425, 429, 477})

log = get_logger(__name__)


@dataclass(frozen=True)
class Response:
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The parsed body. Raises ValueError when it is not JSON."""
        return jsonlib.loads(self.body)

    @property
    def retry_after(self) -> float | None:
        """Seconds the provider asked us to wait, if it did."""
        said = self.headers.get("retry-after", "").strip()
        try:
            seconds = float(said)
        except ValueError:
            return _until(said)
        return max(seconds, 0.0) if math.isfinite(seconds) else None


def _until(said: str) -> float | None:
    try:
        return max((parsedate_to_datetime(said) - clock.now()).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


@dataclass(frozen=True)
class Retry:
    """How often, and how long in between."""

    attempts: int = 3
    """In all, the first included."""
    first_pause: float = 0.2
    """Seconds; short, since somebody waits for the answer. Durable work has its own, longer pauses."""
    factor: float = 2.0
    longest: float = 5.0
    """A provider that asks for more than this is left alone: the answer is handed back."""

    def pause(self, attempt: int, *, asked: float | None) -> float | None:
        """Seconds to wait after `attempt` (1 is the first); None: do not try again."""
        if attempt >= self.attempts or (asked or 0.0) > self.longest:
            return None
        planned = min(self.first_pause * self.factor ** (attempt - 1), self.longest)
        return max(planned / 2 + ids.jitter(planned / 2), asked or 0.0)


@cache
def certificates() -> ssl.SSLContext:
    """Whom we trust, read once a process: it takes as long as starting everything else of a client."""
    return httpx.create_ssl_context()


class Outbound:
    """The door to one provider. `retry` holds for calls that may be repeated."""

    def __init__(
        self,
        provider: str,
        *,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        retry: Retry | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self.provider = provider
        self.breaker = breaker or Breaker(provider)
        self._timeout = timeout
        self._retry = retry or Retry()
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers=dict(headers or {}),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30.0),
            verify=certificates(),
            trust_env=not on_this_machine(base_url),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def request(  # noqa: PLR0913 - what a request can carry, each by name
        self,
        method: str,
        path: str,
        *,
        operation: str,
        idempotent: bool,
        json: Any = None,
        form: Mapping[str, str | list[str]] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - of each attempt, which the caller cannot reach
    ) -> Response:
        """Ask. `operation` is a static name for metrics; `timeout` bounds each attempt, trickling answers too.

        `form` goes form-encoded instead of `json`; a list is a field that comes several times.

        A call that is not `idempotent` is repeated only when it surely did not happen.
        Raises ProviderUnavailable or OutcomeUnknown.
        """
        every = {**(headers or {}), **context.outgoing_headers()}
        sent = self._client.build_request(method, path, json=json, data=form, params=params, headers=every)
        limit = timeout or self._timeout
        attempt = 1
        while True:
            outcome = await self._attempt(sent, operation=operation, limit=limit, attempt=attempt)
            pause = self._pause(outcome, attempt=attempt, idempotent=idempotent)
            if pause is None:
                break
            await asyncio.sleep(pause)
            attempt += 1
        if isinstance(outcome, ProviderError):
            raise outcome
        return outcome

    def refused(self, problem: ProviderError) -> ProviderError:
        """What the client made of an answer, remembered when it holds for the whole account."""
        self.breaker.answered(problem.reason)
        return problem

    def _pause(self, outcome: Response | ProviderError, *, attempt: int, idempotent: bool) -> float | None:
        if isinstance(outcome, Response):
            again = idempotent and (outcome.status in _TRANSIENT or outcome.status >= 500)
            return self._retry.pause(attempt, asked=outcome.retry_after) if again else None
        surely_not_done = isinstance(outcome, ProviderUnavailable) and outcome.reason != "breaker_open"
        unknown = isinstance(outcome, OutcomeUnknown)
        return self._retry.pause(attempt, asked=None) if surely_not_done or (unknown and idempotent) else None

    async def _attempt(
        self, sent: httpx.Request, *, operation: str, limit: float, attempt: int
    ) -> Response | ProviderError:
        started = clock.monotonic()
        with tracing.span("outbound", provider=self.provider, operation=operation, attempt=attempt):
            # a span of its own for each attempt, so the header is set again
            sent.headers.update(context.outgoing_headers())
            outcome = await self._guarded(sent, limit=limit)
        seconds = clock.monotonic() - started
        name = _name(outcome)
        metrics.outbound.labels(self.provider, operation, name).inc()
        metrics.outbound_seconds.labels(self.provider, operation).observe(seconds)
        about: dict[str, Any] = {"provider": self.provider, "operation": operation, "outcome": name}
        about |= {
            "attempt": attempt,
            "seconds": round(seconds, 3),
            "status": getattr(outcome, "status", None),
        }
        (log.debug if name == "ok" else log.warning)("outbound_call", **about)
        return outcome

    async def _guarded(self, sent: httpx.Request, *, limit: float) -> Response | ProviderError:
        try:
            with self.breaker.permit() as permit:
                return await self._send(sent, permit=permit, limit=limit)
        except BreakerOpen as closed:
            return ProviderUnavailable(
                f"{self.provider} has failed several times in a row and is left alone for a moment.",
                provider=self.provider,
                reason="breaker_open",
                retry_after=closed.retry_after,
            )

    async def _send(self, sent: httpx.Request, *, permit: Permit, limit: float) -> Response | ProviderError:
        progress = _Progress()
        # a fresh request for each attempt: the transport keeps its marks in `extensions`
        sent.extensions = {
            "trace": progress,
            "timeout": httpx.Timeout(limit, connect=min(CONNECT_SECONDS, limit)).as_dict(),
        }
        try:
            async with asyncio.timeout(limit):
                answer = await self._client.send(sent)
        except (TimeoutError, httpx.TimeoutException):
            permit.failed()
            return self._no_answer(progress, reason="timeout")
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            return ProviderRejected(
                f"The base URL or the key of {self.provider} cannot be used: check its settings.",
                provider=self.provider,
                reason="bad_settings",
            )
        except httpx.DecodingError:
            return self._no_answer(progress, reason="malformed_answer")
        except httpx.TransportError:
            permit.failed()
            return self._no_answer(progress, reason="dropped")
        if answer.status_code >= 500:
            permit.failed()
        elif answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            permit.succeeded()
        if answer.is_success:
            self.breaker.answered(None)
        return Response(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    def _no_answer(self, progress: "_Progress", *, reason: str) -> ProviderError:
        if progress.written:
            return OutcomeUnknown(
                f"{self.provider} gave no usable answer: it may or may not have happened.",
                provider=self.provider,
                reason=reason,
            )
        return ProviderUnavailable(
            f"{self.provider} cannot be reached. Nothing was done.",
            provider=self.provider,
            reason="unreachable",
        )


class _Progress:
    """Listens to the transport: has anything of the request gone out?"""

    def __init__(self) -> None:
        self.written = False

    async def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith(_WRITING):
            self.written = True


def _name(outcome: Response | ProviderError) -> str:
    """The outcome as metrics and logs call it."""
    if isinstance(outcome, ProviderRejected):
        return "refused"
    if isinstance(outcome, ProviderError):
        return {"malformed_answer": "garbled"}.get(outcome.reason, outcome.reason)
    if outcome.ok:
        return "ok"
    if outcome.status == httpx.codes.TOO_MANY_REQUESTS:
        return "busy"
    return "server_error" if outcome.status >= 500 else "refused"


def on_this_machine(base_url: str) -> bool:
    """Whether proxies from the environment are to be passed by."""
    host = httpx.URL(base_url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
