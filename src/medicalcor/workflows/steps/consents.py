"""Steps about what people agree to."""

from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.operations import consent_answers, consent_upkeep, inbox, unsubscribing
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="consents.unsubscribe", **RETRIES)
@through_outages
async def unsubscribe(inbox_id: str) -> None:
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        await unsubscribing.withdraw(ledger, item)


@DBOS.step(name="consents.follow", **RETRIES)
@through_outages
async def follow(inbox_id: str) -> None:
    ledger = current().ledger
    item = await inbox.open_item(ledger, inbox_id=UUID(inbox_id))
    with context.bind(correlation_id=item.correlation_id, traceparent=item.traceparent):
        await consent_answers.follow(ledger, item)


@DBOS.step(name="consents.audit", **RETRIES)
@through_outages
async def audit() -> int:
    """What ended is recorded, what ends soon is asked about."""
    return await consent_upkeep.audit(current().ledger)


@DBOS.step(name="consents.ask_for_missing", **RETRIES)
@through_outages
async def ask_for_missing() -> int:
    return await consent_upkeep.ask_for_missing(current().ledger)
