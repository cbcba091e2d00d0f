"""How long a caller may wait for a worker's answer: longer than a request otherwise takes."""

import asyncio
from typing import Any

from litestar import Request

from medicalcor.api.exchange import TIME_LEFT

ANSWER_SECONDS = 25.0
"""Below what proxies and clients commonly wait (30 s)."""
_REST_SECONDS = 5.0


def extend(request: Request[Any, Any, Any]) -> float:
    """Give this request time for an answer that a worker makes; how long to wait for it, in seconds."""
    limit: asyncio.Timeout = request.scope[TIME_LEFT]  # type: ignore[literal-required]  # a key of our own
    limit.reschedule(asyncio.get_running_loop().time() + ANSWER_SECONDS + _REST_SECONDS)
    return ANSWER_SECONDS
