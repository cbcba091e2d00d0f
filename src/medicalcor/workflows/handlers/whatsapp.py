"""What happens to a WhatsApp message, and to the statuses of ours."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.flows.lead_scoring import answer, score_and_answer
from medicalcor.workflows.steps import conversations as steps


@DBOS.workflow(name=jobs.WHATSAPP_MESSAGE.name, max_recovery_attempts=50)
async def message(inbox_id: str) -> str:
    try:
        received = await steps.receive(inbox_id)
    except Exception:  # noqa: BLE001 - whatever it is, the engine has logged it, and a person must see the message
        received = await steps.set_aside(inbox_id)
    if received["next"] == "nothing":
        return "recorded"
    if received["next"] == "score":
        return await score_and_answer(received["message_id"], received["correlation_id"])
    return await answer(received["message_id"], received["correlation_id"])


@DBOS.workflow(name=jobs.ANSWER.name, max_recovery_attempts=50)
async def settled_answer(message_id: str, correlation_id: str) -> str:
    """The patient has paused: answer what they wrote in the meantime, together."""
    return await answer(message_id, correlation_id, settled=True)


@DBOS.workflow(name=jobs.WHATSAPP_STATUSES.name, max_recovery_attempts=50)
async def statuses(slot_ends_ms: int) -> None:
    """All that was stored in this half second, and whatever else waits."""
    await steps.take_statuses(slot_ends_ms)
