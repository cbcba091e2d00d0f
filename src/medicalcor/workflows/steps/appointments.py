"""Steps around visits."""

from uuid import UUID

from dbos import DBOS

from medicalcor.core import context
from medicalcor.operations import holds, openings, reminders, visit_news
from medicalcor.workflows.steps.current import current
from medicalcor.workflows.steps.retries import RETRIES, through_outages


@DBOS.step(name="appointments.expire_holds", **RETRIES)
@through_outages
async def expire_holds() -> int:
    return await holds.expire_holds(current().ledger)


@DBOS.step(name="appointments.remind", **RETRIES)
@through_outages
async def remind() -> int:
    return await reminders.sweep(current().ledger)


@DBOS.step(name="appointments.offer_openings", **RETRIES)
@through_outages
async def offer_openings() -> int:
    return await openings.sweep(current().ledger)


@DBOS.step(name="visits.tell", **RETRIES)
@through_outages
async def tell_news(appointment_id: str, version: int, correlation_id: str) -> None:
    with context.bind(correlation_id=correlation_id):
        await visit_news.tell(
            current().ledger,
            appointment_id=UUID(appointment_id),
            version=version,
            correlation_id=correlation_id,
        )
