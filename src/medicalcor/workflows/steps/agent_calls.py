"""Steps of calls that the voice agent took: one operation each."""

from typing import Any
from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.operations import agent_calls, call_analysis, inbox, reconciling
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="agent_calls.take_in", **RETRIES)
@through_outages
async def take_in(inbox_id: str) -> dict[str, Any]:
    """What comes next, `analyse` or `nothing`, and of which call."""
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        call_id = await agent_calls.take_in(ledger, inbox_id=item.id)
    return {
        "next": "analyse" if call_id else "nothing",
        "call_id": str(call_id or ""),
        "correlation_id": item.correlation_id,
        "traceparent": item.traceparent,
    }


@DBOS.step(name="agent_calls.analyse", **RETRIES)
@through_outages
async def analyse(call_id: str, correlation_id: str, traceparent: str | None) -> None:
    runtime = current()
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        await call_analysis.analyse(
            runtime.ledger, ai=runtime.ai, call_id=UUID(call_id), correlation_id=correlation_id
        )


@DBOS.step(name="agent_calls.reconcile", **RETRIES)
@through_outages
async def reconcile() -> int:
    runtime = current()
    return await reconciling.lost_reports(runtime.ledger, vapi=runtime.vapi)
