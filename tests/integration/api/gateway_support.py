"""A gateway served over real HTTP, what WhatsApp would post to it, and what lies in its database afterwards."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import uvicorn

from medicalcor.api.app import create_gateway
from medicalcor.api.protocol import Guarded
from medicalcor.core import ports
from medicalcor.core.crypto import hmac
from medicalcor.core.crypto.vault import Vault, unseal
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings

SECRET, OLD_SECRET, REGISTERED, TOKEN = "new-secret", "old-secret", "Bearer long-and-random", "verify-me"
WEBHOOK = "/webhooks/whatsapp"
PHONE_NUMBER_ID = "100000000000001"
GENEROUS = Limit(1_000_000, essential=True)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The test's own process keeps its signal handlers."""
        yield


@asynccontextmanager
async def serving(settings: Settings, *, limit: Limit = GENEROUS) -> AsyncIterator[str]:
    """The gateway's address while it serves."""
    port = ports.any_free()
    server = _Server(
        uvicorn.Config(
            create_gateway(settings, webhook_limit=limit),
            host=ports.LOOPBACK,
            port=port,
            http=Guarded,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():
        await asyncio.sleep(0.005)
    try:
        yield f"http://{ports.LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        await task


def settings_for(database_url: str, master_key: str, **more: Any) -> Settings:
    given = {
        "database_url": database_url,
        "medicalcor_master_key": master_key,
        "whatsapp_webhook_secret": f"{SECRET},{OLD_SECRET}",
        "whatsapp_webhook_header": REGISTERED,
        "whatsapp_verify_token": TOKEN,
        **more,
    }
    return Settings(**given)


def signature(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-hub-signature-256": f"sha256={hmac.sign(secret.encode(), body)}"}


def encoded(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def text_message(id: str, *, sender: str = "40722000001", words: str = "Bună ziua") -> dict[str, Any]:  # noqa: A002 - as the provider says it
    return {"from": sender, "id": id, "timestamp": "1795400001", "type": "text", "text": {"body": words}}


def status(id: str, said: str) -> dict[str, Any]:  # noqa: A002 - as the provider says it
    return {"id": id, "status": said, "timestamp": "1795400002", "recipient_id": "40722000001"}


def change(
    *, messages: Any = None, statuses: Any = None, field: str = "messages", **more: Any
) -> dict[str, Any]:
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "40310000001", "phone_number_id": PHONE_NUMBER_ID},
        **more,
    }
    if messages is not None:
        value["messages"] = messages
        value.setdefault("contacts", [{"profile": {"name": "Ana Popescu"}, "wa_id": "40722000001"}])
    if statuses is not None:
        value["statuses"] = statuses
    return {"field": field, "value": value}


def webhook(*changes: Any) -> dict[str, Any]:
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "200000000000001", "changes": [*changes]}],
    }


async def post(url: str, payload: Any, **headers: str) -> httpx.Response:
    """A well-signed webhook."""
    body = payload if isinstance(payload, bytes) else encoded(payload)
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.post(WEBHOOK, content=body, headers={**signature(body), **headers})


@dataclass
class Stored:
    """What the gateway left in the database."""

    url: str
    vault: Vault
    _days: dict[Any, bytes] = field(default_factory=dict)

    async def _fetch(self, sql: str) -> list[Any]:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    async def rows(self, kind: str | None = None) -> list[Any]:
        """The inbox in order of arrival."""
        rows = await self._fetch("select * from inbox order by id")
        return [row for row in rows if kind in (None, row["kind"])]

    async def items(self, kind: str | None = None) -> list[Any]:
        """What was sealed into it."""
        connection = await asyncpg.connect(self.url)
        try:
            found = []
            for row in await self.rows(kind):
                key = await self.vault.day_key(connection, row["key_day"])
                found.append(json.loads(unseal(key, row["body"], row["id"].bytes)))
            return found
        finally:
            await connection.close()

    async def runs(self, name: str) -> list[Any]:
        """Workflows of that name that wait to be run, in the order in which they will be."""
        runs = await self._fetch(
            "select s.workflow_uuid as id, name, queue_name as queue, queue_partition_key as partition, i.inputs"
            " from dbos.workflow_status s join dbos.workflow_input i using (workflow_uuid)"
            " where status = 'ENQUEUED' order by s.created_at, workflow_uuid"
        )
        return [run for run in runs if run["name"] == name]
