"""Steps of telephone calls: one operation each. Their outcomes are ids and words of ours, never what was said."""

from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.operations import call_analysis, inbox, recordings, telephony
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="calls.take_in", **RETRIES)
@through_outages
async def take_in(inbox_id: str) -> str | None:
    """The call's id; None when it could not be read and waits for staff, or came too early and is taken in later."""
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        call_id = await telephony.take_in(ledger, inbox_id=item.id)
    return str(call_id) if call_id else None


@DBOS.step(name="calls.settle", **RETRIES)
@through_outages
async def settle(call_id: str, correlation_id: str, traceparent: str | None) -> None:
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        await telephony.settle(current().ledger, call_id=UUID(call_id), correlation_id=correlation_id)


@DBOS.step(name="calls.fetch_recording", **RETRIES)
@through_outages
async def fetch_recording(sid: str, correlation_id: str, tries: int, traceparent: str | None) -> str:
    runtime = current()
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        return await recordings.fetch(
            runtime.ledger,
            twilio=runtime.twilio,
            ai_on=runtime.ai is not None,
            sid=sid,
            correlation_id=correlation_id,
            tries=tries,
        )


@DBOS.step(name="calls.transcribe", **RETRIES)
@through_outages
async def transcribe(sid: str, correlation_id: str, tries: int, traceparent: str | None) -> str:
    runtime = current()
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        return await recordings.transcribe(
            runtime.ledger, ai=runtime.ai, sid=sid, correlation_id=correlation_id, tries=tries
        )


@DBOS.step(name="calls.analyse", **RETRIES)
@through_outages
async def analyse(sid: str, correlation_id: str, traceparent: str | None) -> None:
    runtime = current()
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        await call_analysis.analyse(
            runtime.ledger,
            ai=runtime.ai,
            call_id=await recordings.call_of(runtime.ledger, sid=sid),
            correlation_id=correlation_id,
        )


@DBOS.step(name="calls.let_recording_go", **RETRIES)
@through_outages
async def let_recording_go(sid: str, correlation_id: str, tries: int, traceparent: str | None) -> str:
    runtime = current()
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        return await recordings.let_go(
            runtime.ledger, twilio=runtime.twilio, sid=sid, correlation_id=correlation_id, tries=tries
        )
