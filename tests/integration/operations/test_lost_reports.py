"""A report that Vapi sent while nobody listened is looked up, once, and is a repeat when it comes after all."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from pydantic_core import to_json

from medicalcor.core import clock
from medicalcor.core.database.pool import Pool
from medicalcor.core.ports import any_free
from medicalcor.core.settings import Settings
from medicalcor.integrations.vapi.client import VapiClient
from medicalcor.operations import agent_calls, inbox, reconciling
from medicalcor.operations.inbox import Found
from medicalcor.operations.ledger import Ledger, open_ledger
from medicalcor.sandbox.app import create_app
from medicalcor.sandbox.server import Server
from medicalcor.sandbox.settings import SandboxSettings

PHONE = "+40722000888"
ASKED = {
    "assistantId": "44444444-4444-4444-8444-444444444444",
    "phoneNumberId": "33333333-3333-4333-8333-333333333333",
    "customer": {"number": PHONE},
}


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    return open_ledger(Settings(medicalcor_master_key=master_key), pool)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """Vapi, whose messages reach nobody."""
    nobody = f"http://127.0.0.1:{any_free()}"
    app = create_app(
        settings=SandboxSettings(public_url=nobody, sandbox_smtp_port=0, vapi_api_key="key"),
        templates={},
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = Server(app, host="127.0.0.1", port=listening.getsockname()[1])
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
async def vapi(sandbox: str) -> AsyncIterator[VapiClient]:
    async with httpx.AsyncClient(base_url=sandbox, trust_env=False) as http:
        await http.post("/_sandbox/reset")
    client = VapiClient(f"{sandbox}/vapi", "key")
    yield client
    await client.aclose()


async def talked(sandbox: str, vapi: VapiClient) -> str:
    """A call in which somebody spoke, and that is over. Its id."""
    async with httpx.AsyncClient(base_url=sandbox, trust_env=False) as http:
        answer = await http.post("/vapi/call", json=ASKED, headers={"authorization": "Bearer key"})
    call_id: str = answer.json()["id"]
    async with asyncio.timeout(20):
        while (await vapi.get_call(call_id)).status != "ended":
            await asyncio.sleep(0.02)
    return call_id


async def kept(ledger: Ledger) -> list[Any]:
    return list(await ledger.pool.fetch("select * from inbox order by id"))


async def test_a_lost_report_is_looked_up_once_and_taken_in(
    ledger: Ledger, sandbox: str, vapi: VapiClient
) -> None:
    call_id = await talked(sandbox, vapi)
    assert await reconciling.lost_reports(ledger, vapi=vapi) == 0, "it may still be on its way"
    still = clock.Still(clock.now() + reconciling.REPORT_COMES_WITHIN + timedelta(seconds=5))
    with clock.using(still):
        assert await reconciling.lost_reports(ledger, vapi=vapi) == 1
        still.forward(minutes=2)
        assert await reconciling.lost_reports(ledger, vapi=vapi) == 0
        [row] = await kept(ledger)
        call = await agent_calls.take_in(ledger, inbox_id=row["id"])
        assert call == await agent_calls.take_in(ledger, inbox_id=row["id"])
    [found] = await ledger.pool.fetch("select * from calls where vapi_id = $1", call_id)
    assert (found["id"], found["outcome"], found["direction"]) == (call, "answered_by_agent", "outbound")
    assert found["analysis"]["summary"] == "Bună ziua, aș dori o programare."
    [message] = await ledger.pool.fetch("select * from messages")
    assert (message["kind"], message["body"]) == ("call", "Bună ziua, aș dori o programare.")


async def test_it_is_the_item_that_the_gateway_would_have_stored(
    ledger: Ledger, sandbox: str, vapi: VapiClient, database_url: str
) -> None:
    call_id = await talked(sandbox, vapi)
    with clock.using(clock.Still(clock.now() + timedelta(minutes=4))):
        await reconciling.lost_reports(ledger, vapi=vapi)
    [row] = await kept(ledger)
    late = Found("vapi", "report", f"{call_id}:end-of-call-report", call_id, to_json({}))
    async with ledger.pool.acquire() as connection, connection.transaction():
        assert not await inbox.put(connection, ledger, late)
    assert row["partition_key"] == ledger.vault.keyed_hash("vapi-item", call_id)
    owner = await asyncpg.connect(database_url)
    runs = await owner.fetch("select workflow_uuid from dbos.workflow_status where name = 'vapi.event'")
    await owner.close()
    assert [run["workflow_uuid"] for run in runs] == [f"vapi.event:{row['id']}"]


async def test_a_report_that_came_is_not_looked_up(ledger: Ledger, sandbox: str, vapi: VapiClient) -> None:
    call_id = await talked(sandbox, vapi)
    came = Found("vapi", "report", f"{call_id}:end-of-call-report", call_id, to_json({}))
    async with ledger.pool.acquire() as connection, connection.transaction():
        assert await inbox.put(connection, ledger, came)
    with clock.using(clock.Still(clock.now() + timedelta(minutes=4))):
        assert await reconciling.lost_reports(ledger, vapi=vapi) == 0
    assert len(await kept(ledger)) == 1


async def test_a_look_up_that_fails_is_made_good_by_the_next(
    ledger: Ledger, sandbox: str, vapi: VapiClient
) -> None:
    await talked(sandbox, vapi)
    away = VapiClient(f"http://127.0.0.1:{any_free()}", "key")
    with clock.using(clock.Still(clock.now() + timedelta(minutes=4))):
        assert await reconciling.lost_reports(ledger, vapi=away) == 0
        assert await reconciling.lost_reports(ledger, vapi=vapi) == 1
    await away.aclose()


async def test_without_a_key_nothing_is_looked_up(ledger: Ledger) -> None:
    assert await reconciling.lost_reports(ledger, vapi=None) == 0
    assert await ledger.pool.fetchval("select count(*) from looked_up") == 0


async def test_what_cannot_be_read_waits_for_staff(ledger: Ledger) -> None:
    item = Found("vapi", "report", "x", "x", to_json({"message": {"type": "end-of-call-report"}}))
    async with ledger.pool.acquire() as connection, connection.transaction():
        await inbox.put(connection, ledger, item)
    [row] = await kept(ledger)
    assert await agent_calls.take_in(ledger, inbox_id=UUID(int=row["id"].int)) is None
    [row] = await kept(ledger)
    assert (row["kind"], bool(row["reason"])) == ("unread", True)
