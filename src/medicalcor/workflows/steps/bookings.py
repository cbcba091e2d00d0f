"""The four steps of the booking agent: understand, find times, offer them, book."""

from typing import Any
from uuid import UUID

from dbos import DBOS
from pydantic import TypeAdapter

from medicalcor.core import context
from medicalcor.operations import booking_agent, booking_steps, inbox
from medicalcor.operations.booking_agent import Understood
from medicalcor.operations.booking_steps import Why
from medicalcor.operations.offering import Found
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages

_FOUND = TypeAdapter(Found)


@DBOS.step(name="booking.understand", **RETRIES)
@through_outages
async def understand(message_id: str, correlation_id: str) -> dict[str, str | None]:
    """The dialogue's id, and what comes next: `find`, `choose`, `cancel` or `said`."""
    runtime = current()
    traceparent = await inbox.traceparent_of(runtime.ledger, message_id=UUID(message_id))
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        found = await booking_agent.understand(
            runtime.ledger, ai=runtime.ai, message_id=UUID(message_id), correlation_id=correlation_id
        )
    return _as_words(found)


@DBOS.step(name="booking.begin", **RETRIES)
@through_outages
async def begin(lead_id: str, by: str | None, correlation_id: str) -> dict[str, str | None]:
    with context.bind(correlation_id=correlation_id):
        found = await booking_agent.begin(
            current().ledger,
            lead_id=UUID(lead_id),
            by=UUID(by) if by else None,
            request=str(DBOS.workflow_id),
            correlation_id=correlation_id,
        )
    return _as_words(found)


def _as_words(found: Understood) -> dict[str, str | None]:
    return {"booking_id": str(found.booking_id) if found.booking_id else None, "next": found.next}


@DBOS.step(name="booking.find_slots", **RETRIES)
@through_outages
async def find_slots(booking_id: str) -> dict[str, Any]:
    """Free times of the clinic, and how far they are from the wish; nothing of whose wish it is."""
    found = await booking_steps.find(current().ledger, booking_id=UUID(booking_id))
    values: dict[str, Any] = _FOUND.dump_python(found, mode="json")
    return values


@DBOS.step(name="booking.offer", **RETRIES)
@through_outages
async def offer(
    booking_id: str, message_id: str | None, found: dict[str, Any], why: Why | None, correlation_id: str
) -> None:
    with context.bind(correlation_id=correlation_id):
        await booking_steps.offer(
            current().ledger,
            booking_id=UUID(booking_id),
            message_id=UUID(message_id) if message_id else None,
            found=_FOUND.validate_python(found),
            why=why,
            correlation_id=correlation_id,
        )


@DBOS.step(name="booking.book", **RETRIES)
@through_outages
async def book(booking_id: str, message_id: str, correlation_id: str) -> dict[str, Any]:
    """Done, or why new times are to be offered."""
    with context.bind(correlation_id=correlation_id):
        settled = await booking_steps.settle(
            current().ledger,
            booking_id=UUID(booking_id),
            message_id=UUID(message_id),
            correlation_id=correlation_id,
        )
    return {"done": settled.done, "why": settled.why}
