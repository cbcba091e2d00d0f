"""Delivery of what was planned, in the order in which it was."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.steps import effects as steps


@DBOS.workflow(name=jobs.DELIVER.name, max_recovery_attempts=50)
async def deliver(effect_ids: list[str]) -> None:
    await steps.deliver(effect_ids)
