"""A sandbox and a gateway that takes its webhooks, both served for real on free ports."""

import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from medicalcor.sandbox.app import Sandbox, create_app
from medicalcor.sandbox.server import Server
from medicalcor.sandbox.settings import SandboxSettings

SPECS = Path(__file__).parents[4] / "shared" / "providers" / "specs"
SECRET = "a-webhook-secret"
TEMPLATES = {
    "hot_lead_ack": {"ro": "Bună ziua, {{1}}. Vă sunăm în {{2}} minute.", "en": "Hello {{1}}, {{2}}."}
}


@dataclass
class Gateway:
    """Keeps what it is sent; answers 200 unless told otherwise."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    replies: dict[str, Any] = field(default_factory=dict)
    """Kind of a Vapi message → what it is answered, or a function of the message."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, scope, receive, send) -> None:
        assert scope["type"] == "http"
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status = self.answers.popleft() if self.answers else 200
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        async with self.news:
            self.taken.append(
                {
                    "path": scope["path"],
                    "headers": headers,
                    "raw": body,
                    "json": json.loads(body) if body[:1] in b"{[" else None,
                    "answered": status,
                }
            )
            self.news.notify_all()
        said = self.reply_to(self.taken[-1]["json"] or {})
        length = (b"content-length", str(len(said)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [length]})
        await send({"type": "http.response.body", "body": said})

    def reply_to(self, payload: dict[str, Any]) -> bytes:
        message = payload.get("message") or {}
        reply = self.replies.get(message.get("type", ""))
        if reply is None:
            return b""
        return json.dumps(reply(message) if callable(reply) else reply).encode()

    async def until(self, enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: enough(self.taken))
        return self.taken

    async def statuses(self, count: int) -> list[dict[str, Any]]:
        def found() -> list[dict[str, Any]]:
            values = [
                w["json"]["entry"][0]["changes"][0]["value"] for w in self.taken if w["answered"] == 200
            ]
            return [status for value in values for status in value.get("statuses", ())]

        await self.until(lambda _: len(found()) >= count)
        return found()


@dataclass
class Staged:
    app: Sandbox
    url: str
    gateway: Gateway
    http: httpx.AsyncClient

    async def fault(self, **order: Any) -> None:
        answer = await self.http.post("/_sandbox/faults", json=order)
        assert answer.status_code == 201, answer.text

    async def calls(self, provider: str) -> list[dict[str, Any]]:
        return (await self.http.get("/_sandbox/calls", params={"provider": provider})).json()


@asynccontextmanager
async def serving(*servers: tuple[uvicorn.Server, socket.socket]) -> AsyncIterator[None]:
    """Started and stopped together."""
    tasks = [asyncio.create_task(server.serve(sockets=[sock])) for server, sock in servers]
    while not all(server.started for server, _ in servers) and not any(task.done() for task in tasks):
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


def listening() -> tuple[socket.socket, int]:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock, sock.getsockname()[1]


@pytest.fixture
def settings() -> dict[str, Any]:
    return {
        "whatsapp_api_key": "wa-key",
        "whatsapp_webhook_secret": f"{SECRET},an-older-one",
        "hubspot_access_token": "hs-token",
        "openai_api_key": "ai-key",
        "vapi_api_key": "vapi-key",
        "vapi_webhook_secret": "vapi-secret,an-older-one",
        "email_webhook_secret": "whsec_c2l4dGVlbi1ieXRlcy1hdC1sZWFzdA==",
        "sandbox_smtp_port": 0,
    }


@pytest.fixture
def brain() -> Any:
    return None


@pytest.fixture
async def staged(settings, brain) -> AsyncIterator[Staged]:
    gateway = Gateway()
    gateway_socket, gateway_port = listening()
    sandbox_socket, sandbox_port = listening()
    app = create_app(
        settings=SandboxSettings(public_url=f"http://127.0.0.1:{gateway_port}", **settings),
        brain=brain,
        templates=TEMPLATES,
    )
    url = f"http://127.0.0.1:{sandbox_port}"

    gateway_config = uvicorn.Config(gateway, lifespan="off", log_level="warning", ws="none")
    async with (
        serving(
            (uvicorn.Server(gateway_config), gateway_socket),
            (Server(app, host="127.0.0.1", port=sandbox_port), sandbox_socket),
        ),
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        await http.post("/_sandbox/settings", json={"delays": [0, 0, 0]})
        yield Staged(app=app, url=url, gateway=gateway, http=http)


@pytest.fixture
def specification() -> Callable[[str], dict[str, Any]]:
    """Reads a provider's specification, or skips where they are not beside this repository."""

    def read(name: str) -> dict[str, Any]:
        path = SPECS / name
        if not path.is_file():
            pytest.skip("the provider specifications are not beside this repository")
        return json.loads(path.read_text(encoding="utf-8"))

    return read
