"""Numbered SQL files, forward only, each in one transaction, with a checksum so that history stays history."""

import hashlib
from importlib import resources

from medicalcor.core.database.pool import Connection, connect
from medicalcor.core.errors import ProductError

_LOCK = 0x6D65646963616C
_TABLE = """
create table if not exists schema_migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
)"""


class MigrationChanged(ProductError):
    """A migration that was applied has been edited since. Write a new one instead."""

    code = "migration_changed"


def available() -> dict[str, str]:
    """Name → SQL of the migrations in the package, in order."""
    folder = resources.files("medicalcor.core.database").joinpath("migrations")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return {f.name: f.read_text(encoding="utf-8") for f in files}


async def migrate(url: str) -> list[str]:
    """Bring the database up to date; names what was applied. Safe to run from many processes at once."""
    connection = await connect(url)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await connection.execute(_TABLE)
        return [
            name for name, sql in (await _pending(connection)).items() if await _apply(connection, name, sql)
        ]
    finally:
        await connection.close()


async def pending(connection: Connection) -> list[str]:
    """Names of the migrations that this database still lacks."""
    if await connection.fetchval("select to_regclass('schema_migrations')") is None:
        return list(available())
    return list(await _pending(connection))


async def _pending(connection: Connection) -> dict[str, str]:
    rows = await connection.fetch("select name, checksum from schema_migrations")
    applied: dict[str, str] = {row["name"]: row["checksum"] for row in rows}
    for name, sql in available().items():
        if name in applied and applied[name] != _checksum(sql):
            raise MigrationChanged(
                f"{name} was applied and has been edited since. Write a new migration instead."
            )
    return {name: sql for name, sql in available().items() if name not in applied}


async def _apply(connection: Connection, name: str, sql: str) -> bool:
    async with connection.transaction():
        await connection.execute("set local lock_timeout = '4s'; set local statement_timeout = '60s'")
        await connection.execute(sql)
        await connection.execute(
            "insert into schema_migrations (name, checksum) values ($1, $2)", name, _checksum(sql)
        )
    return True


def _checksum(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()
