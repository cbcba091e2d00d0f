"""Steps about what people agree to."""

from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.operations import inbox, unsubscribing
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="consents.unsubscribe", **RETRIES)
@through_outages
async def unsubscribe(inbox_id: str) -> None:
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        await unsubscribing.withdraw(ledger, item)
