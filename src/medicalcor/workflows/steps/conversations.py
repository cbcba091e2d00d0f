"""Steps of a conversation: one operation each."""

import asyncio
from uuid import UUID

from dbos import DBOS

from medicalcor.core import clock, context
from medicalcor.core.log import get_logger
from medicalcor.operations import booking_agent, choices, inbox, leads, messaging, receiving, responding
from medicalcor.operations.receiving import Received
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages

COMMIT_SECONDS = 0.2
"""What was stored in a slot is committed this long after its end; a later one comes with the next or the sweep."""
LONGEST_PAUSE_SECONDS = 1.0

log = get_logger(__name__)


@DBOS.step(name="conversations.receive", **RETRIES)
@through_outages
async def receive(inbox_id: str) -> dict[str, str]:
    """Ids of what it became, and what comes next: `choose`, `score`, `answer` or `nothing`."""
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        return _as_words(await receiving.receive(ledger, inbox_id=item.id), item.correlation_id)


@DBOS.step(name="conversations.set_aside", **RETRIES)
@through_outages
async def set_aside(inbox_id: str) -> dict[str, str]:
    """As `receive`, for what it failed on."""
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        log.error("message_not_taken_in", inbox_id=inbox_id)
        reason = "It could not be taken in; the worker's log says why."
        return _as_words(
            await receiving.set_aside(ledger, inbox_id=item.id, reason=reason), item.correlation_id
        )


def _as_words(received: Received, correlation_id: str) -> dict[str, str]:
    return {
        "message_id": str(received.message_id),
        "next": received.next,
        "correlation_id": correlation_id,
    }


@DBOS.step(name="conversations.choose", **RETRIES)
@through_outages
async def choose(message_id: str, correlation_id: str) -> dict[str, str | None]:
    """Whether it was taken; and the dialogue about a visit that it moved on, with what comes next there."""
    ledger = current().ledger
    traceparent = await inbox.traceparent_of(ledger, message_id=UUID(message_id))
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        taken = await choices.take(ledger, message_id=UUID(message_id), correlation_id=correlation_id)
        led = await booking_agent.led_to(ledger, message_id=UUID(message_id))
    return {
        "taken": "yes" if taken else "no",
        "booking_id": str(led.booking_id) if led.booking_id else None,
        "next": led.next,
    }


@DBOS.step(name="conversations.judge_and_answer", **RETRIES)
@through_outages
async def judge_and_answer(message_id: str, correlation_id: str) -> str:
    runtime = current()
    traceparent = await inbox.traceparent_of(runtime.ledger, message_id=UUID(message_id))
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        return await responding.judge_and_answer(
            runtime.ledger, _voices(), message_id=UUID(message_id), correlation_id=correlation_id
        )


@DBOS.step(name="conversations.answer", **RETRIES)
@through_outages
async def answer(message_id: str, correlation_id: str, *, settled: bool = False) -> str:
    runtime = current()
    traceparent = await inbox.traceparent_of(runtime.ledger, message_id=UUID(message_id))
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        return await responding.answer(
            runtime.ledger,
            _voices(),
            message_id=UUID(message_id),
            correlation_id=correlation_id,
            settled=settled,
        )


@DBOS.step(name="conversations.judge_again", **RETRIES)
@through_outages
async def judge_again(lead_id: str, correlation_id: str) -> str:
    """Once a run: `judged`, `superseded` or `nothing_to_judge`."""
    runtime = current()
    with context.bind(correlation_id=correlation_id):
        return await leads.judge_again(
            runtime.ledger,
            ai=runtime.ai,
            lead_id=UUID(lead_id),
            request=str(DBOS.workflow_id),
            correlation_id=correlation_id,
        )


def _voices() -> responding.Voices:
    runtime = current()
    return responding.Voices(ai=runtime.ai, whatsapp=runtime.whatsapp, email=runtime.email)


@DBOS.step(name="messaging.take_statuses", **RETRIES)
@through_outages
async def take_statuses(slot_ends_ms: int) -> int:
    pause = slot_ends_ms / 1000 + COMMIT_SECONDS - clock.now().timestamp()
    await asyncio.sleep(min(max(pause, 0), LONGEST_PAUSE_SECONDS))
    return await messaging.take_statuses(current().ledger)
