"""Steps about money: one operation each."""

from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.core.log import get_logger
from medicalcor.operations import deposits, inbox, payments, settling
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages

log = get_logger(__name__)


@DBOS.step(name="payments.take_in", **RETRIES)
@through_outages
async def take_in(inbox_id: str) -> None:
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        await payments.take_in(ledger, inbox_id=item.id)


@DBOS.step(name="payments.set_aside", **RETRIES)
@through_outages
async def set_aside(inbox_id: str) -> None:
    """For what could not be taken in."""
    log.error("event_not_taken_in", inbox_id=inbox_id)
    reason = "It could not be taken in; the worker's log says why."
    await payments.set_aside(current().ledger, inbox_id=UUID(inbox_id), reason=reason)


@DBOS.step(name="payments.settle", **RETRIES)
@through_outages
async def settle(payment_id: str, version: int, correlation_id: str, traceparent: str | None) -> None:
    with context.bind(correlation_id=correlation_id, traceparent=traceparent):
        await settling.settle(
            current().ledger, payment_id=UUID(payment_id), version=version, correlation_id=correlation_id
        )


@DBOS.step(name="payments.make_link", **RETRIES)
@through_outages
async def make_link(request_id: str, attempt: int, key_number: int) -> None:
    runtime = current()
    with context.bind(correlation_id=request_id):
        await deposits.make_link(
            runtime.ledger,
            stripe=runtime.stripe,
            request_id=UUID(request_id),
            attempt=attempt,
            key_number=key_number,
        )
