"""The AI client against its twin, in good and in bad weather."""

import asyncio
import json
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import Field

from medicalcor.core import context
from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.ports import any_free
from medicalcor.core.redaction import describe
from medicalcor.integrations.openai.client import AiClient
from medicalcor.schemas.base import Shape

ASK = [{"role": "system", "content": "Judge."}, {"role": "user", "content": "Canary wants an implant"}]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Judgement(Shape):
    """With what strict schemas find hard: bounds, defaults, choices, nesting."""

    class Part(Shape):
        said: str

    score: int = Field(ge=0, le=5)
    colour: Colour = Colour.RED
    sure: float | None = None
    parts: tuple[Part, ...] = ()


def client_at(url: str, key: str | None = "ai-key") -> AiClient:
    return AiClient(api_key=key, base_url=url, model="gpt-test")


@pytest.fixture
async def client(sandbox) -> AsyncIterator[AiClient]:
    client = client_at(f"{sandbox.url}/openai/v1")
    yield client
    await client.aclose()


async def judge(client: AiClient, *, timeout: float = 0.5) -> Judgement:
    return await client.judge(ASK, shape=Judgement, timeout=timeout)


async def write(client: AiClient) -> str:
    return await client.write(ASK, timeout=0.5, max_tokens=200)


async def test_a_judgement_is_asked_for_by_strict_schema_and_not_kept(sandbox, client, specification) -> None:
    assert await judge(client) == Judgement(score=0, colour=Colour.RED)
    [body] = await sandbox.bodies("openai")
    assert body["store"] is False
    assert body["model"] == "gpt-test"
    assert body["response_format"]["json_schema"]["strict"] is True
    specification("openai/openai.trimmed.json")(body, "#/components/schemas/CreateChatCompletionRequest")


async def test_words_are_asked_for_within_a_length(sandbox, client, specification) -> None:
    assert (await write(client)).startswith("Thank you")
    [body] = await sandbox.bodies("openai")
    assert body["max_completion_tokens"] == 200
    assert body["reasoning_effort"] == "none"
    assert body["store"] is False
    specification("openai/openai.trimmed.json")(body, "#/components/schemas/CreateChatCompletionRequest")


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        ({"kind": "delay", "seconds": 2}, ProviderUnavailable, "ai_timeout"),
        ({"kind": "hang"}, ProviderUnavailable, "ai_timeout"),
        ({"kind": "drop"}, ProviderUnavailable, "ai_error"),
        ({"kind": "drop_after"}, ProviderUnavailable, "ai_error"),
        ({"kind": "malformed"}, ProviderRejected, "ai_nonsense"),
        ({"kind": "nonsense"}, ProviderRejected, "ai_nonsense"),
        ({"kind": "nonsense", "content": "I think it is red."}, ProviderRejected, "ai_nonsense"),
        ({"kind": "nonsense", "content": ""}, ProviderRejected, "ai_nonsense"),
        ({"kind": "refusal"}, ProviderRejected, "ai_refused"),
        ({"kind": "status", "status": 500}, ProviderUnavailable, "ai_error"),
        ({"kind": "status", "status": 503, "body": "<html>busy</html>"}, ProviderUnavailable, "ai_error"),
        ({"kind": "status", "status": 401}, ProviderRejected, "ai_account"),
        ({"kind": "status", "status": 404}, ProviderRejected, "ai_model_not_found"),
        ({"kind": "status", "status": 400}, ProviderRejected, "ai_error"),
        (
            {
                "kind": "status",
                "status": 400,
                "body": {"error": {"code": "content_filter", "message": "Canary"}},
            },
            ProviderRejected,
            "ai_refused",
        ),
        ({"kind": "rate_limit"}, ProviderBusy, "ai_error"),
        ({"kind": "rate_limit", "code": "insufficient_quota"}, ProviderRejected, "ai_quota"),
    ],
)
async def test_each_fault_has_its_reason_and_is_asked_once(
    sandbox, client, *, fault: dict[str, Any], error: type[ProviderError], reason: str
) -> None:
    await sandbox.fault(provider="openai", **fault)
    with pytest.raises(error) as caught:
        await judge(client)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "Canary" not in json.dumps(describe(caught.value))
    assert len(await sandbox.calls("openai")) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "nonsense", "content": "  "}, "ai_nonsense"),
        ({"kind": "malformed"}, "ai_nonsense"),
        ({"kind": "refusal"}, "ai_refused"),
        ({"kind": "hang"}, "ai_timeout"),
    ],
)
async def test_words_fail_in_the_same_ways(sandbox, client, *, fault: dict[str, Any], reason: str) -> None:
    await sandbox.fault(provider="openai", **fault)
    with pytest.raises(ProviderError) as caught:
        await write(client)
    assert caught.value.reason == reason


