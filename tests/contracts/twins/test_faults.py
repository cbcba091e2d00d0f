"""Misbehaviour to order, on every provider alike."""

import asyncio
import time

import httpx
import pytest

CALLS = {
    "whatsapp": (
        "/whatsapp/messages",
        {"D360-API-KEY": "wa-key"},
        {"messaging_product": "whatsapp", "to": "40722000001", "type": "text", "text": {"body": "Salut"}},
    ),
    "hubspot": (
        "/hubspot/crm/objects/2026-09/contacts",
        {"Authorization": "Bearer hs-token"},
        {"properties": {"firstname": "Ana"}},
    ),
    "openai": (
        "/openai/v1/chat/completions",
        {"Authorization": "Bearer ai-key"},
        {"model": "gpt-5.5", "messages": [{"role": "user", "content": "Salut"}]},
    ),
    "vapi": (
        "/vapi/call",
        {"Authorization": "Bearer vapi-key"},
        {
            "assistantId": "44444444-4444-4444-8444-444444444444",
            "phoneNumberId": "33333333-3333-4333-8333-333333333333",
            "customer": {"number": "+40722000001"},
        },
    ),
    "stripe": (
        "/stripe/v1/payment_links",
        {"Authorization": "Bearer sk_test", "Idempotency-Key": "k1"},
        {
            "line_items[0][price_data][currency]": "ron",
            "line_items[0][price_data][unit_amount]": "25000",
            "line_items[0][price_data][product_data][name]": "Avans",
            "line_items[0][quantity]": "1",
        },
    ),
    "twilio": (
        f"/twilio/2010-04-01/Accounts/AC{'0' * 32}/Calls.json",
        {"Authorization": "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDp0b2tlbg=="},
        {"To": "+40722000001", "From": "+40310000001", "Twiml": "<Response/>"},
    ),
}
FORMS = {"stripe", "twilio"}


@pytest.fixture(params=CALLS)
def provider(request) -> str:
    return request.param


async def call(staged, provider, **options):
    path, headers, body = CALLS[provider]
    content = {"data" if provider in FORMS else "json": body}
    return await staged.http.post(path, headers=headers, **content, **options)


async def last(staged, provider):
    return (await staged.calls(provider))[-1]


async def test_status_has_the_providers_own_error_form(staged, provider):
    await staged.fault(provider=provider, kind="status", status=503, count=2)
    for _ in range(2):
        answer = await call(staged, provider)
        assert answer.status_code == 503
        assert isinstance(answer.json(), dict)
    assert (await call(staged, provider)).status_code < 300


async def test_status_with_a_body(staged, provider):
    await staged.fault(provider=provider, kind="status", status=418, body={"short": "stout"})
    await staged.fault(provider=provider, kind="status", status=502, body="Bad gateway")
    assert (await call(staged, provider)).json() == {"short": "stout"}
    assert (await call(staged, provider)).text == "Bad gateway"


async def test_delay(staged, provider):
    await staged.fault(provider=provider, kind="delay", seconds=0.15)
    began = time.monotonic()
    assert (await call(staged, provider)).status_code < 300
    assert time.monotonic() - began >= 0.15


async def test_malformed_takes_effect_and_answers_rubbish(staged, provider):
    await staged.fault(provider=provider, kind="malformed")
    answer = await call(staged, provider)
    assert answer.status_code < 300
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert (await last(staged, provider))["fault"] == "malformed"


async def test_drop_before_the_effect(staged, provider):
    await staged.fault(provider=provider, kind="drop")
    with pytest.raises(httpx.TransportError):
        await call(staged, provider)
    assert (await last(staged, provider))["status"] is None
    assert (await call(staged, provider)).status_code < 300


async def test_drop_after_the_effect(staged, provider):
    await staged.fault(provider=provider, kind="drop_after")
    with pytest.raises(httpx.TransportError):
        await call(staged, provider)
    assert (await last(staged, provider))["status"] < 300


async def test_hang_ends_when_the_client_gives_up(staged, provider):
    await staged.fault(provider=provider, kind="hang")
    with pytest.raises(httpx.ReadTimeout):
        await call(staged, provider, timeout=0.1)
    assert (await last(staged, provider))["status"] is None


