"""How the providers stand, as the workers see them and write it down: the gateway itself asks none, and only hands calls
on to the voice agent's line."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from medicalcor.core import clock
from medicalcor.core.breaker import Breaker
from medicalcor.core.database.pool import Connection, Row

_LATELY = timedelta(seconds=15)
_STANDING = (
    "select integrations from processes where kind = 'worker' and stopped_at is null and last_seen > $1"
)
_WORSE = (None, "closed", "half_open", "open")


async def standing(connection: Connection) -> dict[str, Any]:
    """By provider, as the worker sees it that is worst off."""
    return _worst(await connection.fetch(_STANDING, clock.now() - _LATELY))


def seen_here(breaker: Breaker) -> dict[str, Any]:
    """How something stands that the gateway itself hands on to."""
    return {"configured": True, "breaker": breaker.state, "since": breaker.since, "refusal": breaker.refusal}


def _worst(workers: Sequence[Row]) -> dict[str, Any]:
    worst: dict[str, Any] = {}
    for worker in workers:
        for name, seen in (worker["integrations"] or {}).items():
            known = worst.setdefault(name, seen)
            if _WORSE.index(seen["breaker"]) > _WORSE.index(known["breaker"]):
                worst[name] = {**seen, "refusal": seen["refusal"] or known["refusal"]}
            elif seen["refusal"]:
                worst[name] = {**known, "refusal": seen["refusal"]}
    return worst
