"""Sending mail by SMTP: one mail a connection, asked once."""

import asyncio
import smtplib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from medicalcor.core import clock
from medicalcor.core.breaker import Breaker, BreakerOpen, Permit
from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.log import get_logger
from medicalcor.core.observability import metrics, tracing
from medicalcor.integrations.email.composing import Letter, address_of, composed, message_id
from medicalcor.integrations.email.dialogue import Dialogue, MailServer
from medicalcor.integrations.email.mapping import (
    PROVIDER,
    NoEncryption,
    code_of,
    error_of,
    unavailable,
    unknown,
)

AT_ONCE = 4
"""Conversations at a time. The threads are the client's own: a server that hangs holds up nobody else's."""
_OPERATION = "send"

log = get_logger(__name__)


class EmailClient:
    """`sender` is what recipients see: `Clinica Zâmbet <office@clinic.example>`.

    `timeout` bounds each mail, from the first byte to the last answer.
    """

    def __init__(self, smtp_url: str | None, *, sender: str | None, timeout: float = 20.0) -> None:
        self._server = MailServer.at(smtp_url) if smtp_url else None
        self._sender = sender or ""
        self._timeout = timeout
        self.breaker = Breaker(PROVIDER)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="smtp")

    @property
    def on(self) -> bool:
        return self._server is not None and bool(self._sender)

    async def aclose(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, letter: Letter, *, tracker: str) -> str:
        """Hand the mail over. Answers its `Message-ID`, which is made from `tracker`, the effect's id.

        Raises ProviderError; OutcomeUnknown when the answer to the whole mail got lost.
        """
        if self._server is None or not self._sender:
            raise ProviderOff(
                "E-mail is off: set SMTP_URL and EMAIL_FROM.", provider=PROVIDER, reason="not_configured"
            )
        content = composed(letter, sender=self._sender, tracker=tracker, at=clock.now())
        started = clock.monotonic()
        with tracing.span("outbound", provider=PROVIDER, operation=_OPERATION):
            problem = await self._guarded(self._server, content, recipient=address_of(letter.to))
        _tell(problem, seconds=clock.monotonic() - started)
        self.breaker.answered(problem.reason if problem else None)
        if problem is not None:
            raise problem
        return message_id(tracker, sender=self._sender)

    async def _guarded(self, server: MailServer, content: bytes, *, recipient: str) -> ProviderError | None:
        try:
            with self.breaker.permit() as permit:
                return await self._deliver(server, content, recipient=recipient, permit=permit)
        except BreakerOpen as closed:
            return ProviderUnavailable(
                "The mail server has failed several times in a row and is left alone for a moment.",
                provider=PROVIDER,
                reason="breaker_open",
                retry_after=closed.retry_after,
            )

    async def _deliver(
        self, server: MailServer, content: bytes, *, recipient: str, permit: Permit
    ) -> ProviderError | None:
        # the socket's own patience is longer: the limit of the whole is what ends a conversation
        dialogue = Dialogue(server, timeout=self._timeout + 1)
        sender = address_of(self._sender)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(
            self._threads, lambda: dialogue.deliver(content, sender=sender, recipient=recipient)
        )
        try:
            async with asyncio.timeout(self._timeout):
                await work
        except TimeoutError:
            dialogue.abort()
            permit.failed()
            return unknown("timeout") if dialogue.handed_over else unavailable("timeout")
        except asyncio.CancelledError:
            dialogue.abort()
            raise
        except (smtplib.SMTPException, OSError, NoEncryption) as problem:
            if code_of(problem) is None:
                permit.failed()
            else:
                permit.succeeded()
            return error_of(problem, handed_over=dialogue.handed_over)
        permit.succeeded()
        return None


def _tell(problem: ProviderError | None, *, seconds: float) -> None:
    name = _name(problem)
    metrics.outbound.labels(PROVIDER, _OPERATION, name).inc()
    metrics.outbound_seconds.labels(PROVIDER, _OPERATION).observe(seconds)
    about: dict[str, Any] = {"provider": PROVIDER, "operation": _OPERATION, "outcome": name}
    about |= {"seconds": round(seconds, 3), "status": problem.status if problem else None}
    (log.debug if problem is None else log.warning)("outbound_call", **about)


def _name(problem: ProviderError | None) -> str:
    if problem is None:
        return "ok"
    if isinstance(problem, ProviderRejected):
        return "refused"
    if isinstance(problem, OutcomeUnknown):
        return problem.reason
    return {"deferred": "busy"}.get(problem.reason, problem.reason)
