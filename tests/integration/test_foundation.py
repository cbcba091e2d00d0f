"""The database as migrated: roles and what they may not do."""

import asyncpg
import pytest

from medicalcor.core.database.pool import Pool, open_pool


async def test_the_gateway_can_read_no_patient(database_url: str) -> None:
    pool = await open_pool(database_url, role="medicalcor_gateway")
    for table in ("people", "messages", "domain_events", "effects", "subject_keys", "users"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetch(f"select * from {table}")  # noqa: S608 - names from the line above
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.fetch("select body from inbox")
    await pool.close()


@pytest.mark.parametrize("statement", ["update domain_events set type = 'x'", "delete from domain_events"])
async def test_the_application_may_not_change_history(pool: Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
