"""The gateway called in this process, without a socket: for very many requests, and for bodies that never end."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from medicalcor.api.app import create_gateway
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings

GENEROUS = Limit(10_000_000, essential=True)


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Gateway:
    def __init__(self, app: Any) -> None:
        self._app = app

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        parts: Sequence[bytes] | None = None,
        ends: bool = True,
    ) -> Answered:
        """`parts` instead of `body`: as it trickles in; when it does not end, more is waited for in vain."""
        pieces = [body] if parts is None else list(parts)
        told = {"content-length": str(len(body))} if parts is None else {}
        raw = [(n.lower().encode(), v.encode("latin-1")) for n, v in {**told, **(headers or {})}.items()]
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path,
            "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": raw,
            "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 3000), "state": {},
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                await asyncio.Event().wait()
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces) or not ends}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        answered = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Answered(sent[0]["status"], answered, b"".join(m.get("body", b"") for m in sent[1:]))


@asynccontextmanager
async def gateway_of(settings: Settings) -> AsyncIterator[Gateway]:
    app = create_gateway(settings, webhook_limit=GENEROUS)
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan", "state": {}}, incoming.get, outgoing.put))
    await incoming.put({"type": "lifespan.startup"})
    assert (await outgoing.get())["type"] == "lifespan.startup.complete"
    try:
        yield Gateway(app)
    finally:
        await incoming.put({"type": "lifespan.shutdown"})
        assert (await outgoing.get())["type"] == "lifespan.shutdown.complete"
        await life
