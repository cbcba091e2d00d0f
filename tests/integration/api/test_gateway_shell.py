"""What every answer carries, and what the gateway tells about itself."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from gateway_support import (
    TOKEN,
    WEBHOOK,
    Stored,
    change,
    post,
    serving,
    settings_for,
    text_message,
    webhook,
)

from medicalcor.api.database import Database
from medicalcor.core import ports, ratelimit
from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.core.ratelimit import Limit, RateLimiter

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01")
HANDSHAKE = f"{WEBHOOK}?hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=1"


@pytest.fixture
async def client(gateway: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gateway) as client:
        yield client


@pytest.mark.parametrize("path", ["/live", "/nope", HANDSHAKE, WEBHOOK])
async def test_every_answer_is_correlated_and_guarded(client: httpx.AsyncClient, path: str) -> None:
    made = await client.get(path)
    assert UUID.fullmatch(made.headers["x-correlation-id"])
    assert made.headers["x-content-type-options"] == "nosniff"
    assert made.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in made.headers["content-security-policy"]
    taken = await client.get(path, headers={"x-correlation-id": "given.1_A-z"})
    assert taken.headers["x-correlation-id"] == "given.1_A-z"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\tb", "<script>", "ă".encode()])
async def test_a_correlation_id_that_is_none_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/live", headers={"x-correlation-id": given})
    assert UUID.fullmatch(answer.headers["x-correlation-id"])


@pytest.mark.parametrize(
    "given", ["nonsense", f"00-{'0' * 32}-{'1' * 16}-01", f"ff-{'1' * 32}-{'1' * 16}-01"]
)
async def test_a_traceparent_that_is_none_is_replaced(gateway: str, stored: Stored, given: str) -> None:
    answer = await post(gateway, webhook(change(messages=[text_message("wamid.A")])), traceparent=given)
    [row] = await stored.rows()
    assert row["traceparent"] == answer.headers["traceparent"] != given
    assert TRACEPARENT.fullmatch(row["traceparent"])


async def test_health_tells_version_and_uptime(client: httpx.AsyncClient) -> None:
    told = (await client.get("/health")).json()
    assert told["version"]
    assert told["uptime_seconds"] >= 0


async def test_ready_names_the_check_that_fails(database_url: str, master_key: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("delete from schema_migrations where name like '0001%'")
    await connection.close()
    async with (
        serving(settings_for(database_url, master_key)) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready: migrations"
    assert "0001_foundation.sql" in answer.json()["checks"]["migrations"]


async def test_ready_tells_how_the_voice_agents_line_stands(database_url: str, master_key: str) -> None:
    settings = settings_for(database_url, master_key, vapi_sip_uri="sip:x@sip.vapi.ai")
    async with serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        line = (await client.get("/ready")).json()["integrations"]["vapi-line"]
    assert (line["configured"], line["breaker"], line["refusal"]) == (True, "closed", None)


async def test_ready_names_a_migration_that_was_edited(database_url: str, master_key: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("update schema_migrations set checksum = 'x' where name like '0001%'")
    await connection.close()
    async with (
        serving(settings_for(database_url, master_key)) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready: migrations")


async def test_ready_without_a_database(master_key: str) -> None:
    nobody = f"postgresql://medicalcor:x@127.0.0.1:{ports.any_free()}/medicalcor"
    async with serving(settings_for(nobody, master_key)) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/live")).status_code == 200
        answer = await client.get("/ready")
        assert answer.status_code == 503
        assert answer.json()["checks"] == {"postgresql": "cannot be reached"}


async def test_it_acts_with_the_least_rights(database_url: str) -> None:
    database = Database(database_url)
    await database.open()
    assert await database.pool.fetchval("select current_user") == "medicalcor_gateway"
    await database.close()


async def test_the_description_names_every_route(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/health", "/ready", "/live", "/metrics", WEBHOOK} <= paths.keys()
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert all(path in page.text for path in paths)


async def test_pages_of_other_origins_may_not_call_unless_named(database_url: str, master_key: str) -> None:
    asked = {"origin": "https://clinic.example", "access-control-request-method": "POST"}
    settings = settings_for(database_url, master_key, cors_origins="https://clinic.example")
    async with serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        allowed = await client.options(WEBHOOK, headers=asked)
        assert allowed.status_code == 204
        assert allowed.headers["access-control-allow-origin"] == "https://clinic.example"
        seen = await client.get("/live", headers=asked)
        assert seen.headers["access-control-allow-origin"] == "https://clinic.example"
        other = await client.options("/live", headers={**asked, "origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers


async def test_nobody_may_call_from_a_page_by_default(client: httpx.AsyncClient) -> None:
    answer = await client.get("/live", headers={"origin": "https://clinic.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_the_gateway_says_that_it_is_there(
    gateway_settings: object, database_url: str, master_key: str
) -> None:
    connection = await asyncpg.connect(database_url)
    query = "select stopped_at, last_seen >= started_at as beaten from processes where kind = 'gateway'"
    async with serving(settings_for(database_url, master_key)):
        rows = await connection.fetch(query)
        while not rows:
            rows = await connection.fetch(query)
        assert [tuple(row) for row in rows] == [(None, True)]
    [row] = await connection.fetch(query)
    assert row["stopped_at"] is not None
    await connection.close()


class Redis:
    """A server that can be killed and comes back."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = ports.any_free()
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._command += ["--dir", str(folder)]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        while ports.is_free(self.port):
            assert self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not on this machine")
    server = Redis(program, tmp_path)
    yield server
    server.kill()


