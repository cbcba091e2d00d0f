"""The page on which an administrator lets other systems in."""

import re

import pytest
from tests.integration.web.conftest import PASSWORD, Browser

from medicalcor.core import clock
from medicalcor.core.auth import accounts, apikeys
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Pool

PAGE = "/settings/api-keys"


@pytest.fixture
async def admin(anonymous: Browser, pool: Pool) -> Browser:
    await accounts.add(
        pool, email="boss@clinic.example", name="Dan Pop", role=Role.ADMIN, password=PASSWORD, language="en"
    )
    await anonymous.sign_in(email="boss@clinic.example")
    return anonymous


def shown_key(html: str) -> str:
    found = re.search(r'value="(mc_[0-9a-f]{10}_[\w-]{43})"', html)
    assert found, html
    return found[1]


async def find(pool: Pool, key: str) -> apikeys.Caller | None:
    async with pool.acquire() as connection:
        return await apikeys.find(connection, presented=key)


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(admin: Browser, pool: Pool) -> None:
    assert "No other system has a key yet" in (await admin.get(PAGE)).text
    answer = await admin.post(PAGE, {"name": "Website", "scope": "ai:run"}, htmx=True)
    key = shown_key(answer.text)
    secret = key.split("_", 2)[2]
    page = (await admin.get(PAGE)).text
    assert key.split("_")[1] in page
    assert secret not in page
    assert "Never used" in page
    assert "by Dan Pop" in page
    rows = await pool.fetch("select api_keys::text as row from api_keys")
    assert all(secret not in row["row"] for row in rows)
    caller = await find(pool, key)
    assert caller is not None
    assert caller.scopes == {apikeys.Scope.AI_RUN}


async def test_a_revoked_key_opens_nothing_until_it_is_undone(admin: Browser, pool: Pool) -> None:
    key = shown_key((await admin.post(PAGE, {"name": "Website", "scope": "ai:run"})).text)
    prefix = key.split("_")[1]
    assert "Undo" in (await admin.post(f"{PAGE}/{prefix}/revoke", htmx=True)).text
    assert await find(pool, key) is None
    assert (await admin.post(f"{PAGE}/{prefix}/restore")).status_code == 303
    assert await find(pool, key) is not None


async def test_what_was_revoked_long_ago_stays_revoked(admin: Browser, pool: Pool) -> None:
    key = shown_key((await admin.post(PAGE, {"name": "Website", "scope": "ai:run"})).text)
    prefix = key.split("_")[1]
    await admin.post(f"{PAGE}/{prefix}/revoke")
    await pool.execute("update api_keys set revoked_at = $1", clock.now() - 2 * apikeys.UNDO)
    assert "Undo" not in (await admin.get(PAGE)).text
    assert (await admin.post(f"{PAGE}/{prefix}/restore")).status_code == 409
    assert await find(pool, key) is None


@pytest.mark.parametrize(
    "fields", [{"name": " ", "scope": "ai:run"}, {"name": "x", "scope": "all"}, {"name": "x"}]
)
async def test_a_key_needs_a_name_and_a_scope(admin: Browser, pool: Pool, fields: dict[str, str]) -> None:
    assert (await admin.post(PAGE, fields)).status_code == 422
    assert await pool.fetchval("select count(*) from api_keys") == 0
