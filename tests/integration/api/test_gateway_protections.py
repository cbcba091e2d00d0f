"""What keeps one caller from costing the others: limits by client, ends to waiting, and what an answer tells."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from gateway_support import change, post, serving, settings_for, signature, text_message, webhook
from pydantic import ValidationError

from medicalcor.api import limits, protocol
from medicalcor.api.exchange import App, Message, Receive, Scope, Send
from medicalcor.api.shell import Rules, Shell
from medicalcor.core import ports
from medicalcor.core.ratelimit import Limit, RateLimiter
from medicalcor.core.settings import Settings


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READS", Limit(3, 60))
    monkeypatch.setattr(limits, "WRITES", Limit(2, 60))
    monkeypatch.setattr(limits, "AI", Limit(1, 60))
    monkeypatch.setattr(limits, "KEYS_AN_ADDRESS", 2)


async def ask(client: httpx.AsyncClient, method: str, path: str, **headers: str) -> httpx.Response:
    return await client.request(method, path, headers=headers)


@pytest.mark.usefixtures("few")
async def test_reads_writes_and_ai_are_counted_apart_and_told(gateway: str) -> None:
    async with httpx.AsyncClient(base_url=gateway) as client:
        for path, method, amount in (("/live", "GET", 3), ("/nope", "POST", 2), ("/ai/nope", "POST", 1)):
            answers = [await ask(client, method, path) for _ in range(amount + 1)]
            assert [a.headers["ratelimit-limit"] for a in answers] == [str(amount)] * (amount + 1)
            assert [int(a.headers["ratelimit-remaining"]) for a in answers] == [
                *range(amount - 1, -1, -1),
                0,
            ]
            assert all(1 <= int(a.headers["ratelimit-reset"]) <= 60 for a in answers)
            assert [a.status_code == 429 for a in answers] == [False] * amount + [True]
            assert "retry-after" in answers[-1].headers
            assert "retry-after" not in answers[0].headers


@pytest.mark.usefixtures("few")
async def test_each_key_has_its_limit_and_inventing_keys_gains_nothing(gateway: str) -> None:
    async with httpx.AsyncClient(base_url=gateway) as client:
        one = [await ask(client, "GET", "/live", authorization="Bearer one") for _ in range(4)]
        assert [a.status_code for a in one] == [200, 200, 200, 429]
        other = [await ask(client, "GET", "/live", **{"x-api-key": f"invented-{n}"}) for n in range(6)]
        assert [a.status_code for a in other] == [200] * 3 + [429] * 3, "six in all from this address"


@pytest.mark.usefixtures("few")
async def test_behind_our_proxy_each_visitor_is_counted_alone(database_url: str, master_key: str) -> None:
    settings = settings_for(database_url, master_key, trusted_proxies="127.0.0.1")
    async with serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        for visitor in ("198.51.100.1", "198.51.100.2"):
            answers = [
                await ask(client, "GET", "/live", **{"x-forwarded-for": f"{n}.1.1.1, {visitor}"})
                for n in range(1, 5)
            ]
            assert [a.status_code for a in answers] == [200, 200, 200, 429]


@pytest.mark.usefixtures("few")
async def test_a_header_of_anybody_makes_no_new_client(gateway: str) -> None:
    async with httpx.AsyncClient(base_url=gateway) as client:
        answers = [
            await ask(client, "GET", "/live", **{"x-forwarded-for": f"{n}.1.1.1"}) for n in range(1, 5)
        ]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]


def test_a_proxy_that_is_no_address_is_named() -> None:
    with pytest.raises(ValidationError, match=r"proxy\.local"):
        Settings(trusted_proxies="10.0.0.0/8, proxy.local")


async def test_webhooks_are_not_told_of_limits(gateway: str) -> None:
    answer = await post(gateway, webhook(change(messages=[text_message("wamid.A")])))
    assert not [name for name in answer.headers if name.startswith("ratelimit")]


# what hangs, trickles or is too large ---------------------------------------------------------------


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """A handler that reads the body, then hangs."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    message: Message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
    await asyncio.Event().wait()


@asynccontextmanager
async def shell(app: App, *, timeout: float) -> AsyncIterator[str]:
    rules = Rules(body_limit=1000, body_timeout=timeout)
    made = Shell(app, doors=(), rules=rules, limiter=RateLimiter(None))
    port = ports.any_free()
    config = uvicorn.Config(made, host=ports.LOOPBACK, port=port, http=protocol.Guarded, log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"http://{ports.LOOPBACK}:{port}"
    server.should_exit = True
    await task


async def test_a_handler_that_hangs_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    async with shell(inside, timeout=0.2) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/anything", content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (503, "timeout")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "retry-after" in answer.headers


async def raw(url: str, *parts: bytes) -> str:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        return (await asyncio.wait_for(reader.read(), 10)).decode()
    finally:
        writer.close()


async def test_a_body_that_trickles_into_a_handler_is_the_callers_fault() -> None:
    async with shell(inside, timeout=0.2) as url:
        said = await raw(url, b"POST /anything HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{")
    assert said.startswith("HTTP/1.1 408")
    assert "body_too_slow" in said


@pytest.mark.parametrize(
    "head",
    [
        b"GET /live HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET /live HTTP/1.1\r\nhost: x\r\n" + b"x-many: 1\r\n" * 4_000 + b"\r\n",
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /live HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nx-long: " + b"a" * 40_000 + b"\r\n\r\nhello",
    ],
    ids=["a long header", "many headers", "a long path", "with a body"],
)
async def test_a_head_that_is_too_large_is_refused(gateway: str, head: bytes) -> None:
    said = await raw(gateway, head)
    assert said.startswith("HTTP/1.1 431")
    assert "application/problem+json" in said
    told, _, body = said.partition("\r\n\r\n")
    assert f"x-correlation-id: {json.loads(body)['correlation_id']}" in told


async def test_a_head_without_an_end_is_refused_while_it_grows(gateway: str) -> None:
    pieces = [b"GET /live HTTP/1.1\r\nhost: x\r\nx-long: ", *[b"a" * 10_000] * 40]
    try:
        said = await raw(gateway, *pieces)
    except ConnectionError:
        return  # closed while we were still sending
    assert said.startswith("HTTP/1.1 431")


@pytest.mark.parametrize("head", [b"", b"GET /live HTTP/1.1\r\nhost:"])
async def test_a_head_that_does_not_come_is_not_waited_for(
    gateway: str, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    assert (await raw(gateway, head)).startswith("HTTP/1.1 408")


async def test_a_large_webhook_in_pieces_is_no_large_head(gateway: str) -> None:
    body = httpx.Request(
        "POST",
        "http://x",
        json=webhook(change(messages=[text_message(f"wamid.{n}", words="x" * 3000) for n in range(100)])),
    ).content
    async with httpx.AsyncClient(base_url=gateway) as client:
        for _ in range(2):
            answer = await client.post("/webhooks/whatsapp", content=body, headers=signature(body))
            assert answer.status_code == 200
