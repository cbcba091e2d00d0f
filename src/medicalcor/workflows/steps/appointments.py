"""Steps around visits."""

from dbos import DBOS

from medicalcor.operations import appointments
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="appointments.expire_holds", **RETRIES)
@through_outages
async def expire_holds() -> int:
    return await appointments.expire_holds(current().ledger)
