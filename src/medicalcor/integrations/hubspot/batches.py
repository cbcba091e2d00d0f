"""Contacts written together: HubSpot takes a hundred in one call, and counts calls.

What is asked for while one request is under way goes with the next. Nobody waits for company: the first goes alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from medicalcor.core import context
from medicalcor.core.errors import ProviderRejected

MOST = 100
_OF_ONE = frozenset({"validation", "conflict"})
"""Reasons for which one contact of a batch may be refused; any other is the whole batch's."""


@dataclass(frozen=True)
class Contact:
    person_id: UUID
    properties: Mapping[str, str] = field(repr=False)


Outcome = str | Exception
"""HubSpot's id of a contact, or why it was not written."""
Write = Callable[[Sequence[Contact]], Awaitable[Sequence[Outcome]]]
"""Writes a batch, in which each person is once; answers in its order. Raises ProviderError for the whole."""


@dataclass(eq=False)
class _Asked:
    contact: Contact
    written: asyncio.Future[str]
    correlation_id: str | None
    traceparent: str | None


class Batches:
    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[_Asked] = []
        self._running: asyncio.Task[None] | None = None

    async def add(self, contact: Contact) -> str:
        """Answers HubSpot's id once it is written. Raises ProviderError."""
        written: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked(contact, written, context.correlation_id(), context.traceparent()))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="hubspot contacts")
        return await written

    async def _run(self) -> None:
        while self._waiting:
            batch = self._take()
            # a call can follow from one request only: it is the first's
            with context.bind(correlation_id=batch[0].correlation_id, traceparent=batch[0].traceparent):
                outcomes = await self._outcomes([asked.contact for asked in batch])
            for asked, outcome in zip(batch, outcomes, strict=True):
                if asked.written.done():
                    continue  # whoever asked has gone
                if isinstance(outcome, str):
                    asked.written.set_result(outcome)
                else:
                    asked.written.set_exception(outcome)

    def _take(self) -> list[_Asked]:
        """The next batch; somebody who is in it twice is written twice, one after the other."""
        batch: dict[UUID, _Asked] = {}
        for asked in self._waiting[:MOST]:
            batch.setdefault(asked.contact.person_id, asked)
        taken = list(batch.values())
        self._waiting = [asked for asked in self._waiting if asked not in taken]
        return taken

    async def _outcomes(self, contacts: Sequence[Contact]) -> Sequence[Outcome]:
        try:
            return await self._write(contacts)
        except ProviderRejected as refused:
            if len(contacts) == 1 or refused.reason not in _OF_ONE:
                return [refused] * len(contacts)
        except Exception as problem:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            return [problem] * len(contacts)
        # one that cannot be written must not take the others with it
        return [outcome for one in contacts for outcome in await self._outcomes([one])]
