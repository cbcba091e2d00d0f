"""Whether the gateway is there, and whether it can do its work."""

import asyncio
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from medicalcor.api.database import Database
from medicalcor.api.described import Described, Gives, described
from medicalcor.api.standing import seen_here, standing
from medicalcor.api.version import VERSION
from medicalcor.core import clock
from medicalcor.core.database import migrate
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable
from medicalcor.core.ratelimit import RateLimiter
from medicalcor.schemas.api import Alive, Health, Ready

_PATIENCE_SECONDS = 2.0
_OK = "ok"


@get("/health", opt=described(Described("Version and uptime", {200: Gives("It is there", Health)})))
async def health(state: State) -> dict[str, Any]:
    return {
        "status": _OK,
        "version": VERSION,
        "uptime_seconds": round(clock.monotonic() - state.started, 3),
    }


@get("/live", opt=described(Described("The process answers", {200: Gives("It does", Alive)})))
async def live() -> dict[str, str]:
    return {"status": _OK}


@get(
    "/ready",
    opt=described(
        Described(
            "Webhooks can be stored; 503 names the check that fails. How providers stand is told, and fails none",
            {200: Gives("Everything can be reached", Ready), 503: Gives("Something cannot", Ready)},
        )
    ),
)
async def ready(state: State) -> Response[dict[str, Any]]:
    checks, integrations = await _database_checks(state.database)
    if state.limiter is not None and state.limiter.shared:
        checks["redis"] = await _redis_check(state.limiter)
    for breaker in state.breakers:
        integrations[breaker.name] = seen_here(breaker)
    failing = [name for name, verdict in checks.items() if verdict != _OK]
    status = "ready" if not failing else f"not ready: {', '.join(failing)}"
    found = {"status": status, "checks": checks, "integrations": integrations}
    return Response(found, status_code=503 if failing else 200)


async def _database_checks(database: Database) -> tuple[dict[str, str], dict[str, Any]]:
    """The checks, and how the providers stand: a provider that is down makes no gateway unready."""
    integrations: dict[str, Any] = {}
    try:
        async with (
            asyncio.timeout(_PATIENCE_SECONDS),
            database.pool.acquire(timeout=_PATIENCE_SECONDS) as connection,
        ):
            missing = await migrate.pending(connection)
            if not missing:
                integrations = await standing(connection)
            engine = await connection.fetchval("select to_regnamespace('dbos') is not null")
    except (*CONNECTION_LOST, DatabaseUnavailable):
        return {"postgresql": "cannot be reached"}, {}
    except migrate.MigrationChanged as changed:
        return {"postgresql": _OK, "migrations": changed.message}, {}
    if not engine:
        missing.append("workflow engine")
    lacking = f"missing: {', '.join(missing)}; run `medicalcor migrate`"
    return {"postgresql": _OK, "migrations": lacking if missing else _OK}, integrations


async def _redis_check(limiter: RateLimiter) -> str:
    return _OK if await limiter.reachable() else "cannot be reached"
