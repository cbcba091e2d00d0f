"""Steps around visits."""

from dbos import DBOS

from medicalcor.operations import appointments, openings, reminders
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="appointments.expire_holds", **RETRIES)
@through_outages
async def expire_holds() -> int:
    return await appointments.expire_holds(current().ledger)


@DBOS.step(name="appointments.remind", **RETRIES)
@through_outages
async def remind() -> int:
    return await reminders.sweep(current().ledger)


@DBOS.step(name="appointments.offer_openings", **RETRIES)
@through_outages
async def offer_openings() -> int:
    return await openings.sweep(current().ledger)
