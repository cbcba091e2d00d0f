"""Somebody at the gateway waits for an answer."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.steps import asks as steps


@DBOS.workflow(name=jobs.ASK.name, max_recovery_attempts=20)
async def answer(ask_id: str) -> None:
    await steps.answer(ask_id)