async def test_limits_on_redis_are_shared_by_all_processes(redis: Redis) -> None:
    first, second = RateLimiter(redis.url), RateLimiter(redis.url)
    limit = Limit(4, 60)
    taken = [await limiter.take(limit, route="r", caller="c") for limiter in (first, second) * 3]
    assert [exceeded is None for exceeded in taken] == [True] * 4 + [False] * 2
    assert await first.take(limit, route="r", caller="another") is None
    for limiter in (first, second):
        await limiter.close()


async def test_webhooks_go_on_when_redis_goes(
    database_url: str,
    master_key: str,
    redis: Redis,
    stored: Stored,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_for(database_url, master_key, redis_url=redis.url)
    async with (
        serving(settings, limit=Limit(5, 60, essential=True)) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        assert (await client.get("/ready")).json()["checks"]["redis"] == "ok"
        assert (await post(url, webhook(change(messages=[text_message("wamid.0")])))).status_code == 200
        redis.kill()
        for number in range(1, 12):
            answer = await post(url, webhook(change(messages=[text_message(f"wamid.{number}")])))
            assert answer.status_code == 200
        unready = await client.get("/ready")
        assert (unready.status_code, unready.json()["checks"]["redis"]) == (503, "cannot be reached")
    assert len(await stored.rows()) == 12
    assert capsys.readouterr().out.count("rate_limits_without_redis") == 1


async def test_without_redis_others_are_counted_here_until_it_is_back(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ratelimit, "_REDIS_REST_SECONDS", 0.05)
    here, there = RateLimiter(redis.url), RateLimiter(redis.url)
    limit = Limit(2, 60)

    async def allowed(caller: str) -> list[bool]:
        return [await one.take(limit, route="r", caller=caller) is None for one in (here, there) * 3]

    assert (await allowed("before")).count(True) == 2
    redis.kill()
    assert (await allowed("away")).count(True) == 4, "each process counts alone"
    redis.start()
    async with asyncio.timeout(10):
        while not (await here.reachable() and await there.reachable()):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert (await allowed("after")).count(True) == 2
    told = capsys.readouterr().out
    assert told.count("rate_limits_without_redis") == 2
    assert told.count("rate_limits_on_redis_again") == 2
    for limiter in (here, there):
        await limiter.close()


async def test_the_database_is_back_before_patience_ends(
    postgres: EmbeddedPostgres, database_url: str, master_key: str, stored: Stored
) -> None:
    async with serving(settings_for(database_url, master_key)) as url:
        assert (await post(url, webhook(change(messages=[text_message("wamid.A")])))).status_code == 200
        connection = await asyncpg.connect(postgres.url())
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'medicalcor gateway'"
        )
        await connection.close()
        assert (await post(url, webhook(change(messages=[text_message("wamid.B")])))).status_code == 200
    assert len(await stored.rows()) == 2
