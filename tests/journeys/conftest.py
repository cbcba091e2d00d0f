"""One running system for all journeys; each test plays patients of its own."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests.conftest import copy_of_template
from tests.stack import Stack

_numbers = itertools.count(1)


async def make_database(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(copy_of_template(name))
    await connection.close()


@pytest.fixture(scope="package")  # not the session: what nobody uses any more takes from who comes after
def system(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("system")
    asyncio.run(make_database(postgres.url(), "journeys"))
    stack = Stack(postgres.url(database="journeys"), folder, new_master_key())
    try:
        stack.start()
        stack.turn(delays=[0.05, 0.1, 0.2])
        yield stack
        again = stack.run("effects", "replay")
        assert again.returncode == 0, f"decided again, it came out otherwise: {again.stdout}{again.stderr}"
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def own_system(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A system for one module: the clinic that it sets up would have patients of other stories answered otherwise."""
    name = str(request.module.__name__).rpartition(".")[2].removeprefix("test_")
    asyncio.run(make_database(postgres.url(), name))
    stack = Stack(postgres.url(database=name), tmp_path_factory.mktemp(name), new_master_key())
    try:
        stack.start()
        stack.turn(delays=[0.05, 0.1, 0.2])
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def stack(system: Stack) -> Stack:
    """The running system, with nothing left to do and a sandbox that has forgotten the test before."""
    system.settle(60)
    system.reset()
    return system


@pytest.fixture
def phone() -> str:
    """A number that nobody has used yet."""
    return f"+4072{next(_numbers):07d}"


@pytest.fixture
def other_phone() -> str:
    """Another number that nobody has used yet."""
    return f"+4072{next(_numbers):07d}"
