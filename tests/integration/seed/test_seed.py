"""The demo clinic: real history, whole and quiet."""

import pytest

from medicalcor.cli.seeding.clinic import SignIn, fill
from medicalcor.core.database.pool import open_pool
from medicalcor.core.settings import Settings

SIGN_IN = SignIn("elena@clinic.example", "a long enough password")


@pytest.fixture
def settings(database_url: str, master_key: str) -> Settings:
    return Settings(
        database_url=database_url,
        medicalcor_master_key=master_key,  # type: ignore[arg-type]  # pydantic makes the secret
    )


async def test_it_fills_an_empty_database_once(database_url: str, settings: Settings) -> None:
    async with await open_pool(database_url) as owner:
        assert await fill(owner, settings, sign_in=SIGN_IN, progress=lambda _played, _of: None)
        assert not await owner.fetchval("select count(*) from dbos.workflow_status")
        assert not await fill(owner, settings, sign_in=SIGN_IN, progress=lambda _played, _of: None)
