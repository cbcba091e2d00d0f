"""What people do on web pages: they fill in the form, or want no more advertising."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.flows.lead_scoring import take_in
from medicalcor.workflows.steps import consents as steps


@DBOS.workflow(name=jobs.WEB_FORM.name, max_recovery_attempts=50)
async def form(inbox_id: str) -> str:
    return await take_in(inbox_id)


@DBOS.workflow(name=jobs.WEB_UNSUBSCRIBE.name, max_recovery_attempts=50)
async def unsubscribe(inbox_id: str) -> None:
    await steps.unsubscribe(inbox_id)


@DBOS.workflow(name=jobs.WEB_CONSENT.name, max_recovery_attempts=50)
async def consent(inbox_id: str) -> None:
    await steps.follow(inbox_id)
