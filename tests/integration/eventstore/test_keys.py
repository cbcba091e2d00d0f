"""Keys of persons and days: made once, kept or not made at all, gone when destroyed."""

import asyncio
from datetime import date

import pytest

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import KeyDestroyed, SealBroken

DAY = date(2026, 3, 2)


class Failed(Exception):
    """Something goes wrong later in the transaction."""


async def key_of(vault: Vault, pool: Pool, subject: object) -> bytes:
    async with transaction(pool) as connection:
        if isinstance(subject, date):
            return await vault.day_key(connection, subject)
        return await vault.subject_key(connection, subject)


@pytest.mark.parametrize("subject", [ids.new_id(), DAY])
async def test_a_key_is_made_once_whoever_asks(pool: Pool, master_key: str, subject: object) -> None:
    vaults = [Vault(master_key) for _ in range(6)]
    keys = await asyncio.gather(*(key_of(vault, pool, subject) for vault in vaults))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32


async def ask_and_fail(vault: Vault, connection: Connection, subject: object, *, times: int) -> None:
    for _ in range(times):
        if isinstance(subject, date):
            await vault.day_key(connection, subject)
        else:
            await vault.subject_key(connection, subject)
    raise Failed


@pytest.mark.parametrize("subject", [ids.new_id(), DAY])
@pytest.mark.parametrize("times", [1, 2])
async def test_a_key_that_was_rolled_back_is_not_remembered(
    pool: Pool, vault: Vault, master_key: str, subject: object, times: int
) -> None:
    """What is sealed next must be under the key that the database keeps."""
    with pytest.raises(Failed):
        async with transaction(pool) as connection:
            await ask_and_fail(vault, connection, subject, times=times)
    assert await key_of(vault, pool, subject) == await key_of(Vault(master_key), pool, subject)


async def test_nor_one_of_a_savepoint(pool: Pool, vault: Vault, master_key: str) -> None:
    subject = ids.new_id()
    async with transaction(pool) as connection:
        with pytest.raises(Failed):
            async with connection.transaction():
                await ask_and_fail(vault, connection, subject, times=2)
        kept = await vault.subject_key(connection, subject)
    assert kept == await key_of(Vault(master_key), pool, subject)
    assert kept == await key_of(vault, pool, subject)


async def test_a_destroyed_key_is_gone_and_stays_gone(pool: Pool, vault: Vault) -> None:
    known, stranger = ids.new_id(), ids.new_id()
    await key_of(vault, pool, known)
    await key_of(vault, pool, known)
    for subject in (known, stranger):
        async with transaction(pool) as connection:
            await vault.destroy_subject_key(connection, subject)
        with pytest.raises(KeyDestroyed):
            await key_of(vault, pool, subject)
    row = await pool.fetchrow("select * from subject_keys where subject_id = $1", known)
    assert row["wrapped"] is None
    assert row["destroyed_at"] is not None


async def test_another_process_forgets_a_destroyed_key_within_half_a_minute(
    pool: Pool, vault: Vault, master_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 1000.0
    monkeypatch.setattr(clock, "monotonic", lambda: seconds)
    subject, elsewhere = ids.new_id(), Vault(master_key)
    await key_of(vault, pool, subject)
    await key_of(elsewhere, pool, subject)
    async with transaction(pool) as connection:
        await vault.destroy_subject_key(connection, subject)
    seconds += 29
    assert await key_of(elsewhere, pool, subject)
    seconds += 2
    with pytest.raises(KeyDestroyed):
        await key_of(elsewhere, pool, subject)


async def test_a_key_moved_to_another_person_does_not_open(
    pool: Pool, owner: Connection, vault: Vault
) -> None:
    first, second = ids.new_id(), ids.new_id()
    for subject in (first, second):
        await key_of(vault, pool, subject)
    await owner.execute(
        "update subject_keys set wrapped = (select wrapped from subject_keys where subject_id = $1)"
        " where subject_id = $2",
        first,
        second,
    )
    vault.forget()
    with pytest.raises(SealBroken):
        await key_of(vault, pool, second)


async def test_existing_keys_makes_none(pool: Pool, vault: Vault) -> None:
    known, gone, stranger = ids.new_id(), ids.new_id(), ids.new_id()
    kept = await key_of(vault, pool, known)
    async with transaction(pool) as connection:
        await vault.destroy_subject_key(connection, gone)
        found = await vault.existing_keys(connection, subjects=[known, gone, stranger])
    assert found == {known: kept, gone: None}
    assert await pool.fetchval("select count(*) from subject_keys") == 2
