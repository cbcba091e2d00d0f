"""The one door out, against a server that misbehaves on real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from prometheus_client import REGISTRY

from medicalcor.core import context
from medicalcor.core.breaker import Breaker
from medicalcor.core.errors import OutcomeUnknown, ProviderRejected, ProviderUnavailable
from medicalcor.core.http import Outbound, Response, Retry
from medicalcor.core.observability import metrics
from medicalcor.core.ports import any_free

Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
QUICK = Retry(attempts=3, first_pause=0.001, longest=0.05)


class Provider:
    """Plays one act a request, the last one again and again. Keeps what it was sent."""

    def __init__(self, *acts: Act) -> None:
        self.acts = list(acts)
        self.heads: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(x.split(":")[1]) for x in head.lower().split("\r\n") if "content-length" in x), 0
            )
            await reader.readexactly(length)
            self.heads.append(head)
            await (self.acts.pop(0) if len(self.acts) > 1 else self.acts[0])(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answers(status: int = 200, body: object = None, **headers: str) -> Act:
    async def act(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = json.dumps(body or {}).encode()
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{more}content-length: {len(raw)}\r\n\r\n".encode() + raw)
        await writer.drain()

    return act


async def drops(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()  # until the client hangs up


async def trickles(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def garbles(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc")
    await writer.drain()


@asynccontextmanager
async def door_to(*acts: Act, breaker: Breaker | None = None) -> AsyncIterator[tuple[Outbound, Provider]]:
    provider = Provider(*acts)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/base"
    door = Outbound(
        "somebody", base_url=provider.url, headers={"X-Key": "k"}, timeout=5, retry=QUICK, breaker=breaker
    )
    try:
        yield door, provider
    finally:
        await door.aclose()
        server.close()


async def ask(door: Outbound, *, idempotent: bool = True, timeout: float | None = None) -> Response:
    return await door.request(
        "POST", "/x", operation="op", json={"a": 1}, idempotent=idempotent, timeout=timeout
    )


async def test_an_answer_comes_back_with_what_was_sent_along() -> None:
    async with door_to(answers(201, {"id": 7})) as (door, provider):
        with context.bind(correlation_id="c-1", traceparent="00-a-b-01"):
            answer = await ask(door)
    assert (answer.status, answer.json(), answer.ok) == (201, {"id": 7}, True)
    head = provider.heads[0].lower()
    assert head.startswith("post /base/x ")
    for line in ("x-key: k", "x-correlation-id: c-1", "traceparent: 00-a-b-01"):
        assert line in head


async def test_a_form_is_form_encoded_and_a_list_is_a_field_several_times() -> None:
    async with door_to(answers()) as (door, provider):
        await door.request(
            "POST", "/x", operation="op", form={"a[b]": "1 ș", "c": ["2", "3"]}, idempotent=True
        )
    head = provider.heads[0].lower()
    assert "content-type: application/x-www-form-urlencoded" in head
    assert f"content-length: {len('a%5Bb%5D=1+%C8%99&c=2&c=3')}" in head


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 423, 477, 521])
async def test_what_may_be_repeated_is_repeated_after_a_passing_failure(status: int) -> None:
    async with door_to(answers(status), answers(status), answers()) as (door, provider):
        assert (await ask(door)).status == 200
        assert len(provider.heads) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_a_plain_no_is_handed_back_at_once(status: int) -> None:
    async with door_to(answers(status)) as (door, provider):
        assert (await ask(door)).status == status
        assert len(provider.heads) == 1


async def test_after_the_last_attempt_the_answer_is_handed_back() -> None:
    async with door_to(answers(503)) as (door, provider):
        assert (await ask(door)).status == 503
        assert len(provider.heads) == 3


async def test_what_must_not_be_repeated_is_not() -> None:
    for act in (answers(500), answers(429)):
        async with door_to(act) as (door, provider):
            await ask(door, idempotent=False)
            assert len(provider.heads) == 1
    async with door_to(drops) as (door, provider):
        with pytest.raises(OutcomeUnknown) as caught:
            await ask(door, idempotent=False)
        assert caught.value.reason == "dropped"
        assert len(provider.heads) == 1


async def test_a_pause_that_was_asked_for_is_kept_when_short_and_handed_on_when_long() -> None:
    async with door_to(answers(429, retry_after="0.04"), answers()) as (door, _):
        started = asyncio.get_running_loop().time()
        assert (await ask(door)).status == 200
        assert asyncio.get_running_loop().time() - started >= 0.04
    async with door_to(answers(429, retry_after="60")) as (door, provider):
        answer = await ask(door)
        assert (answer.status, answer.retry_after) == (429, 60)
        assert len(provider.heads) == 1


def test_a_pause_may_be_given_as_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 < (Response(429, {"retry-after": soon}, b"").retry_after or 0) <= 90
    assert Response(429, {"retry-after": "soon"}, b"").retry_after is None
    assert Response(429, {}, b"").retry_after is None


async def test_nobody_listening_means_nothing_was_done() -> None:
    door = Outbound("somebody", base_url=f"http://127.0.0.1:{any_free()}", retry=QUICK)
    with pytest.raises(ProviderUnavailable) as caught:
        await ask(door, idempotent=False)
    assert caught.value.reason == "unreachable"
    await door.aclose()


async def test_no_answer_means_nobody_knows() -> None:
    async with door_to(hangs) as (door, _):
        with pytest.raises(OutcomeUnknown) as caught:
            await ask(door, idempotent=False, timeout=0.05)
        assert caught.value.reason == "timeout"


async def test_an_answer_that_trickles_is_cut_off_in_time() -> None:
    async with door_to(trickles) as (door, _):
        started = asyncio.get_running_loop().time()
        with pytest.raises(OutcomeUnknown):
            await ask(door, idempotent=False, timeout=0.2)
        assert asyncio.get_running_loop().time() - started < 1


async def test_an_answer_that_cannot_be_unpacked_may_still_have_happened() -> None:
    async with door_to(garbles) as (door, _):
        with pytest.raises(OutcomeUnknown) as caught:
            await ask(door, idempotent=False)
        assert caught.value.reason == "malformed_answer"


async def test_settings_that_cannot_work_say_so_for_good() -> None:
    door = Outbound("somebody", base_url="ftp://127.0.0.1", retry=QUICK)
    with pytest.raises(ProviderRejected) as caught:
        await ask(door)
    assert caught.value.reason == "bad_settings"
    await door.aclose()


async def test_after_failures_in_a_row_nothing_goes_out_until_it_heals() -> None:
    breaker = Breaker("somebody", failures=2, cool_down=0.05)
    async with door_to(answers(500), answers(500), answers(), breaker=breaker) as (door, provider):
        for _ in range(2):
            await ask(door, idempotent=False)
        with pytest.raises(ProviderUnavailable) as caught:
            await ask(door)
        assert caught.value.reason == "breaker_open"
        assert caught.value.retry_after is not None
        assert len(provider.heads) == 2
        async with asyncio.timeout(5):
            while breaker.state != "half_open":
                await asyncio.sleep(0.005)
        assert (await ask(door)).status == 200
        assert breaker.state == "closed"


async def test_busy_and_refused_do_not_open_the_breaker() -> None:
    breaker = Breaker("somebody", failures=1)
    for act in (answers(429), answers(400)):
        async with door_to(act, breaker=breaker) as (door, _):
            await ask(door, idempotent=False)
    assert breaker.state == "closed"


async def test_every_attempt_is_counted_by_outcome_and_never_by_address() -> None:
    def count(outcome: str) -> float:
        labels = {"provider": "somebody", "operation": "op", "outcome": outcome}
        return REGISTRY.get_sample_value("medicalcor_outbound_calls_total", labels) or 0

    before = {name: count(name) for name in ("ok", "server_error", "dropped")}
    async with door_to(answers(502), drops, answers()) as (door, _):
        await ask(door)
    assert {name: count(name) - before[name] for name in before} == {"ok": 1, "server_error": 1, "dropped": 1}
    assert b"127.0.0.1" not in metrics.render()[0]
