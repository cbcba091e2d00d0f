"""What happens to a telephone call, and to the recordings of it."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.flows.voice_transcription import write_down
from medicalcor.workflows.steps import calls as steps
from medicalcor.workflows.steps import conversations


@DBOS.workflow(name=jobs.VOICE_CALL.name, max_recovery_attempts=50)
async def call(inbox_id: str) -> str:
    """What Twilio told of it."""
    try:
        taken_in = await steps.take_in(inbox_id)
    except Exception:  # noqa: BLE001 - whatever it is, the engine has logged it, and a person must see the item
        await conversations.set_aside(inbox_id)
        return "set_aside"
    return "recorded" if taken_in else "not_recorded"


@DBOS.workflow(name=jobs.VOICE_SETTLE.name, max_recovery_attempts=50)
async def settle(call_id: str, correlation_id: str, traceparent: str | None = None) -> None:
    """The call has been over for a while: silence means that nobody was reached."""
    await steps.settle(call_id, correlation_id, traceparent)


@DBOS.workflow(name=jobs.TRANSCRIPTION.name, max_recovery_attempts=20)
async def transcription(sid: str, correlation_id: str, tries: int, traceparent: str | None = None) -> str:
    return await write_down(sid, correlation_id, tries, traceparent)
