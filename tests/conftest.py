"""Real PostgreSQL for every test that asks for one: a server a session, a fresh copy of a migrated database a test."""

import asyncio
import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import asyncpg
import pytest
from argon2 import PasswordHasher
from httpx._transports import default as httpx_transports

from medicalcor.core.auth import passwords
from medicalcor.core.crypto.vault import Vault, new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres, cluster
from medicalcor.core.database.migrate import migrate
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.workflows import engine

TEMPLATE = "medicalcor_template"
CARELESS = {"fsync": "off", "full_page_writes": "off", "min_wal_size": "32MB", "max_wal_size": "128MB"}
"""A killed server loses nothing by it, only a machine without power; making and dropping a database take 2 s less."""
CARELESS |= {"autovacuum": "off"}
"""No database lives long enough to need it, and each new one would be looked through."""
MEMORY, ROOM = Path("/dev/shm"), 2 * 2**30  # noqa: S108 - the folder below it is made by tempfile
"""A database is nine hundred files: on a disk, making one takes several times as long, and longer with each."""
LONGEST = ("chaos/", "integration/seed/", "integration/calendar/test_month.py", "journeys/", "browser/")
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits longest comes first; the many small ones of `unit` fill the gaps at the end."""
    items.sort(key=lambda item: _place(item.path.relative_to(Path(__file__).parent).as_posix()))


def _place(path: str) -> int:
    return next((place for place, begin in enumerate(LONGEST) if path.startswith(begin)), len(LONGEST))


def pytest_collection_finish() -> None:
    """Thousands of tests stay in memory to the end: the collector need not walk through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Each client of httpx reads those of the whole world, though here all is plain HTTP: 80 ms a client."""
    with patch.object(httpx_transports, "create_ssl_context", cache(httpx_transports.create_ssl_context)):
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded server, in memory where there is room, with a migrated template database."""
    place = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
    with tempfile.TemporaryDirectory(prefix="mc-", dir=place, ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder), port=None)
        with patch.dict(cluster.SETTINGS, CARELESS):
            server.start()
        try:
            asyncio.run(_statement(server.url(), f"create database {TEMPLATE}"))
            url = server.url(database=TEMPLATE)
            engine.migrate(url)
            asyncio.run(migrate(url))
            yield server
        finally:
            server.stop()


def copy_of_template(name: str, template: str = TEMPLATE) -> str:
    """The statement that makes a migrated database, file by file and past the write-ahead log."""
    return f"create database {name} template {template} strategy file_copy"


async def _statement(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture
async def database_url(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    await _statement(postgres.url(), copy_of_template(name))
    yield postgres.url(database=name)
    await _statement(postgres.url(), f"drop database if exists {name} with (force)")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, role="medicalcor_app")
    yield pool
    await pool.close()


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow on purpose; how slow is proved in `tests/unit/core/test_auth.py`."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def master_key() -> str:
    return new_master_key()


@pytest.fixture
def vault(master_key: str) -> Vault:
    return Vault(master_key)
