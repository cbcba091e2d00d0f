"""What follows a request into the calls it sets off."""

import asyncio

from medicalcor.core import context


def test_nothing_is_carried_when_nothing_is_bound() -> None:
    assert context.outgoing_headers() == {}


def test_what_is_bound_is_carried_and_then_no_more() -> None:
    with context.bind(correlation_id="c-1", traceparent="00-a-b-01"):
        with context.bind(correlation_id="c-2"):
            assert context.outgoing_headers() == {"X-Correlation-ID": "c-2", "traceparent": "00-a-b-01"}
        assert context.correlation_id() == "c-1"
    assert context.outgoing_headers() == {}


async def test_tasks_carry_on_what_they_were_started_under() -> None:
    async def look() -> str | None:
        return context.correlation_id()

    with context.bind(correlation_id="c-1"):
        task = asyncio.create_task(look())
    assert await task == "c-1"
