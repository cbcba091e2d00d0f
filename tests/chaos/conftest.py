"""A system that is there to be broken: on a PostgreSQL of its own, which may be killed too."""

import asyncio
from collections.abc import Iterator

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.core.database.migrate import migrate
from medicalcor.workflows import engine
from tests.chaos.clinic import Clinic
from tests.stack import Stack


@pytest.fixture(scope="package")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("pg"), port=None) as server:
        url = server.url()
        engine.migrate(url)
        asyncio.run(migrate(url))
        patient = {
            "UNKNOWN_OUTCOME_WAIT_SECONDS": "12"
        }  # the provider's word comes late where everything is killed
        stack = Stack(url, tmp_path_factory.mktemp("clinic"), new_master_key(), patient)
        try:
            stack.start("sandbox", "api", "worker-0")
            yield Clinic(stack, server)
        finally:
            stack.stop()
