"""Prometheus reads here."""

import asyncio

from litestar import Response, get
from litestar.datastructures import State

from medicalcor.api.database import Database
from medicalcor.api.described import Described, Gives, described
from medicalcor.api.metrics import providers_stand
from medicalcor.api.standing import standing
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable
from medicalcor.core.log import get_logger
from medicalcor.core.observability import metrics

_PATIENCE_SECONDS = 1.0

log = get_logger(__name__)


@get(
    "/metrics",
    media_type="text/plain",
    opt=described(Described("Figures for Prometheus", {200: Gives("All of them", media_type="text/plain")})),
)
async def figures(state: State) -> Response[bytes]:
    providers_stand(await _breakers(state.database))
    page, media_type = metrics.render()
    # the framework adds the charset to text
    return Response(page, media_type=media_type.removesuffix("; charset=utf-8"))


async def _breakers(database: Database) -> dict[str, str | None]:
    """None of them while the database is away: the other figures are worth the more then."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), database.pool.acquire() as connection:
            return {name: seen["breaker"] for name, seen in (await standing(connection)).items()}
    except (*CONNECTION_LOST, DatabaseUnavailable) as reason:
        log.warning("breakers_not_told", reason=type(reason).__name__)
        return {}
