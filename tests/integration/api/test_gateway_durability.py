"""What was acknowledged is there, whatever dies in between; what was not is answered so that it is sent again."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
import pytest
from gateway_support import (
    SECRET,
    WEBHOOK,
    Stored,
    change,
    encoded,
    post,
    serving,
    settings_for,
    signature,
    text_message,
    webhook,
)

from medicalcor.core import ports
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.core.database.migrate import migrate
from medicalcor.workflows import engine


@asynccontextmanager
async def process(database_url: str, master_key: str, port: int) -> AsyncIterator["subprocess.Popen[bytes]"]:
    """`medicalcor api` as it is run, ready."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DATABASE_URL": database_url,
        "MEDICALCOR_MASTER_KEY": master_key,
        "WHATSAPP_WEBHOOK_SECRET": SECRET,
        "API_PORT": str(port),
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "medicalcor", "api"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            while running.poll() is None:
                with suppress(httpx.TransportError):
                    if (await client.get("/ready")).status_code == 200:
                        break
        assert running.poll() is None
        yield running
    finally:
        running.kill()
        running.wait()


async def _keep_posting(url: str, name: str, acknowledged: set[str], sent: list[str]) -> None:
    """Webhooks of two messages each, until the gateway dies."""
    async with httpx.AsyncClient(base_url=url) as client:
        for number in range(100_000):
            pair = f"{name}.{number}"
            messages = [text_message(f"{pair}.a"), text_message(f"{pair}.b")]
            body = encoded(webhook(change(messages=messages)))
            sent.append(pair)
            try:
                answer = await client.post(WEBHOOK, content=body, headers=signature(body))
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                acknowledged.add(pair)


async def test_killed_at_any_moment_it_has_what_it_acknowledged(
    database_url: str, master_key: str, stored: Stored, vault: Vault
) -> None:
    acknowledged: set[str] = set()
    sent: list[str] = []
    moments = random.Random(20261123)  # noqa: S311 - moments, not secrets
    port = ports.any_free()
    for life in range(5):
        async with process(database_url, master_key, port) as running:
            posting = [
                asyncio.create_task(
                    _keep_posting(f"http://127.0.0.1:{port}", f"wamid.{life}.{n}", acknowledged, sent)
                )
                for n in range(8)
            ]
            enough = len(acknowledged) + moments.randint(5, 120)
            while len(acknowledged) < enough:
                await asyncio.sleep(0)
            running.kill()
            await asyncio.gather(*posting)
    rows = await stored.rows()
    keys = {row["event_key"] for row in rows}
    halves = {
        pair: [vault.keyed_hash("whatsapp-item", f"{pair}.{half}") in keys for half in "ab"] for pair in sent
    }
    assert all(all(halves[pair]) for pair in acknowledged)
    assert all(first == second for first, second in halves.values())
    started = {run["id"] for run in await stored.runs("whatsapp.message")}
    assert started == {f"whatsapp.message:{row['id']}" for row in rows}


@pytest.fixture
async def own_postgres(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A server that the test may stop."""
    server = EmbeddedPostgres(tmp_path, port=None)
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(engine.migrate, server.url())
    await migrate(server.url())
    yield server
    await asyncio.to_thread(server.stop)


async def test_without_its_database_it_acknowledges_nothing_and_recovers(
    own_postgres: EmbeddedPostgres, master_key: str, vault: Vault
) -> None:
    url = own_postgres.url()
    async with serving(settings_for(url, master_key)) as gateway:
        assert (await post(gateway, webhook(change(messages=[text_message("wamid.A")])))).status_code == 200
        await asyncio.to_thread(own_postgres.stop)
        refused = await post(gateway, webhook(change(messages=[text_message("wamid.B")])))
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["code"] == "not_stored"

        waiting = asyncio.create_task(post(gateway, webhook(change(messages=[text_message("wamid.C")]))))
        await asyncio.to_thread(own_postgres.start)
        assert own_postgres.url() == url
        assert (await waiting).status_code == 200
        assert (await post(gateway, webhook(change(messages=[text_message("wamid.B")])))).status_code == 200
    stored = {item["message"]["id"] for item in await Stored(url, vault).items()}
    assert stored == {"wamid.A", "wamid.B", "wamid.C"}


async def test_started_without_its_database_it_serves_once_that_is_there(
    own_postgres: EmbeddedPostgres, master_key: str, vault: Vault
) -> None:
    url = own_postgres.url()
    await asyncio.to_thread(own_postgres.stop)
    async with serving(settings_for(url, master_key)) as gateway:
        waiting = asyncio.create_task(post(gateway, webhook(change(messages=[text_message("wamid.A")]))))
        await asyncio.to_thread(own_postgres.start)
        assert (await waiting).status_code == 200
    assert len(await Stored(url, vault).rows()) == 1


async def test_a_batch_that_cannot_be_stored_takes_nothing_down(
    gateway: str, database_url: str, stored: Stored
) -> None:
    """Something refuses one row of many: the others of its batch are stored, and it is to be sent again."""
    poison = stored.vault.keyed_hash("whatsapp-item", "wamid.7")
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"alter table inbox add constraint poison check (event_key <> '{poison}')")
    answers = await asyncio.gather(
        *(post(gateway, webhook(change(messages=[text_message(f"wamid.{n}")]))) for n in range(20))
    )
    assert [answer.status_code for answer in answers] == [503 if n == 7 else 200 for n in range(20)]
    await connection.execute("alter table inbox drop constraint poison")
    await connection.close()
    assert (await post(gateway, webhook(change(messages=[text_message("wamid.7")])))).status_code == 200
    assert len(await stored.rows()) == 20