async def test_hang_ends_after_its_seconds(staged, provider):
    await staged.fault(provider=provider, kind="hang", seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        await call(staged, provider)


async def test_only_matching_paths(staged, provider):
    await staged.fault(provider=provider, kind="status", status=500, match="/nowhere")
    assert (await call(staged, provider)).status_code < 300
    assert (await staged.http.get("/_sandbox/faults")).json()[0]["left"] == 1
    await staged.http.delete("/_sandbox/faults")
    assert (await staged.http.get("/_sandbox/faults")).json() == []


@pytest.mark.parametrize(
    ("who", "status", "words"),
    [
        ("hubspot", 429, "TEN_SECONDLY_ROLLING"),
        ("openai", 429, "rate_limit_exceeded"),
        ("vapi", 429, ""),
        ("stripe", 429, "rate_limit"),
        ("twilio", 429, "20429"),
    ],
)
async def test_each_rate_limit_is_the_providers_own(staged, who, status, words):
    await staged.fault(provider=who, kind="rate_limit", retry_after=7)
    answer = await call(staged, who)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, "7")
    assert words in answer.text
    assert (await call(staged, who)).status_code < 300, "nothing had taken effect"


async def test_whatsapp_rate_limits(staged):
    await staged.fault(provider="whatsapp", kind="rate_limit")
    answer = await call(staged, "whatsapp")
    assert answer.status_code == 400
    assert "exceeded the endpoint rate limit" in answer.text
    await staged.fault(provider="whatsapp", kind="rate_limit", code=130429)
    answer = await call(staged, "whatsapp")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, 130429)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ({"provider": "whatsap", "kind": "delay"}, "whatsapp"),
        ({"provider": "whatsapp", "kind": "explode"}, "drop_after"),
        ({"provider": "whatsapp", "kind": "nonsense"}, "reorder_webhooks"),
        ({"provider": "whatsapp", "kind": "status"}, "status"),
        ({"provider": "whatsapp", "kind": "delay", "count": 0}, "count"),
        ({"provider": "whatsapp", "kind": "delay", "colour": "red"}, "colour"),
        ({"provider": "whatsapp", "kind": "rate_limit", "code": 7}, "130429"),
        ([], "object"),
    ],
)
async def test_an_order_that_cannot_be_met_says_what_there_is(staged, order, names):
    answer = await staged.http.post("/_sandbox/faults", json=order)
    assert answer.status_code == 400
    assert names in answer.json()["error"]


async def test_calls_are_kept_in_order_of_arrival(staged):
    path, headers, body = CALLS["whatsapp"]
    await staged.fault(provider="whatsapp", kind="delay", seconds=0.1)
    slow = asyncio.create_task(staged.http.post(path, headers=headers, json=body))
    while not await staged.calls("whatsapp"):
        await asyncio.sleep(0)
    await staged.http.post(path, headers=headers, content=b"not json")
    await slow
    first, second = await staged.calls("whatsapp")
    assert first["at"] <= second["at"]
    assert set(first) == {"at", "method", "path", "headers", "body", "status", "fault"}
    assert (first["path"], first["body"], first["status"]) == ("/messages", body, 200)
    assert (second["body"], second["status"]) == ("not json", 400)
    (everything, *_) = (await staged.http.get("/_sandbox/calls")).json()
    assert everything["provider"] == "whatsapp"
    assert (await staged.http.get("/_sandbox/calls?provider=nobody")).status_code == 400


async def test_reset_forgets_everything_but_the_switches(staged):
    staged.gateway.answers.extend([500] * 50)
    await call(staged, "whatsapp")
    await staged.gateway.until(lambda taken: len(taken) >= 1)
    await staged.fault(provider="whatsapp", kind="drop", count=9)
    await staged.http.post("/_sandbox/reset")
    assert staged.app.sender.in_flight == 0
    assert (await staged.http.get("/_sandbox/faults")).json() == []
    assert (await staged.http.get("/_sandbox/calls")).json() == []
    assert staged.app.threads.get("40722000001") is None
    assert (await staged.http.get("/_sandbox/settings")).json()["delays"] == [0, 0, 0]


async def test_settings_that_do_not_exist_are_refused(staged):
    answer = await staged.http.post("/_sandbox/settings", json={"status": False})
    assert answer.status_code == 400
