"""What the voice agent told of a call: taken in, and when the caller said something, judged."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.steps import agent_calls as steps
from medicalcor.workflows.steps import conversations


@DBOS.workflow(name=jobs.VAPI_EVENT.name, max_recovery_attempts=50)
async def event(inbox_id: str) -> str:
    try:
        taken = await steps.take_in(inbox_id)
    except Exception:  # noqa: BLE001 - whatever it is, the engine has logged it, and a person must see the report
        await conversations.set_aside(inbox_id)
        return "set_aside"
    if taken["next"] == "nothing":
        return "recorded"
    await steps.analyse(taken["call_id"], taken["correlation_id"], taken.get("traceparent"))
    return "analysed"
