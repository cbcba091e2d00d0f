"""One request is followed through all that it sets off: the answer, the CRM, the AI, and every line about them."""

import json

from tests.journeys.test_whatsapp_message import HOT
from tests.stack import Stack
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
