"""Real PostgreSQL for every test that asks for one: a server a session, a fresh copy of a migrated database a test."""

import asyncio
import gc
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from unittest.mock import patch

import asyncpg
import pytest

from medicalcor.core.crypto.vault import Vault, new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres, cluster
from medicalcor.core.database.migrate import migrate
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.workflows import engine

TEMPLATE = "medicalcor_template"
CARELESS = {"fsync": "off", "full_page_writes": "off"}
"""A killed server loses nothing by it, only a machine without power; making and dropping a database take 2 s less."""
_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """Thousands of tests stay in memory to the end: the collector need not walk through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded server, with a migrated template database."""
    with tempfile.TemporaryDirectory(prefix="mc-", ignore_cleanup_errors=True) as folder:
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
    await _statement(postgres.url(), f"create database {name} template {TEMPLATE}")
    yield postgres.url(database=name)
    await _statement(postgres.url(), f"drop database if exists {name} with (force)")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, role="medicalcor_app")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def master_key() -> str:
    return new_master_key()


@pytest.fixture
def vault(master_key: str) -> Vault:
    return Vault(master_key)
