"""A lead is judged anew because somebody asked for it, not because the patient wrote."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.steps import conversations as steps


@DBOS.workflow(name=jobs.LEAD_SCORING.name, max_recovery_attempts=20)
async def judge_again(lead_id: str, correlation_id: str) -> str:
    return await steps.judge_again(lead_id, correlation_id)
