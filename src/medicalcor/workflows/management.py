"""Managing runs for whoever asks at the gateway, which does not know the engine.

A run that failed is over for the engine: it goes on under the same id from the step that failed (rewind). One that was
cancelled keeps its place in its conversation's queue. What is asked for twice is done once.
"""

from typing import Any

from dbos import DBOS, SetWorkflowID, WorkflowStatus

from medicalcor.core import jobs
from medicalcor.core.errors import Conflict, NotFound
from medicalcor.operations.asks import Functions, Tools

_QUEUES = {job.name: job.queue for job in reversed(jobs.JOBS)}
"""Of jobs that have several, the first."""
_KNOWN = frozenset(job.queue for job in jobs.JOBS)
_OPEN = frozenset({"ENQUEUED", "DELAYED", "PENDING"})


async def cancel(_tools: Tools, asked: Any) -> dict[str, Any]:
    run = await _run(asked["run_id"])
    if run.status == "CANCELLED":
        return _managed(run.workflow_id)
    if run.status not in _OPEN:
        raise Conflict("This run has come to its end.")
    await DBOS.cancel_workflow_async(run.workflow_id)
    return _managed(run.workflow_id)


async def resume(_tools: Tools, asked: Any) -> dict[str, Any]:
    run = await _run(asked["run_id"])
    if run.status in ("CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"):
        await DBOS.resume_workflow_async(run.workflow_id, queue_name=_queue(run))
    elif run.status == "ERROR":
        await DBOS.rewind_workflow_async(
            run.workflow_id,
            start_step=await _failed_step(run.workflow_id),
            queue_name=_queue(run),
            queue_partition_key=run.queue_partition_key,
        )
    elif run.status == "SUCCESS":
        raise Conflict("This run has succeeded. Fork it to do it again.")
    return _managed(run.workflow_id)


async def fork(tools: Tools, asked: Any) -> dict[str, Any]:
    run = await _run(asked["run_id"])
    if run.status in _OPEN:
        raise Conflict("This run has not come to its end. Cancel it first.")
    fork_id = f"fork:{tools.ask_id.hex}"
    if await _status(fork_id) is None:
        with SetWorkflowID(fork_id):
            await DBOS.fork_workflow_async(
                run.workflow_id,
                asked["from_step"],
                queue_name=_queue(run),
                queue_partition_key=run.queue_partition_key,
            )
    return _managed(fork_id)


FUNCTIONS: Functions = {"runs.cancel": cancel, "runs.resume": resume, "runs.fork": fork}


def _managed(run_id: str) -> dict[str, Any]:
    return {"run_id": run_id, "done": True}


async def _run(run_id: str) -> WorkflowStatus:
    run = await _status(run_id)
    if run is None:
        raise NotFound("There is no such run. Finished runs are kept for 30 days.")
    if run_id == DBOS.workflow_id:
        raise Conflict("This is the run that answers you.")
    return run


async def _status(run_id: str) -> WorkflowStatus | None:
    """Without what went in and came out: neither is needed here."""
    found = await DBOS.list_workflows_async(workflow_ids=[run_id], load_input=False, load_output=False)
    return found[0] if found else None


async def _failed_step(run_id: str) -> int:
    """The first step with an error; the first of all when none was written down."""
    steps = await DBOS.list_workflow_steps_async(run_id)
    return next((step["function_id"] for step in steps if step["error"] is not None), 1)


def _queue(run: WorkflowStatus) -> str | None:
    """Where it was: the engine forgets the queue of a run that is cancelled, and deliveries have several."""
    if run.queue_name in _KNOWN:
        return run.queue_name
    if run.name.startswith("cron."):
        return "cron"
    if run.name == jobs.DELIVER.name and (run.queue_partition_key or "").startswith("crm:"):
        return jobs.DELIVER_CRM.queue
    return _QUEUES.get(run.name)
