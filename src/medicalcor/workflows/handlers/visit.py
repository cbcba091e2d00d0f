"""What patients are told of visits that others arranged for them."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.steps import appointments as steps


@DBOS.workflow(name=jobs.VISIT_NEWS.name, max_recovery_attempts=20)
async def tell(appointment_id: str, version: int, correlation_id: str) -> None:
    await steps.tell_news(appointment_id, version, correlation_id)
