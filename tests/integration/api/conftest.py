"""A gateway over real HTTP on a database of the test's own."""

from collections.abc import AsyncIterator

import pytest
from gateway_support import Stored, serving, settings_for

from medicalcor.core.crypto.vault import Vault
from medicalcor.core.settings import Settings


@pytest.fixture
def gateway_settings(database_url: str, master_key: str) -> Settings:
    return settings_for(database_url, master_key)


@pytest.fixture
async def gateway(gateway_settings: Settings) -> AsyncIterator[str]:
    async with serving(gateway_settings) as url:
        yield url


@pytest.fixture
def stored(database_url: str, vault: Vault) -> Stored:
    return Stored(database_url, vault)
