"""What happens to a WhatsApp message, to the statuses of ours, and to what Meta says of our templates."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.flows.lead_scoring import answer_settled, take_in
from medicalcor.workflows.steps import conversations as steps
from medicalcor.workflows.steps import effects as effect_steps


@DBOS.workflow(name=jobs.WHATSAPP_MESSAGE.name, max_recovery_attempts=50)
async def message(inbox_id: str) -> str:
    return await take_in(inbox_id)


@DBOS.workflow(name=jobs.ANSWER.name, max_recovery_attempts=50)
async def settled_answer(message_id: str, correlation_id: str) -> str:
    return await answer_settled(message_id, correlation_id)


@DBOS.workflow(name=jobs.WHATSAPP_STATUSES.name, max_recovery_attempts=50)
async def statuses(slot_ends_ms: int) -> None:
    """All that was stored in this half second, and whatever else waits."""
    await steps.take_statuses(slot_ends_ms)


@DBOS.workflow(name=jobs.WHATSAPP_TEMPLATE.name, max_recovery_attempts=50)
async def template(inbox_id: str) -> None:
    """What waited for it is asked about again."""
    await effect_steps.take_template(inbox_id)
