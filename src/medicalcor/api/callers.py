"""Who calls the API: the key in the request, looked up once in a few seconds; its use written down beside the road."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from pydantic import SecretStr

from medicalcor.api import problems
from medicalcor.api.database import Database
from medicalcor.api.described import described_by
from medicalcor.core import clock
from medicalcor.core.auth import apikeys
from medicalcor.core.auth.apikeys import ALL, Caller, Scope
from medicalcor.core.crypto import hmac
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable
from medicalcor.core.log import get_logger
from medicalcor.core.ratelimit import Limit, RateLimiter

FAILURES = Limit(20, seconds=60)
"""Wrong keys from one address. A right one is let in all the same: a neighbour's mistake locks nobody out."""
TRUSTED_SECONDS = 2.0
"""So long a gateway goes on with what it knows of a key: a revoked one is refused after that."""
WRITE_SECONDS = 5.0
_ONCE_A = timedelta(minutes=1)
_REMEMBERED = 1000
_CHALLENGE = 'Bearer realm="MedicalCor"'
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)

log = get_logger(__name__)


class Callers:
    """Between `start` and `stop`. `limiter` None: wrong keys are refused without being counted."""

    def __init__(
        self, database: Database, environment: SecretStr | None, limiter: RateLimiter | None
    ) -> None:
        self._database = database
        self._environment = environment.get_secret_value() if environment else None
        self._limiter = limiter
        self._known: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()
        self._used: dict[UUID, datetime] = {}
        self._written: dict[UUID, datetime] = {}
        self._writer: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._writer = asyncio.create_task(self._write_now_and_then(), name="uses of API keys")

    async def stop(self) -> None:
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        with suppress(*_AWAY):
            await self._write()

    async def identify(self, headers: Mapping[str, str], *, client: str) -> Caller:
        """Who presents the key in these headers; refused with 401, or 429 after too many that were wrong."""
        presented = _presented(headers)
        if not presented:
            raise _unknown("Send an API key: Authorization: Bearer mc_…", code="no_api_key", error="")
        caller = await self._find(presented)
        if caller is None:
            await self._count_failure(client)
            words = "This API key is unknown or was revoked."
            raise _unknown(words, code="api_key_unknown", error=', error="invalid_token"')
        if caller.key is not None:
            self._used[caller.key] = clock.now()
        return caller

    async def _find(self, presented: str) -> Caller | None:
        if self._environment is not None and hmac.matches(presented, [self._environment]):
            return Caller(None, "API_SECRET_KEY", ALL)
        place = hashlib.sha256(presented.encode()).digest()
        known = self._known.get(place)
        if known is not None and clock.monotonic() < known[0]:
            return known[1]
        self._known.pop(place, None)
        try:
            async with self._database.pool.acquire() as connection:
                caller = await apikeys.find(connection, presented=presented)
        except _AWAY:
            raise problems.try_later("The key cannot be checked now.", code="database_unavailable") from None
        if caller is not None:
            self._known[place] = (clock.monotonic() + TRUSTED_SECONDS, caller)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return caller

    async def _count_failure(self, client: str) -> None:
        if self._limiter is None:
            return
        exceeded = await self._limiter.take(FAILURES, route="api-key", caller=client)
        if exceeded is not None:
            raise problems.too_many(exceeded)

    async def _write_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            try:
                await self._write()
            except _AWAY as reason:
                log.warning("key_uses_not_written", reason=type(reason).__name__)

    async def _write(self) -> None:
        """Each key at most once a minute."""
        due = {
            key: at
            for key, at in self._used.items()
            if key not in self._written or at - self._written[key] >= _ONCE_A
        }
        if not due:
            return
        async with self._database.pool.acquire() as connection:
            await apikeys.note_use(connection, due)
        self._written |= due
        for key, at in due.items():
            if self._used.get(key) == at:
                del self._used[key]


def _presented(headers: Mapping[str, str]) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return headers.get("x-api-key", "").strip()


def _unknown(detail: str, *, code: str, error: str) -> problems.Refused:
    return problems.Refused(401, detail, code=code, headers={"www-authenticate": _CHALLENGE + error})


def _lacking(scope: Scope) -> problems.Refused:
    challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'
    detail = f"This API key lacks the scope {scope}."
    return problems.Refused(403, detail, code="scope_missing", headers={"www-authenticate": challenge})


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let in whoever has the scope that the route's description names."""
    described = described_by(handler)
    if described is None or described.scope is None:
        return
    client = connection.client.host if connection.client else "unknown"
    caller = await connection.app.state.callers.identify(connection.headers, client=client)
    connection.scope["state"]["caller"] = caller
    if described.scope not in caller.scopes:
        raise _lacking(described.scope)


def caller_of(request: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """Whom the guard let in."""
    caller: Caller = request.scope["state"]["caller"]
    return caller
