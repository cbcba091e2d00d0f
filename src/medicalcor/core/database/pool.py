"""Connections. The only place that says `asyncpg` to the rest is this folder."""

import asyncio
from typing import Any, Literal, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic_core import from_json, to_json

from medicalcor.core.errors import ProductError

Row: TypeAlias = asyncpg.Record
Connection: TypeAlias = "asyncpg.Connection[Row] | PoolConnectionProxy[Row]"
Pool: TypeAlias = "asyncpg.Pool[Row]"
DatabaseRole: TypeAlias = Literal["medicalcor_app", "medicalcor_gateway", "medicalcor_report"]

UniqueViolation = asyncpg.UniqueViolationError
ExclusionViolation = asyncpg.ExclusionViolationError
CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
    TimeoutError,
    OSError,
)
"""What a call raises while PostgreSQL is away; it heals by itself."""
RETRY_TRANSACTION = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class DatabaseUnavailable(ProductError):
    """The database cannot be reached at the moment."""

    code = "database_unavailable"
    http_status = 503
    permanent = False


async def _prepare(connection: "asyncpg.Connection[Row]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=lambda value: to_json(value).decode(),
            decoder=from_json,
        )


async def open_pool(
    url: str,
    *,
    role: DatabaseRole | None = None,
    minimum: int = 1,
    maximum: int = 10,
    name: str = "medicalcor",
) -> Pool:
    """A pool whose sessions act as `role`, where the server has it, with the least rights that do."""
    settings: dict[str, Any] = {"application_name": name, "timezone": "UTC"}
    if role is not None and await _may_act_as(url, role):
        settings["role"] = role
    return await asyncpg.create_pool(
        url,
        min_size=minimum,
        max_size=maximum,
        init=_prepare,
        reset=_end_what_is_open,
        statement_cache_size=1000,
        max_cached_statement_lifetime=0,
        server_settings=settings,
        command_timeout=60,
    )


async def _end_what_is_open(connection: "asyncpg.Connection[Row]") -> None:
    """Nobody changes a session here: all we set or lock ends with its transaction. Saves a round trip each time."""
    if connection.is_in_transaction():
        await connection.execute("rollback")


async def connect(url: str) -> "asyncpg.Connection[Row]":
    """One connection as the owner: migrations, verification, administration."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    await _prepare(connection)
    return connection


async def _may_act_as(url: str, role: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(
            await connection.fetchval(
                "select exists (select from pg_roles where rolname = $1)"
                " and case when exists (select from pg_roles where rolname = $1)"
                " then pg_has_role(current_user, $1, 'set') end",
                role,
            )
        )
    finally:
        await connection.close()


async def wait_until_up(url: str, *, seconds: float = 30) -> None:
    """Return once the server answers; `DatabaseUnavailable` when it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                connection = await asyncpg.connect(url, timeout=5)
            except CONNECTION_LOST:
                await asyncio.sleep(0.1)
                continue
            await connection.close()
            return
