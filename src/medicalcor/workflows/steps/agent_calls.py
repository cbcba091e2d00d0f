"""Steps of calls that the voice agent took: one operation each."""

from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.operations import agent_calls, inbox, reconciling
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="agent_calls.take_in", **RETRIES)
@through_outages
async def take_in(inbox_id: str) -> dict[str, str]:
    """What comes next, `score` or `nothing`; to be scored is the message that the caller's words became."""
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        message_id = await agent_calls.take_in(ledger, inbox_id=item.id)
    return {
        "next": "score" if message_id else "nothing",
        "message_id": str(message_id or ""),
        "correlation_id": item.correlation_id,
    }


@DBOS.step(name="agent_calls.reconcile", **RETRIES)
@through_outages
async def reconcile() -> int:
    runtime = current()
    return await reconciling.lost_reports(runtime.ledger, vapi=runtime.vapi)
