from collections.abc import AsyncIterator

import pytest

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Connection, connect
from medicalcor.core.eventstore.store import EventStore
from medicalcor.readmodels.projections import PROJECTIONS


@pytest.fixture
def store(vault: Vault) -> EventStore:
    return EventStore(vault, PROJECTIONS)


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[Connection]:
    """Whoever holds the database: the owner of its tables."""
    connection = await connect(database_url)
    yield connection
    await connection.close()
