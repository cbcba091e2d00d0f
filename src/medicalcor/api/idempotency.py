"""A request that may be sent again: with the same `Idempotency-Key` it is done once, and answered as it was.

What a request sets off (a run, a question) carries the request's token for its id. So even when a gateway dies between
doing it and remembering the answer, the repeat sets off nothing new.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response
from pydantic_core import from_json, to_json

from medicalcor.api import problems
from medicalcor.api.callers import caller_of
from medicalcor.api.database import Database
from medicalcor.core import clock, context, ids
from medicalcor.core.crypto.vault import Vault, seal, unseal
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import ProductError

GONE_AFTER = timedelta(seconds=45)
"""Longer than any request may take: whoever began it so long ago is not coming back."""
JSON = "application/json"
LONGEST_KEY = 255
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
_SQL = statements("medicalcor.api", "idempotency.sql")
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)


@dataclass(frozen=True)
class Done:
    """An answer that can be kept."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON

    def response(self, **more: str) -> Response[bytes]:
        headers = {**self.headers, **more}
        return Response(self.body, status_code=self.status, media_type=self.media_type, headers=headers)


Work = Callable[[UUID], Awaitable[Done]]
"""Takes the token; raises ProductError for a refusal."""


class Once:
    """One a process."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def answer(self, request: Request[Any, Any, Any], body: bytes, work: Work) -> Response[bytes]:
        """What `work` answers, or answered the first time."""
        given = request.headers.get("idempotency-key")
        if given is None:
            return (await work(ids.new_id())).response()
        if not _KEY.fullmatch(given):
            raise problems.bad_key(LONGEST_KEY)
        route = f"{request.method} {request.url.path}"
        request_id = self._vault.keyed_hash(
            "api-request", f"{caller_of(request).owner}\x1f{route}\x1f{given}"
        )
        try:
            return await self._once(request_id, self._vault.keyed_hash("api-body", body.hex()), work)
        except _AWAY:
            raise problems.try_later("It could not be stored. Send it again.", code="not_stored") from None

    async def _once(self, request_id: str, fingerprint: str, work: Work) -> Response[bytes]:
        begun = await self._begin(request_id, fingerprint)
        if isinstance(begun, Done):
            return begun.response(**{"Idempotent-Replayed": "true"})
        try:
            done = await work(begun)
        except ProductError as problem:
            if problem.http_status >= 500:
                # an answer that was lost on its way says nothing of what was done
                over = isinstance(problem, problems.Over)
                await self._give_up(request_id, fresh=ids.new_id() if over else None)
                raise
            done = _refused(problem)
        except BaseException:  # also when the caller is cut off: the repeat must not wait for us
            await self._give_up(request_id, fresh=None)
            raise
        await self._finish(request_id, done)
        return done.response()

    async def _begin(self, request_id: str, fingerprint: str) -> UUID | Done:
        now = clock.now()
        async with self._database.pool.acquire() as connection:
            token: UUID | None = await connection.fetchval(
                _SQL["begin"], request_id, fingerprint, ids.new_id(), now
            )
            if token is not None:
                return token
            known = await connection.fetchrow(_SQL["known"], request_id)
            if known is not None and known["fingerprint"] != fingerprint:
                raise problems.key_reused()
            if known is not None and known["finished_at"] is not None:
                key = await self._vault.day_key(connection, known["key_day"])
                return _unpacked(known, key, request_id)
            token = await connection.fetchval(_SQL["take_up"], request_id, now, now - GONE_AFTER)
        if token is None:
            detail = "The first request with this Idempotency-Key is still being answered."
            raise problems.Refused(409, detail, code="still_running", headers={"retry-after": "2"})
        return token

    async def _finish(self, request_id: str, done: Done) -> None:
        now = clock.now()
        async with self._database.pool.acquire() as connection:
            key = await self._vault.day_key(connection, now.date())
            sealed = seal(key, _packed(done), request_id.encode())
            await connection.execute(_SQL["finish"], request_id, now, now.date(), sealed)

    async def _give_up(self, request_id: str, *, fresh: UUID | None) -> None:
        async with self._database.pool.acquire() as connection:
            await connection.execute(_SQL["give_up"], request_id, fresh)


def _refused(problem: ProductError) -> Done:
    body = problems.render(problem, correlation_id=context.correlation_id() or "")
    return Done(problem.http_status, body, getattr(problem, "headers", {}), problems.MEDIA_TYPE)


def _packed(done: Done) -> bytes:
    return to_json([done.status, dict(done.headers), done.media_type, done.body.decode()])


def _unpacked(row: Row, key: bytes, request_id: str) -> Done:
    status, headers, media_type, body = from_json(unseal(key, row["answer"], request_id.encode()))
    return Done(status, body.encode(), headers, media_type)
