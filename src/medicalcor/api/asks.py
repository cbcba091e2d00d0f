"""Questions that a worker answers while the caller waits: the gateway has neither the means nor the right to.

The question is stored, sealed, with the start of its run; the answer comes back over PostgreSQL's own notices. Asked
again under the same id, a question is answered as it was the first time.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from medicalcor.api import problems
from medicalcor.api.database import Database
from medicalcor.core import clock, context
from medicalcor.core.crypto.vault import Vault, seal, unseal
from medicalcor.core.database.pool import CONNECTION_LOST, Connection, DatabaseUnavailable
from medicalcor.core.database.queries import statements
from medicalcor.core.jobs import ASK, Job
from medicalcor.core.log import get_logger

CHANNEL = "asks"
LOOK_AGAIN_SECONDS = 0.5
"""Without a notice, for one may get lost with its connection."""

SQL = statements("medicalcor.api", "asks.sql")
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the worker said: an HTTP status, and JSON."""

    status: int
    body: bytes


class Asks:
    """Between `start` and `stop`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._waiting: dict[UUID, set[asyncio.Event]] = {}
        self._listener: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._listener = asyncio.create_task(self._listen(), name="asks")

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    async def ask(
        self,
        name: str,
        question: bytes,
        *,
        ask_id: UUID,
        within: float,
        owner: str | None = None,
        job: Job = ASK,
    ) -> Outcome | None:
        """The answer; None when there is none after `within` seconds, and then it can be asked for again by its id.

        `owner` may `find` it later; `job` is ASK_AI where the answer is the AI's. Refused with 503 when the question
        cannot be stored.
        """
        try:
            await self._store(name, question, ask_id=ask_id, owner=owner, job=job)
            return await self._wait(ask_id, deadline=clock.monotonic() + within)
        except _AWAY:
            raise problems.try_later("It could not be stored. Send it again.", code="not_stored") from None

    async def find(self, ask_id: UUID, *, owner: str, family: str) -> tuple[str, Outcome | None] | None:
        """Name and outcome, if any, of a question of this owner's whose name begins with `family`."""
        try:
            async with self._database.pool.acquire() as connection:
                name = await connection.fetchval(SQL["asked_by"], ask_id, owner)
            if name is None or not name.startswith(family):
                return None
            return name, await self._look(ask_id)
        except _AWAY:
            raise problems.try_later("It cannot be looked up now.", code="database_unavailable") from None

    async def _store(self, name: str, question: bytes, *, ask_id: UUID, owner: str | None, job: Job) -> None:
        now = clock.now()
        async with self._database.pool.acquire() as connection:
            key = await self._vault.day_key(connection, now.date())
            await connection.execute(
                SQL["ask"],
                ask_id,
                name,
                now.date(),
                seal(key, question, ask_id.bytes),
                context.correlation_id() or str(ask_id),
                context.traceparent(),
                now,
                job.name,
                job.queue,
                owner,
            )

    async def _wait(self, ask_id: UUID, *, deadline: float) -> Outcome | None:
        told = asyncio.Event()
        self._waiting.setdefault(ask_id, set()).add(told)
        try:
            while True:
                told.clear()
                found = await self._look(ask_id)
                left = deadline - clock.monotonic()
                if found is not None or left <= 0:
                    return found
                with suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), min(left, LOOK_AGAIN_SECONDS))
        finally:
            self._forget(ask_id, told)

    def _forget(self, ask_id: UUID, told: asyncio.Event) -> None:
        waiting = self._waiting[ask_id]
        waiting.discard(told)
        if not waiting:
            del self._waiting[ask_id]

    async def _look(self, ask_id: UUID) -> Outcome | None:
        async with self._database.pool.acquire() as connection:
            row = await connection.fetchrow(SQL["outcome"], ask_id)
            if row is None or row["outcome"] is None:
                return None
            key = await self._vault.day_key(connection, row["key_day"])
        return Outcome(row["status"], unseal(key, row["outcome"], ask_id.bytes))

    async def _listen(self) -> None:
        """Hold one connection for notices; without it waiting callers look for themselves, now and then."""
        told = False
        while True:
            try:
                async with self._database.pool.acquire() as connection:
                    told = False
                    await self._hear(connection)
            except _AWAY as reason:
                if not told:
                    log.warning("asks_not_heard", reason=type(reason).__name__)
                told = True
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _hear(self, connection: Connection) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(CHANNEL, self._tell)
        try:
            await lost.wait()
        finally:
            if not connection.is_closed():
                await connection.remove_listener(CHANNEL, self._tell)

    def _tell(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        for told in self._waiting.get(UUID(payload), ()):
            told.set()
