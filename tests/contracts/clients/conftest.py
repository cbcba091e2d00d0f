"""The sandbox, served for real on a free port: what every client here talks to."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from medicalcor.sandbox.app import create_app
from medicalcor.sandbox.server import Server
from medicalcor.sandbox.settings import SandboxSettings

SPECS = Path(__file__).parents[4] / "shared" / "providers" / "specs"
KEYS = {"whatsapp_api_key": "wa-key", "hubspot_access_token": "hs-token", "openai_api_key": "ai-key"}
KEYS |= {"vapi_api_key": "vapi-key"}
TEMPLATES = {"hot_lead_ack": {"ro": "Bună ziua, {{1}}. Vă sunăm în {{2}} minute."}}


@dataclass
class Sandbox:
    url: str
    http: httpx.AsyncClient

    async def fault(self, **order: Any) -> None:
        answer = await self.http.post("/_sandbox/faults", json=order)
        assert answer.is_success, answer.text

    async def turn(self, **changes: Any) -> None:
        answer = await self.http.post("/_sandbox/settings", json=changes)
        assert answer.is_success, answer.text

    async def calls(self, provider: str) -> list[dict[str, Any]]:
        answer = await self.http.get("/_sandbox/calls", params={"provider": provider})
        calls: list[dict[str, Any]] = answer.json()
        return calls

    async def bodies(self, provider: str, *, path: str = "") -> list[Any]:
        return [call["body"] for call in await self.calls(provider) if path in call["path"]]


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """One server for all tests, in a thread of its own; each test begins with a reset."""
    app = create_app(
        settings=SandboxSettings(public_url="http://127.0.0.1:9", sandbox_smtp_port=0, **KEYS),
        templates=TEMPLATES,
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = Server(app, host="127.0.0.1", port=port)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.fixture
async def sandbox(sandbox_url: str) -> AsyncIterator[Sandbox]:
    async with httpx.AsyncClient(base_url=sandbox_url, trust_env=False) as http:
        await http.post("/_sandbox/reset")
        staged = Sandbox(url=sandbox_url, http=http)
        await staged.turn(statuses=False)
        yield staged


Fits = Callable[[Any, str], None]


@pytest.fixture
def specification() -> Callable[[str], Fits]:
    """Gives a check of a value against a schema of a provider's specification, named by JSON pointer."""

    def read(name: str) -> Fits:
        path = SPECS / name
        if not path.is_file():
            pytest.skip("the provider specifications are not beside this repository")
        document = json.loads(path.read_text(encoding="utf-8"))

        def fits(value: Any, pointer: str) -> None:
            jsonschema.Draft202012Validator({**document, "$ref": pointer}).validate(value)

        return fits

    return read


@pytest.fixture
def headers_of() -> Callable[[Any], AbstractAsyncContextManager[tuple[str, list[dict[str, str]]]]]:
    """Serves one answer to everything, and keeps the headers of what it is asked: the twins do not keep them."""

    @asynccontextmanager
    async def serve(answer: Any) -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
        seen: list[dict[str, str]] = []
        raw = json.dumps(answer).encode()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
            headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in head)}
            await reader.readexactly(int(headers.get("content-length", 0)))
            seen.append(headers)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n")
            writer.write(f"content-length: {len(raw)}\r\n\r\n".encode() + raw)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
        finally:
            server.close()

    return serve
