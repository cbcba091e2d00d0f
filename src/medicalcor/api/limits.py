"""How much each client may ask for: one table.

A client is an API key where one is presented, else an address. A key that is presented has not been checked yet, so
its address is counted beside it: inventing keys gains nothing.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from medicalcor.api.exchange import Request
from medicalcor.core.ratelimit import Exceeded, Left, Limit, RateLimiter

READS = Limit(300)
WRITES = Limit(100)
AI = Limit(300, seconds=60)
"""Each of these costs money."""
KEYS_AN_ADDRESS = 4
"""So many clients with keys of their own may share an address at full speed."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Count:
    """Something to count a request by."""

    route: str
    caller: str
    limit: Limit


def counts(request: Request) -> Iterator[Count]:
    """What a request to the API counts by; the client's own first."""
    route, limit = _class_of(request)
    key = _key_of(request)
    if key is None:
        yield Count(route, request.client, limit)
        return
    yield Count(route, f"key:{key}", limit)
    yield Count(f"{route}-address", request.client, Limit(limit.amount * KEYS_AN_ADDRESS, limit.seconds))


def headers(left: Left) -> tuple[tuple[bytes, bytes], ...]:
    """What a successful answer tells of the limit."""
    return (
        (b"ratelimit-limit", b"%d" % left.limit.amount),
        (b"ratelimit-remaining", b"%d" % left.remaining),
        (b"ratelimit-reset", b"%d" % left.seconds),
    )


async def take(limiter: RateLimiter, request: Request) -> tuple[Count, Exceeded | None]:
    """One permit of each count; which was refused, else the client's own."""
    every = tuple(counts(request))
    for count in every:
        exceeded = await limiter.take(count.limit, route=count.route, caller=count.caller)
        if exceeded is not None:
            return count, exceeded
    return every[0], None


def _class_of(request: Request) -> tuple[str, Limit]:
    if request.method in _READING:
        return "read", READS
    return ("ai", AI) if request.path.startswith("/ai/") else ("write", WRITES)


def _key_of(request: Request) -> str | None:
    """A digest: the key itself goes into no store."""
    given = request.headers.get(b"authorization") or request.headers.get(b"x-api-key")
    return hashlib.sha256(given).hexdigest()[:32] if given else None
