"""The gateway's way to PostgreSQL, which may be away when the gateway starts and at any time after."""

import asyncio
from contextlib import suppress

from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable, Pool, open_pool
from medicalcor.core.log import get_logger

_PAUSE_SECONDS = 0.5
_FIRST_TRY_SECONDS = 5.0

log = get_logger(__name__)


class Database:
    """Opens the pool, and keeps trying when it does not open at once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Pool | None = None
        self._opening: asyncio.Task[None] | None = None

    @property
    def pool(self) -> Pool:
        """`DatabaseUnavailable` until the server has been reached for the first time."""
        if self._pool is None:
            raise DatabaseUnavailable
        return self._pool

    async def open(self) -> None:
        """Return with an open pool, or soon without one. A wrong address or password is an error at once."""
        try:
            async with asyncio.timeout(_FIRST_TRY_SECONDS):
                await self._open()
        except CONNECTION_LOST as reason:
            log.warning("database_away", reason=type(reason).__name__)
            self._opening = asyncio.create_task(self._keep_trying(), name="open the database")

    async def close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            with suppress(asyncio.CancelledError):
                await self._opening
        if self._pool is not None:
            self._pool.terminate()

    async def _open(self) -> None:
        self._pool = await open_pool(
            self._url, role="medicalcor_gateway", minimum=1, maximum=8, name="medicalcor gateway"
        )

    async def _keep_trying(self) -> None:
        while self._pool is None:
            await asyncio.sleep(_PAUSE_SECONDS)
            with suppress(*CONNECTION_LOST):
                await self._open()
        log.info("database_reached")
