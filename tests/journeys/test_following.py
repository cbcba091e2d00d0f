"""One request is followed through all that it sets off: the answer, the CRM, the AI, and every line about them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from medicalcor.sandbox.providers import stripe_payloads as payloads
from tests import money
from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack
from tests.telephone import Caller
from tests.webhooks import envelope, message, new_wamid

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACE = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


def test_a_message_is_followed_to_every_provider_and_in_the_log(stack: Stack, phone: str) -> None:
    stack.fault(provider="hubspot", kind="rate_limit", retry_after=1)
    told = {"x-correlation-id": f"story-{phone[-7:]}", "traceparent": TRACE}
    payload = envelope([message(phone, HOT["ro"], wamid=new_wamid(phone))])
    answer = stack.post_json(payload, **told)
    assert answer.status_code == 200
    assert {name: answer.headers[name] for name in told} == told
    stack.answered(phone)
    stack.settle(60)

    for provider in ("whatsapp", "hubspot", "openai"):
        calls = stack.calls(provider)
        assert calls, provider
        for call in calls:
            assert call["headers"].items() >= told.items(), (provider, call["path"], call["headers"])

    lines = [json.loads(line) for line in stack.processes["worker-0"].log.read_text().splitlines()]
    [busy] = [line for line in lines if line.get("correlation_id") == told["x-correlation-id"]][:1]
    assert (busy["event"], busy["trace_id"]) == ("outbound_call", TRACE_ID)
    events = stack.rows(
        "select count(*) as n from domain_events where correlation_id = $1", told["x-correlation-id"]
    )
    assert events[0]["n"] > 3


@contextmanager
def told(stack: Stack, story: str) -> Iterator[dict[str, str]]:
    """Whatever is posted to the gateway meanwhile is of this story; answers the headers that say so."""
    headers = {"x-correlation-id": story, "traceparent": TRACE}
    stack.http.headers.update(headers)
    yield headers
    for name in headers:
        del stack.http.headers[name]


def known(stack: Stack, phone: str) -> None:
    """Somebody who wrote before, and was answered; the providers have forgotten it."""
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    stack.settle(60)
    stack.http.post(f"{stack.sandbox_url}/_sandbox/reset")


def test_a_missed_call_is_followed_to_every_provider(stack: Stack, phone: str) -> None:
    known(stack, phone)
    with told(stack, f"call-{phone[-7:]}") as headers:
        caller = Caller(stack, phone)
        caller.rings()
        caller.dialled("no-answer")
        caller.recorded(voicemail=True)
        caller.ends()
    stack.settle(60)
    assert caller.log()["transcript"]
    for provider in ("twilio", "openai", "whatsapp", "hubspot"):
        calls = stack.calls(provider)
        assert calls, provider
        for call in calls:
            assert call["headers"].items() >= headers.items(), (provider, call["path"], call["headers"])


def test_a_payment_is_followed_to_its_receipt(stack: Stack, phone: str) -> None:
    known(stack, phone)
    with told(stack, f"money-{phone[-7:]}") as headers:
        intent = payloads.payment_intent(money.payer(phone=phone))
        money.tell(stack, "payment_intent.succeeded", intent)
    money.becomes(stack, intent["id"], "paid")
    stack.settle(60)
    for provider in ("whatsapp", "hubspot"):
        calls = stack.calls(provider)
        assert calls, provider
        for call in calls:
            assert call["headers"].items() >= headers.items(), (provider, call["path"], call["headers"])
