"""Webhooks to the gateway, delivered as the providers deliver them: again and again until it answers 200."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus

from medicalcor.sandbox.faults import FaultBook
from medicalcor.sandbox.poster import FAILURES, Poster

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
AT_ONCE = 32
"""Deliveries under way together; the rest wait their turn."""


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    body: bytes
    headers: dict[str, str]
    sign: Callable[[], dict[str, str]] | None = None
    """Further headers, made anew for each attempt: signatures that have the time in them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One webhook of a course: when it is due, and what happens once it has been taken."""

    after: float
    """Seconds after the step before."""
    make: Callable[[], Webhook]
    """Called when it is due, so that it carries that moment's time."""
    taken: Callable[[], None]


class Sender:
    """A course is the webhooks that follow from one thing, such as sent, delivered and read of one message."""

    def __init__(self, *, faults: FaultBook, first_pause: float = FIRST_PAUSE) -> None:
        self._faults = faults
        self._first_pause = first_pause
        self._poster = Poster()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._courses: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        return len(self._courses)

    def send(self, provider: str, *, course: list[Step]) -> None:
        times = 2 if self._faults.for_webhook(provider, kind="duplicate_webhooks") else 1
        if len(course) > 1 and self._faults.for_webhook(provider, kind="reorder_webhooks"):
            backwards = reversed(course)
            course = [
                Step(after=at.after, make=what.make, taken=what.taken)
                for at, what in zip(course, backwards, strict=True)
            ]
        self.begin(self._run(course, times=times))

    def begin(self, course: Coroutine[None, None, None]) -> None:
        """Let it run, until it ends or all is forgotten."""
        task = asyncio.get_running_loop().create_task(course)
        self._courses.add(task)
        task.add_done_callback(self._courses.discard)

    def ordered(self, provider: str, *, kind: str) -> bool:
        """Whether this fault was ordered for the webhooks that follow; it is used up."""
        return self._faults.for_webhook(provider, kind=kind)

    async def ask(self, webhook: Webhook, *, timeout: float) -> tuple[int, bytes] | None:  # noqa: ASYNC109 - as the poster's
        """Deliver once, for a provider that wants an answer and never repeats. None: no answer came in time."""
        async with self._places:
            try:
                return await self._poster.ask(
                    webhook.url, body=webhook.body, headers=webhook.headers, timeout=timeout
                )
            except FAILURES:
                return None

    async def _run(self, course: list[Step], *, times: int) -> None:
        for step in course:
            await asyncio.sleep(step.after)
            webhook = step.make()
            for _ in range(times):
                await self._deliver(webhook)
            step.taken()

    async def _deliver(self, webhook: Webhook) -> None:
        pause = self._first_pause
        while not await self._taken(webhook):
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _taken(self, webhook: Webhook) -> bool:
        async with self._places:
            headers = {**webhook.headers, **webhook.sign()} if webhook.sign else webhook.headers
            try:
                status = await self._poster.post(webhook.url, body=webhook.body, headers=headers)
            except FAILURES:
                return False  # the gateway is down or slow: like the providers, try again later
            return status == HTTPStatus.OK

    async def forget(self) -> None:
        """Give up whatever is in flight."""
        courses = list(self._courses)
        for task in courses:
            task.cancel()
        await asyncio.gather(*courses, return_exceptions=True)

    async def close(self) -> None:
        await self.forget()
        await self._poster.close()
