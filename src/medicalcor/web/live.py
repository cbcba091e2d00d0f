"""Live updates: one task a process reads the log's tail while anybody watches, and tells them all.

A notice says that something about a person changed, never what; pages then ask for the parts that show it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from medicalcor.core.database.pool import CONNECTION_LOST, Pool
from medicalcor.core.log import get_logger
from medicalcor.readmodels import changes

EVERY_SECONDS = 0.25
HEARTBEAT_SECONDS = 15.0
_FAR_BEHIND = 5_000
"""A page that missed more than this is told to ask for everything again."""
_SLOW_READER = 200

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """About whom something happened, up to `position`. None stands for everybody."""

    position: int
    subjects: frozenset[UUID] | None


class Stream:
    """The log's tail, for everyone who watches in this process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._watchers: set[asyncio.Queue[Changed | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._position = 0
        self._starting = asyncio.Lock()

    async def watch(self, *, after: int) -> AsyncIterator[Changed | None]:
        """Everything after `after`, without gaps; None now and then, to show that the line is alive."""
        queue: asyncio.Queue[Changed | None] = asyncio.Queue(_SLOW_READER)
        position = after
        await self._join(queue)
        try:
            async for change in self._missed(after):
                position = change.position
                yield change
            while True:
                try:
                    change_now = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    if not self._running():
                        return
                    yield None
                    continue
                if change_now is None:
                    return
                if change_now.position > position:
                    position = change_now.position
                    yield change_now
        finally:
            self._leave(queue)

    def close(self) -> None:
        """End every watcher's stream."""
        for queue in self._watchers:
            _put(queue, None)

    async def _join(self, queue: asyncio.Queue[Changed | None]) -> None:
        async with self._starting:
            if not self._running():
                async with self._pool.acquire() as connection:
                    self._position = await changes.last_settled(connection)
                self._task = asyncio.create_task(self._tail(), name="live-updates")
            self._watchers.add(queue)

    def _running(self) -> bool:
        return self._task is not None and not self._task.done()

    def _leave(self, queue: asyncio.Queue[Changed | None]) -> None:
        self._watchers.discard(queue)
        if not self._watchers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _missed(self, after: int) -> AsyncIterator[Changed]:
        """What happened between `after` and where the common reader is."""
        upto = self._position
        if upto - after > _FAR_BEHIND:
            yield Changed(upto, None)
            return
        while after < upto:
            async with self._pool.acquire() as connection:
                notices = await changes.settled(connection, after=after)
            if not notices:
                return
            after = notices[-1].position
            yield _gathered(notices)

    async def _tail(self) -> None:
        while True:
            try:
                await self._step()
            except CONNECTION_LOST:
                log.warning("live_updates_wait_for_database")
                await asyncio.sleep(1)
            await asyncio.sleep(EVERY_SECONDS)

    async def _step(self) -> None:
        async with self._pool.acquire() as connection:
            notices = await changes.settled(connection, after=self._position)
        if not notices:
            return
        self._position = notices[-1].position
        for queue in tuple(self._watchers):
            _put(queue, _gathered(notices))


def _gathered(notices: list[changes.Notice]) -> Changed:
    subjects = frozenset(notice.subject_id for notice in notices if notice.subject_id is not None)
    return Changed(notices[-1].position, subjects)


def _put(queue: asyncio.Queue[Changed | None], change: Changed | None) -> None:
    """A reader too slow to keep up is let go; its browser comes back with the last position it saw."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        change = None
    queue.put_nowait(change)
