"""The gateway: takes webhooks and API calls, stores what is to be done, acknowledges."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from medicalcor.api import problems
from medicalcor.api.asks import Asks
from medicalcor.api.callers import Callers, guard
from medicalcor.api.clients import networks
from medicalcor.api.database import Database
from medicalcor.api.idempotency import Once
from medicalcor.api.presence import Presence
from medicalcor.api.routes import (
    ai,
    booking,
    calendar,
    consent,
    docs,
    figures,
    form_script,
    health,
    offer,
    unsubscribe,
    visit_file,
    workflows,
)
from medicalcor.api.shell import Door, Rules, Shell
from medicalcor.api.webhooks.desk import LIMIT
from medicalcor.api.webhooks.doors import open_doors
from medicalcor.api.webhooks.intake import Intake
from medicalcor.core import clock, context
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.errors import ProductError
from medicalcor.core.log import get_logger
from medicalcor.core.observability import tracing
from medicalcor.core.ratelimit import Limit, RateLimiter
from medicalcor.core.settings import Settings
from medicalcor.domain.scheduling.visit_file import Place

_ROUTES = (
    health.health,
    health.live,
    health.ready,
    figures.figures,
    *docs.ROUTES,
    *workflows.ROUTES,
    *ai.ROUTES,
    *booking.ROUTES,
    calendar.calendar,
    unsubscribe.ask,
    unsubscribe.confirm,
    visit_file.show_visit_file,
    consent.ask,
    consent.answer,
    *offer.ROUTES,
    form_script.form_script,
)

log = get_logger(__name__)


@dataclass(frozen=True)
class _Parts:
    """What is there for as long as the gateway runs."""

    database: Database
    intake: Intake
    asks: Asks
    callers: Callers
    once: Once
    limiter: RateLimiter | None
    vault: Vault


def create_gateway(settings: Settings, *, webhook_limit: Limit = LIMIT) -> Shell:
    """The whole gateway as an ASGI app. Everything it needs is named in `settings`."""
    vault = Vault(settings.require("medicalcor_master_key"))
    database = Database(settings.require("database_url"))
    intake = Intake(database, vault)
    asks = Asks(database, vault)
    limiter = RateLimiter(settings.redis_url) if settings.limits_on else None
    doors = open_doors(
        settings, intake=intake, asks=asks, database=database, vault=vault, limit=webhook_limit
    )
    callers = Callers(database, settings.api_secret_key, limiter)
    parts = _Parts(database, intake, asks, callers, Once(database, vault), limiter, vault)
    inside = _framework(parts, doors=doors, settings=settings)
    return Shell(inside, doors=doors, rules=_rules(settings), limiter=limiter)  # type: ignore[arg-type]  # Litestar's ASGI types are its own


def _rules(settings: Settings) -> Rules:
    return Rules(
        body_limit=settings.body_limit_bytes,
        body_timeout=settings.request_timeout_seconds,
        proxies=networks(settings.trusted_proxies),
        origins=frozenset(origin.encode() for origin in settings.cors_origins),
        https=(settings.public_url or "").startswith("https://"),
    )


def _framework(parts: _Parts, *, doors: list[Door], settings: Settings) -> Litestar:
    return Litestar(
        route_handlers=_ROUTES,
        lifespan=[partial(_life, parts=parts, settings=settings)],
        guards=[guard],
        state=State(
            {
                "started": clock.monotonic(),
                "database": parts.database,
                "limiter": parts.limiter,
                "asks": parts.asks,
                "callers": parts.callers,
                "once": parts.once,
                "intake": parts.intake,
                "vault": parts.vault,
                "clinic_name": settings.clinic_name,
                "place": Place.of(
                    settings.clinic_name,
                    settings.clinic_facts.get("address"),
                    sender=settings.email_from,
                ),
                "doors": {door.path: dict(door.description) for door in doors},
                "breakers": [door.breaker for door in doors if door.breaker is not None],
            }
        ),
        exception_handlers={Exception: _problem},
        request_max_body_size=settings.body_limit_bytes,
        openapi_config=None,  # each route describes itself: api/description.py
        logging_config=None,
    )


@asynccontextmanager
async def _life(_app: Litestar, *, parts: _Parts, settings: Settings) -> AsyncIterator[None]:
    presence = Presence(parts.database)
    tracing.start(settings.otel_exporter_otlp_endpoint, service="medicalcor-api")
    await parts.database.open()
    parts.intake.start()
    parts.asks.start()
    parts.callers.start()
    presence.start()
    # what is alive now lives as long as the process: the collector need not look at it again
    gc.collect()
    gc.freeze()
    yield
    await parts.intake.stop()
    await parts.asks.stop()
    await parts.callers.stop()
    await presence.stop()
    await parts.database.close()
    if parts.limiter is not None:
        await parts.limiter.close()
    tracing.stop()


def _problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Every refusal of the framework's, in the words that ours have."""
    headers: dict[str, str] = getattr(error, "headers", None) or {}
    if isinstance(error, HTTPException) and error.status_code < 500:
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        error = problems.of_status(error.status_code, error.detail)
    elif not isinstance(error, ProductError):
        log.error("request_failed", method=request.method, exc_info=error)
        error = ProductError()
    body = problems.render(error, correlation_id=context.correlation_id() or "")
    return Response(body, status_code=error.http_status, media_type=problems.MEDIA_TYPE, headers=headers)
