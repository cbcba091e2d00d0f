"""Answering what was asked at the gateway, by somebody who waits there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from medicalcor.core import clock, context, ids, jobs
from medicalcor.core.crypto.vault import seal, unseal
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound, ProductError
from medicalcor.core.log import get_logger
from medicalcor.integrations.openai.client import AiClient
from medicalcor.operations.ledger import Ledger

SQL = statements("medicalcor.operations", "asks.sql")
CHANNEL = "asks"
_DONE = 200
_LOOK_AGAIN_SECONDS = 0.15
"""A colleague looks at the screen: it is asked for often, and not for long."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What an answer may be made with."""

    ledger: Ledger
    ai: AiClient | None
    ask_id: UUID
    correlation_id: str


Function = Callable[[Tools, Any], Awaitable[Any]]
"""Takes parsed JSON and answers what can be written as JSON. Raises ProductError, whose text the caller reads."""
Functions = Mapping[str, Function]


async def answer(ledger: Ledger, functions: Functions, *, ai: AiClient | None, ask_id: UUID) -> None:
    """Answer one question, once. What goes wrong is an answer too."""
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["asked"], ask_id)
        if row is None:
            raise NotFound("Nobody asked this.")
        if row["answered_at"] is not None:
            return
        key = await ledger.vault.day_key(connection, row["key_day"])
    question = from_json(unseal(key, row["input"], ask_id.bytes))
    with context.bind(correlation_id=row["correlation_id"], traceparent=row["traceparent"]):
        tools = Tools(ledger, ai, ask_id, row["correlation_id"])
        status, said = await _attempted(functions, row["name"], tools, question)

    async def decide(connection: Connection) -> None:
        sealed = seal(key, to_json(said), ask_id.bytes)
        await connection.execute(SQL["answered"], ask_id, clock.now(), status, sealed)
        await connection.execute("select pg_notify($1, $2)", CHANNEL, str(ask_id))

    await record(ledger.pool, decide)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was answered: an HTTP status, and JSON."""

    status: int
    said: Any


async def ask(ledger: Ledger, name: str, question: Any, *, within: float) -> Heard | None:
    """Ask a worker for what only it has the means for, and wait; None when there is no answer `within` seconds."""
    ask_id, now = ids.new_id(), clock.now()
    deadline = clock.monotonic() + within
    async with ledger.pool.acquire() as connection:
        key = await ledger.vault.day_key(connection, now.date())
        await connection.execute(
            SQL["ask"],
            ask_id,
            name,
            now.date(),
            seal(key, to_json(question), ask_id.bytes),
            context.correlation_id() or str(ask_id),
            context.traceparent(),
            now,
            jobs.ASK_AI.name,
            jobs.ASK_AI.queue,
        )
    while clock.monotonic() < deadline:
        async with ledger.pool.acquire() as connection:
            row = await connection.fetchrow(SQL["outcome"], ask_id)
        if row is not None and row["outcome"] is not None:
            return Heard(row["status"], from_json(unseal(key, row["outcome"], ask_id.bytes)))
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return None


async def _attempted(functions: Functions, name: str, tools: Tools, question: Any) -> tuple[int, Any]:
    function = functions.get(name)
    if function is None:
        return NotFound.http_status, {"code": NotFound.code, "detail": "There is no such function."}
    try:
        return _DONE, await function(tools, question)
    except ProductError as problem:
        return problem.http_status, {"code": problem.code, "detail": problem.message, "more": problem.more}
    except Exception:  # whatever it is, somebody waits: better told now than after their patience
        log.exception("ask_failed", name=name, ask_id=str(tools.ask_id))
        return ProductError.http_status, {"code": "internal", "detail": ProductError().message}
