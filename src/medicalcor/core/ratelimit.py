"""Rate limits, counted in memory or in Redis, where all processes share them.

Counting is atomic and in fixed windows. To keep it off the hot path a process takes a few permits of a generous
limit at a time and spends them without asking again: a fiftieth of the limit, so that few are left unspent.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from medicalcor.core import clock
from medicalcor.core.log import get_logger

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

_LEASES_A_WINDOW = 50
_SHORTEST_LEASE = 0.1
_CALLERS_REMEMBERED = 10_000
_REDIS_SECONDS = 0.25
_REDIS_REST_SECONDS = 5.0

log = get_logger(__name__)


@dataclass(frozen=True)
class Limit:
    """`amount` requests in `seconds`, for each caller."""

    amount: int
    seconds: int = 1
    essential: bool = False
    """While Redis is away, essential routes pass uncounted; others are counted by each process alone."""


@dataclass(frozen=True)
class Exceeded:
    """Too many; more in `retry_after` seconds."""

    limit: Limit
    retry_after: int


@dataclass(frozen=True, slots=True)
class Left:
    """What a client may still ask for, in the `seconds` until the window ends."""

    limit: Limit
    remaining: int
    seconds: int


@dataclass
class _Lease:
    left: int = 0
    beyond: int = 0
    """Permits of the window that nobody had taken when these were."""
    until: float = 0.0
    refused: bool = False
    refill: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimiter:
    """Counts by route and caller."""

    def __init__(self, redis_url: str | None) -> None:
        self._local = MemoryStorage()
        self._redis = None if redis_url is None else _connections(redis_url)
        self._shared: RedisStorage | None = None
        if self._redis is not None:
            self._shared = RedisStorage(
                f"async+{redis_url}",
                wrap_exceptions=True,
                implementation="redispy",
                connection_pool=self._redis,  # type: ignore[arg-type]  # documented; its annotation knows scalars only
            )
        self._resting_until = 0.0
        self._leases: OrderedDict[tuple[str, str], _Lease] = OrderedDict()

    async def take(self, limit: Limit, *, route: str, caller: str) -> Exceeded | None:
        """One permit; None when there was one."""
        lease = self._leases.get((route, caller))
        if lease is None:
            lease = self._remember(route, caller)
        if lease.left and clock.monotonic() < lease.until:
            lease.left -= 1
            return None
        async with lease.refill:
            if clock.monotonic() >= lease.until or not (lease.left or lease.refused):
                await self._renew(lease, limit, key=(route, caller))
            if lease.left:
                lease.left -= 1
                return None
        return Exceeded(limit, max(1, ceil(lease.until - clock.monotonic())))

    def left(self, limit: Limit, *, route: str, caller: str) -> Left | None:
        """As this process knows it: told without asking anybody. None for who has taken nothing yet."""
        lease = self._leases.get((route, caller))
        if lease is None:
            return None
        seconds = max(0, ceil(lease.until - clock.monotonic()))
        return Left(limit, min(limit.amount, lease.left + lease.beyond), seconds)

    async def close(self) -> None:
        """Let go of Redis. Counts in memory need nothing."""
        if self._redis is not None:
            await self._redis.aclose()

    @property
    def shared(self) -> bool:
        """Whether the counts are in Redis, where other processes see them."""
        return self._shared is not None

    async def reachable(self) -> bool:
        """Whether the shared counts can be reached; true when they are in memory."""
        if self._shared is None:
            return True
        try:
            return await self._shared.check()
        except StorageError:
            return False

    def _remember(self, route: str, caller: str) -> _Lease:
        lease = self._leases[route, caller] = _Lease()
        if len(self._leases) > _CALLERS_REMEMBERED:
            self._leases.popitem(last=False)
        return lease

    async def _renew(self, lease: _Lease, limit: Limit, *, key: tuple[str, str]) -> None:
        if self._shared is not None and clock.monotonic() >= self._resting_until:
            try:
                await self._ask(self._shared, lease, limit, key=key)
            except StorageError as wrapped:
                self._rest(wrapped.storage_error)
            else:
                self._back()
                return
        if self._shared is not None and limit.essential:
            lease.left, lease.beyond, lease.refused = limit.amount, 0, False
            lease.until = clock.monotonic() + limit.seconds
            return
        await self._ask(self._local, lease, limit, key=key)

    async def _ask(self, storage: Storage, lease: _Lease, limit: Limit, *, key: tuple[str, str]) -> None:
        counter = FixedWindowRateLimiter(storage)
        item = RateLimitItemPerSecond(limit.amount, limit.seconds)
        permits = max(1, limit.amount // _LEASES_A_WINDOW)
        granted = await counter.hit(item, *key, cost=permits)
        reset, beyond = await counter.get_window_stats(item, *key)
        # Redis rounds what is left of a window to seconds: a lease must not be over before it is spent
        left = min(max(reset - clock.now().timestamp(), _SHORTEST_LEASE * limit.seconds), limit.seconds)
        lease.left, lease.refused = (permits, False) if granted else (0, True)
        lease.beyond = max(0, beyond)
        lease.until = clock.monotonic() + left

    def _rest(self, reason: BaseException) -> None:
        if not self._resting_until:
            log.warning("rate_limits_without_redis", reason=type(reason).__name__)
        self._resting_until = clock.monotonic() + _REDIS_REST_SECONDS

    def _back(self) -> None:
        if self._resting_until:
            log.info("rate_limits_on_redis_again")
        self._resting_until = 0.0


def _connections(url: str) -> "ConnectionPool":
    """Quick to give up: a limit is not worth a long wait."""
    # loaded only where Redis is used: a gateway without it starts sooner
    from redis.asyncio import ConnectionPool  # noqa: PLC0415 - as said above
    from redis.asyncio.retry import Retry  # noqa: PLC0415 - as said above
    from redis.backoff import NoBackoff  # noqa: PLC0415 - as said above

    return ConnectionPool.from_url(
        url,
        socket_timeout=_REDIS_SECONDS,
        socket_connect_timeout=_REDIS_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
