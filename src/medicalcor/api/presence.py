"""The gateway's line in `processes`: while it is fresh, others may take it that webhooks are being received."""

import asyncio
import os
import socket
from contextlib import suppress

from medicalcor.api.database import Database
from medicalcor.core import clock, ids
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable
from medicalcor.core.log import get_logger

BEAT_SECONDS = 2.0

_SEEN = (
    "insert into processes (id, kind, host, pid, started_at, last_seen) values ($1, 'gateway', $2, $3, $4, $5)"
    " on conflict (id) do update set last_seen = excluded.last_seen"
)
_STOPPED = "update processes set stopped_at = $2 where id = $1"
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)

log = get_logger(__name__)


class Presence:
    """Says every two seconds that this gateway is there, whenever the database can be told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id = f"gateway-{ids.new_id()}"
        self._started_at = clock.now()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._beat(), name="presence")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        try:
            await self._database.pool.execute(_STOPPED, self._id, clock.now(), timeout=BEAT_SECONDS)
        except _AWAY as reason:
            log.warning("presence_not_ended", reason=type(reason).__name__)

    async def _beat(self) -> None:
        told = True
        while True:
            try:
                await self._say()
            except _AWAY as reason:
                if told:
                    log.warning("presence_not_told", reason=type(reason).__name__)
                told = False
            else:
                told = True
            await asyncio.sleep(BEAT_SECONDS)

    async def _say(self) -> None:
        await self._database.pool.execute(
            _SEEN,
            self._id,
            socket.gethostname(),
            os.getpid(),
            self._started_at,
            clock.now(),
            timeout=BEAT_SECONDS,
        )
