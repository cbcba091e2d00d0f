"""Steps of a conversation: one operation each."""

from uuid import UUID

from dbos import DBOS
from pydantic import ValidationError

from medicalcor.core import context
from medicalcor.operations import answers, inbox, leads, messaging, receiving
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES


@DBOS.step(name="conversations.receive", **RETRIES)
async def receive(inbox_id: str) -> dict[str, str]:
    """Ids of what it became, and what comes next: `score`, `answer` or `nothing`."""
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        try:
            received = await receiving.receive(ledger, inbox_id=item.id)
        except ValidationError:
            await inbox.set_aside(
                ledger, inbox_id=item.id, reason="The message does not have the shape WhatsApp documents."
            )
            return {"next": "nothing", "correlation_id": item.correlation_id}
    return {
        "message_id": str(received.message_id),
        "next": received.next,
        "correlation_id": item.correlation_id,
    }


@DBOS.step(name="leads.score", **RETRIES)
async def score(message_id: str, correlation_id: str) -> dict[str, bool]:
    runtime = current()
    with context.bind(correlation_id=correlation_id):
        scored = await leads.score(
            runtime.ledger, ai=runtime.ai, message_id=UUID(message_id), correlation_id=correlation_id
        )
    return {"superseded": scored.superseded, "ai_usable": scored.ai_usable}


@DBOS.step(name="conversations.answer", **RETRIES)
async def answer(message_id: str, correlation_id: str, *, ai_usable: bool, settled: bool) -> str:
    runtime = current()
    with context.bind(correlation_id=correlation_id):
        return await answers.answer(
            runtime.ledger,
            ai=runtime.ai if ai_usable else None,
            message_id=UUID(message_id),
            settled=settled,
            correlation_id=correlation_id,
        )


@DBOS.step(name="messaging.take_statuses", **RETRIES)
async def take_statuses(inbox_ids: list[str]) -> None:
    await messaging.take_statuses(current().ledger, inbox_ids=[UUID(i) for i in inbox_ids])
