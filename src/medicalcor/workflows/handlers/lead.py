"""What is done about a lead because somebody asked for it, not because the patient wrote."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.flows import booking_agent
from medicalcor.workflows.steps import conversations as steps


@DBOS.workflow(name=jobs.LEAD_SCORING.name, max_recovery_attempts=20)
async def judge_again(lead_id: str, correlation_id: str) -> str:
    return await steps.judge_again(lead_id, correlation_id)


@DBOS.workflow(name=jobs.BOOKING_AGENT.name, max_recovery_attempts=20)
async def offer_times(lead_id: str, by: str | None, correlation_id: str) -> str:
    return await booking_agent.begin(lead_id, by, correlation_id)
