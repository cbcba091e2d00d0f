"""What happens to money: an event taken in, what a payment leads to, and links that patients are asked to pay by."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.steps import payments as steps


@DBOS.workflow(name=jobs.STRIPE_EVENT.name, max_recovery_attempts=50)
async def event(inbox_id: str) -> None:
    try:
        await steps.take_in(inbox_id)
    except Exception:  # noqa: BLE001 - whatever it is, the engine has logged it, and a person must see the event
        await steps.set_aside(inbox_id)


@DBOS.workflow(name=jobs.PAYMENT_SETTLE.name, max_recovery_attempts=50)
async def settle(
    payment_id: str, version: int, correlation_id: str | None = None, traceparent: str | None = None
) -> None:
    await steps.settle(payment_id, version, correlation_id or payment_id, traceparent)


@DBOS.workflow(name=jobs.PAYMENT_LINK.name, max_recovery_attempts=50)
async def make_link(request_id: str, attempt: int, key_number: int) -> None:
    await steps.make_link(request_id, attempt, key_number)
