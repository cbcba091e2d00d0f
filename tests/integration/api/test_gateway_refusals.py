"""Bad input, one way to fail: a problem with the correlation id, nothing of our inside, nothing stored."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from gateway_support import (
    OLD_SECRET,
    REGISTERED,
    SECRET,
    TOKEN,
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

from medicalcor.core.crypto import hmac
from medicalcor.core.ratelimit import Limit
from medicalcor.core.settings import Settings

BODY = encoded(webhook(change(messages=[text_message("wamid.A")])))
DIALOG = hmac.sign(SECRET.encode(), BODY)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["correlation_id"] == answer.headers["x-correlation-id"]
    assert told.keys() == {"type", "title", "status", "detail", "code", "correlation_id"}
    return told


async def send(url: str, method: str, path: str, **more: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.request(method, path, **more)


async def raw(url: str, request: bytes) -> str:
    """What comes back until the server closes the connection."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(request)
    try:
        return (await asyncio.wait_for(reader.read(), 10)).decode()
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256=ă".encode()},
        {"x-360dialog-signature": "0" * 64},
        {"authorization": "Bearer somebody-else"},
        signature(BODY + b" "),
        signature(BODY, "another-secret"),
        {**signature(BODY), "x-360dialog-signature": "0" * 64},
        {"authorization": REGISTERED, "x-hub-signature-256": "sha256=" + "0" * 64},
    ],
)
async def test_without_a_valid_proof_nothing_is_kept(
    gateway: str, stored: Stored, headers: Mapping[str, Any]
) -> None:
    told = problem(await send(gateway, "POST", WEBHOOK, content=BODY, headers=headers), 401)
    assert told["code"] == "signature_rejected"
    assert not await stored.rows()
    page = (await send(gateway, "GET", "/metrics")).text
    assert 'medicalcor_webhooks_total{outcome="bad_signature",provider="whatsapp"}' in page


@pytest.mark.parametrize(
    "headers",
    [
        signature(BODY),
        signature(BODY, OLD_SECRET),
        {"x-360dialog-signature": DIALOG},
        {"x-360dialog-signature": f"sha256={DIALOG}"},
        {"authorization": REGISTERED},
        {**signature(BODY), "authorization": "Bearer of a proxy"},
    ],
)
async def test_each_valid_proof_is_enough(gateway: str, stored: Stored, headers: Mapping[str, str]) -> None:
    assert (await send(gateway, "POST", WEBHOOK, content=BODY, headers=headers)).status_code == 200
    assert len(await stored.rows()) == 1


async def test_a_route_without_secrets_is_not_there(database_url: str, master_key: str) -> None:
    settings = Settings(database_url=database_url, medicalcor_master_key=master_key)
    async with serving(settings) as url:
        problem(await send(url, "POST", WEBHOOK, content=BODY, headers=signature(BODY)), 404)
        problem(await send(url, "GET", f"{WEBHOOK}?hub.mode=subscribe&hub.verify_token="), 404)


async def test_the_handshake_answers_the_bare_challenge(gateway: str) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    answer = await send(gateway, "GET", WEBHOOK, params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    for wrong in ({"hub.verify_token": "guess"}, {"hub.mode": "unsubscribe"}):
        problem(await send(gateway, "GET", WEBHOOK, params={**asked, **wrong}), 403)
    problem(await send(gateway, "GET", WEBHOOK), 403)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"not json", b'{"entry": NaN}', b"\xff\xfe", b'{"a": 1} trailing', b"{'a': 1}"]
)
async def test_what_is_not_json_is_refused(gateway: str, stored: Stored, body: bytes) -> None:
    assert problem(await post(gateway, body), 400)["code"] == "not_json"
    assert not await stored.rows()


@pytest.mark.parametrize("body", [b"[" * 5_000 + b"]" * 5_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000])
async def test_json_nested_too_deeply_is_refused(gateway: str, body: bytes) -> None:
    assert problem(await post(gateway, body), 400)["code"] == "json_too_deep"


async def test_unknown_routes_and_methods(gateway: str) -> None:
    for path in ("/nope", "/webhooks", "/webhooks/nobody", "/webhooks/whatsapp/", "/%00", "/../etc/passwd"):
        problem(await send(gateway, "POST", path, content=b"{}"), 404)
    for path in (WEBHOOK, "/health"):
        refused = await send(gateway, "DELETE", path)
        problem(refused, 405)
        assert "GET" in refused.headers["allow"]


async def test_a_body_over_the_limit_is_refused(database_url: str, master_key: str, stored: Stored) -> None:
    async def in_pieces() -> Any:
        for _ in range(30):
            yield b"x" * 1024

    async with serving(settings_for(database_url, master_key, body_limit_bytes=10_000)) as url:
        problem(await post(url, b"x" * 10_001), 413)
        problem(await send(url, "POST", WEBHOOK, content=in_pieces()), 413)
        assert (await post(url, webhook(change(messages=[text_message("wamid.A")])))).status_code == 200
    assert len(await stored.rows()) == 1


async def test_a_length_that_lies_gains_nothing(database_url: str, master_key: str, stored: Stored) -> None:
    head = "POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\n"
    settings = settings_for(database_url, master_key, body_limit_bytes=1_000, request_timeout_seconds=0.3)
    async with serving(settings) as url:
        short = await raw(url, f"{head}content-length: 900\r\n\r\n{{}}".encode())
        assert short.startswith("HTTP/1.1 408")
        assert json.loads(short.partition("\r\n\r\n")[2])["code"] == "body_too_slow"
        long = await raw(
            url, f"{head}content-length: 2\r\nconnection: close\r\n\r\n{{}}{'x' * 5000}".encode()
        )
        assert long.startswith("HTTP/1.1 401")
        huge = await raw(url, f"{head}content-length: 99999999999999999999\r\n\r\n".encode())
        assert huge.split(" ", 2)[1] in ("400", "413")
        bad = await raw(url, f"{head}content-length: -5\r\n\r\n".encode())
        assert bad.split(" ", 2)[1] == "400"
    assert not await stored.rows()


async def test_a_slow_body_holds_up_nobody(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key, request_timeout_seconds=0.4)) as url:
        slow = asyncio.create_task(
            raw(url, b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{")
        )
        assert (await post(url, webhook(change(messages=[text_message("wamid.A")])))).status_code == 200
        assert not slow.done()
        assert (await slow).startswith("HTTP/1.1 408")


async def test_a_client_that_leaves_in_mid_body_leaves_nothing(gateway: str, stored: Stored) -> None:
    where = urlsplit(gateway)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await post(gateway, webhook(change(messages=[text_message("wamid.A")])))).status_code == 200
    assert len(await stored.rows()) == 1


async def test_too_many_requests_are_told_when_to_come_back(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key), limit=Limit(3, 60)) as url:
        payload = webhook(change(messages=[text_message("wamid.A")]))
        codes = [(await post(url, payload)).status_code for _ in range(3)]
        assert codes == [200, 200, 200]
        refused = await post(url, payload)
        assert problem(refused, 429)["code"] == "rate_limited"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit-limit"] == "3"
        assert refused.headers["ratelimit-remaining"] == "0"
        assert refused.headers["ratelimit-reset"] == refused.headers["retry-after"]
        assert (await send(url, "GET", "/live")).status_code == 200


async def test_limits_can_be_switched_off(database_url: str, master_key: str) -> None:
    async with serving(settings_for(database_url, master_key, rate_limits="off"), limit=Limit(1, 60)) as url:
        payload = webhook(change(messages=[text_message("wamid.A")]))
        assert {(await post(url, payload)).status_code for _ in range(5)} == {200}
