"""Practitioners' calendars, for the programs that they read them with. The address is the proof, so nothing tells it on."""

import hashlib
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from pydantic_core import from_json, to_json

from medicalcor.api import patience, problems
from medicalcor.api.database import Database
from medicalcor.api.described import Described, Gives, described
from medicalcor.core import ids
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.core.ratelimit import Limit

MEDIA_TYPE = "text/calendar"
READS = Limit(60, seconds=60)
"""Of one address: programs look every quarter of an hour, and several of them may be one person's."""
_SQL = statements("medicalcor.api", "calendar.sql")
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)
_ENDING = ".ics"
_LONGEST = 64


@get(
    "/calendar/{file:str}",
    opt=described(
        Described(
            "A practitioner's visits, to subscribe to",
            {
                200: Gives(
                    "An iCalendar file",
                    media_type=MEDIA_TYPE,
                    headers={"ETag": "Of the calendar as it stands"},
                ),
                304: Gives("Unchanged since the ETag in If-None-Match", media_type=MEDIA_TYPE),
            },
            path={"file": "The secret part of the address, with its ending|x.ics"},
            refuses={404: "There is no calendar at this address"},
            tag="doors",
            more="The address is made under Settings and opens one calendar. Visits keep their UID; SEQUENCE moves on with each"
            " change, and one that is cancelled stays for a month as cancelled.",
        )
    ),
)
async def calendar(request: Request[Any, Any, State], file: FromPath[str], state: State) -> Response[bytes]:
    secret = file.removesuffix(_ENDING)
    if not file.endswith(_ENDING) or len(secret) > _LONGEST:
        raise _nothing_here()
    digest = hashlib.sha256(secret.encode()).hexdigest()
    if not await _is_known(state.database, digest):
        raise _nothing_here()
    if state.limiter is not None:
        exceeded = await state.limiter.take(READS, route="calendar", caller=digest)
        if exceeded is not None:
            raise problems.too_many(exceeded)
    outcome = await state.asks.ask(
        "calendar.read", to_json({"hash": digest}), ask_id=ids.new_id(), within=patience.extend(request)
    )
    if outcome is None:
        raise problems.try_later(
            "The calendar cannot be read at the moment.", code="not_answered", seconds=60
        )
    if outcome.status != 200:
        raise problems.of_outcome(outcome.status, outcome.body)
    return _answer(request, from_json(outcome.body)["calendar"].encode())


def _answer(request: Request[Any, Any, State], body: bytes) -> Response[bytes]:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    seen = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in seen or "*" in seen:
        return Response(b"", status_code=304, headers=headers, media_type=MEDIA_TYPE)
    return Response(body, headers=headers, media_type=f"{MEDIA_TYPE}; charset=utf-8")


async def _is_known(database: Database, digest: str) -> bool:
    try:
        async with database.pool.acquire() as connection:
            return await connection.fetchval(_SQL["known"], digest) is not None
    except _AWAY:
        raise problems.try_later(
            "The calendar cannot be read at the moment.", code="database_unavailable"
        ) from None


def _nothing_here() -> NotFound:
    return NotFound("There is no calendar at this address.")
