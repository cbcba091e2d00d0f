"""Group commit: what arrives while one commit is running goes together into the next.

One statement stores a whole batch, each item once, and starts the work of the new ones. A webhook is answered
only after the commit that holds all its items.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from medicalcor.api import metrics, problems
from medicalcor.api.database import Database
from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import Vault, seal
from medicalcor.core.database.pool import (
    CONNECTION_LOST,
    RETRY_TRANSACTION,
    Connection,
    DatabaseUnavailable,
)
from medicalcor.core.database.queries import statements
from medicalcor.core.jobs import INBOX, STATUSES_EVERY_MS
from medicalcor.core.log import get_logger

BATCH_ROWS = 512
"""A batch takes deliveries until it has this many rows; a larger delivery goes whole."""
WAITING_ROWS = 20_000
"""More than this many rows waiting: the database does not keep up, and further deliveries are put off."""
PATIENCE_SECONDS = 4.0
"""How long a delivery waits for a database that is away; 360dialog waits 5 seconds."""
_PAUSE_SECONDS = 0.1
_CONNECT_SECONDS = 1.0
_PROVIDER = 1
"""Which column of a batch names the provider."""

_WORKS = (
    [provider for provider, _ in INBOX],
    [kind for _, kind in INBOX],
    [job.name for job in INBOX.values()],
    [job.queue for job in INBOX.values()],
    [job.together for job in INBOX.values()],
)
"""What new rows start, in the statement's columns."""
_TAKE_IN = statements("medicalcor.api.webhooks", "intake.sql")["take_in"]
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)

log = get_logger(__name__)


class Row(NamedTuple):
    event_key: str
    kind: str
    partition_key: str
    body: bytes
    reason: str | None = None
    """Why it could not be read, for staff."""


class Delivery(NamedTuple):
    """The rows of one request: stored all together or not at all."""

    provider: str
    rows: Sequence[Row]
    correlation_id: str
    traceparent: str | None
    since: float
    stored: asyncio.Future[None]


class Intake:
    """Takes deliveries in between `start` and `stop`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._waiting: list[Delivery] = []
        self._waiting_rows = 0
        self._arrived = asyncio.Event()
        self._last_id = UUID(int=0)
        self._away = False
        self._task: asyncio.Task[None] | None = None

    async def store(
        self, rows: Sequence[Row], *, provider: str, correlation_id: str, traceparent: str | None
    ) -> None:
        """Return once `rows` are committed; refused with 503 when they cannot be."""
        if self._waiting_rows > WAITING_ROWS:
            raise problems.try_later("Too much is waiting to be stored.", code="overloaded")
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(Delivery(provider, rows, correlation_id, traceparent, clock.monotonic(), stored))
        self._waiting_rows += len(rows)
        self._arrived.set()
        await stored

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="intake")

    async def stop(self) -> None:
        """After the last request has been answered."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                async with self._database.pool.acquire(timeout=_CONNECT_SECONDS) as connection:
                    await self._serve(connection)
            except _AWAY as reason:
                if not self._away:
                    log.warning("intake_waits_for_the_database", reason=type(reason).__name__)
                self._away = True
                self._give_up_on_the_late()
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _serve(self, connection: Connection) -> None:
        """Batch after batch on one connection, for as long as it lasts."""
        while True:
            await self._arrived.wait()
            batch = self._take()
            try:
                await self._commit(connection, batch)
            except RETRY_TRANSACTION:
                self._put_back(batch)
            except _AWAY:
                self._put_back(batch)
                connection.terminate()
                raise
            except Exception:  # whatever it is, the intake goes on with the next
                log.exception("batch_not_stored", deliveries=len(batch))
                await self._commit_apart(connection, batch)

    def _take(self) -> list[Delivery]:
        rows = count = 0
        for delivery in self._waiting:
            if rows >= BATCH_ROWS:
                break
            rows += len(delivery.rows)
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        self._waiting_rows -= rows
        if not self._waiting:
            self._arrived.clear()
        return batch

    def _put_back(self, batch: list[Delivery]) -> None:
        self._waiting[:0] = batch
        self._waiting_rows += sum(len(delivery.rows) for delivery in batch)
        self._arrived.set()

    async def _commit(self, connection: Connection, batch: list[Delivery]) -> None:
        began = clock.monotonic()
        columns = await self._columns(connection, batch)
        new = await connection.fetch(
            _TAKE_IN, *columns, *_WORKS, _end_of_slot(columns[-1]), timeout=PATIENCE_SECONDS
        )
        for delivery in batch:
            if not delivery.stored.done():
                delivery.stored.set_result(None)
        if self._away:
            self._away = False
            log.info("intake_reached_the_database")
        metrics.batch_stored(
            given=columns[_PROVIDER],
            new={(row["provider"], row["kind"]): row["rows"] for row in new},
            rows=len(columns[0]),
            seconds=clock.monotonic() - began,
        )

    async def _columns(self, connection: Connection, batch: list[Delivery]) -> tuple[Any, ...]:
        """The batch as the statement takes it: a list a column, bodies sealed for their place."""
        now = clock.now()
        key = await self._vault.day_key(connection, now.date())
        rows = []
        for provider, items, correlation_id, traceparent, _, _ in batch:
            for event_key, kind, partition_key, body, reason in items:
                row_id = self._next_id()
                sealed = seal(key, body, row_id.bytes)
                rows.append(
                    (
                        row_id,
                        provider,
                        event_key,
                        kind,
                        partition_key,
                        sealed,
                        correlation_id,
                        traceparent,
                        reason,
                    )
                )
        return (*map(list, zip(*rows, strict=True)), now.date(), now)

    def _next_id(self) -> UUID:
        """Later than the one before, even within a millisecond: ids are the order of a conversation."""
        self._last_id = max(ids.new_id(), UUID(int=self._last_id.int + 1))
        return self._last_id

    async def _commit_apart(self, connection: Connection, batch: list[Delivery]) -> None:
        """One delivery at a time, so that one that cannot be stored takes no other with it."""
        for count, delivery in enumerate(batch):
            try:
                await self._commit(connection, [delivery])
            except _AWAY:
                self._put_back(batch[count:])
                connection.terminate()
                raise
            except Exception:  # as above
                log.exception("delivery_not_stored", delivery=delivery.correlation_id)
                self._refuse(delivery)

    def _give_up_on_the_late(self) -> None:
        oldest = clock.monotonic() - PATIENCE_SECONDS
        late = [delivery for delivery in self._waiting if delivery.since < oldest]
        self._waiting = self._waiting[len(late) :]
        self._waiting_rows -= sum(len(delivery.rows) for delivery in late)
        if not self._waiting:
            self._arrived.clear()
        for delivery in late:
            self._refuse(delivery)

    def _refuse(self, delivery: Delivery) -> None:
        if not delivery.stored.done():
            delivery.stored.set_exception(
                problems.try_later("It could not be stored. Send it again.", code="not_stored")
            )


def _end_of_slot(now: datetime) -> int:
    """The end of the half second that `now` is in, in milliseconds: what shares a run."""
    return (int(now.timestamp() * 1000) // STATUSES_EVERY_MS + 1) * STATUSES_EVERY_MS