def completion(*, content: str | None = None, finish: str = "stop", **changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    whole = {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    return {**whole, **changes}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (completion(content='{"score":', finish="length"), "ai_nonsense"),
        (completion(content=None, finish="content_filter"), "ai_refused"),
        (completion(choices=[]), "ai_nonsense"),
        (completion(choices=None), "ai_nonsense"),
        (completion(choices=[{"message": None}]), "ai_nonsense"),
        ([], "ai_nonsense"),
        ("text", "ai_nonsense"),
        (None, "ai_nonsense"),
        ({}, "ai_nonsense"),
    ],
)
async def test_answers_of_any_shape_have_a_reason(headers_of, *, answer: Any, reason: str) -> None:
    async with headers_of(answer) as (url, _):
        client = client_at(url)
        for asked in (judge(client), write(client)):
            with pytest.raises(ProviderRejected) as caught:
                await asked
            assert caught.value.reason == reason
        await client.aclose()


async def test_a_server_that_takes_no_effort_is_asked_without(sandbox, client) -> None:
    error = {"message": "Unsupported parameter", "param": "reasoning_effort", "code": "unsupported_parameter"}
    await sandbox.fault(provider="openai", kind="status", status=400, body={"error": error})
    assert await judge(client)
    assert await write(client)
    efforts = [body.get("reasoning_effort") for body in await sandbox.bodies("openai")]
    assert efforts == ["low", None, None]


async def test_an_answer_without_usage_is_an_answer(headers_of) -> None:
    async with headers_of(completion(content="Bună ziua")) as (url, seen):
        client = client_at(url)
        with context.bind(correlation_id="c-1", traceparent="00-a-b-01"):
            assert await write(client) == "Bună ziua"
        await client.aclose()
    assert seen[0]["x-correlation-id"] == "c-1"
    assert seen[0]["traceparent"] == "00-a-b-01"
    assert seen[0]["authorization"] == "Bearer ai-key"


async def test_an_answer_that_trickles_is_cut_off_in_time() -> None:
    over = asyncio.Event()

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            writer.close()
            over.set()

    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    client = client_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    started = asyncio.get_running_loop().time()
    with pytest.raises(ProviderUnavailable) as caught:
        await judge(client, timeout=0.2)
    assert caught.value.reason == "ai_timeout"
    assert asyncio.get_running_loop().time() - started < 1.5
    await client.aclose()
    await over.wait()
    server.close()


async def test_nobody_listening_is_an_error_at_once() -> None:
    client = client_at(f"http://127.0.0.1:{any_free()}")
    with pytest.raises(ProviderUnavailable) as caught:
        await judge(client)
    assert caught.value.reason == "ai_error"
    await client.aclose()


async def test_without_a_key_it_is_off(sandbox) -> None:
    client = client_at(f"{sandbox.url}/openai/v1", key=None)
    with pytest.raises(ProviderOff) as caught:
        await judge(client)
    assert caught.value.reason == "ai_off"
    await client.aclose()


async def test_the_breaker_opens_and_heals(sandbox, client, monkeypatch) -> None:
    monkeypatch.setattr(client.breaker, "_cool_down", 0.2)
    await sandbox.fault(provider="openai", kind="status", status=500, count=5)
    for _ in range(5):
        with pytest.raises(ProviderUnavailable):
            await judge(client)
    with pytest.raises(ProviderUnavailable) as caught:
        await judge(client)
    assert caught.value.reason == "ai_breaker_open"
    async with asyncio.timeout(5):
        while client.breaker.state == "open":
            await asyncio.sleep(0.01)
    assert await judge(client)
    assert client.breaker.state == "closed"


async def test_nonsense_does_not_open_the_breaker(sandbox, client) -> None:
    await sandbox.fault(provider="openai", kind="nonsense", count=6)
    for _ in range(6):
        with pytest.raises(ProviderRejected):
            await judge(client)
    assert client.breaker.state == "closed"


async def test_tokens_and_outcomes_are_counted(sandbox, client) -> None:
    def read(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0

    def counts() -> tuple[float, float]:
        calls = {"provider": "openai", "operation": "write", "outcome": "ok"}
        return (
            read("medicalcor_outbound_calls_total", **calls),
            read("medicalcor_ai_tokens_total", operation="write", direction="prompt"),
        )

    calls, tokens = counts()
    await write(client)
    assert counts()[0] == calls + 1
    assert counts()[1] > tokens
