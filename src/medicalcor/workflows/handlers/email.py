"""What happens to a mail: as to any other message."""

from dbos import DBOS

from medicalcor.core import jobs
from medicalcor.workflows.flows.lead_scoring import take_in


@DBOS.workflow(name=jobs.EMAIL_MESSAGE.name, max_recovery_attempts=50)
async def message(inbox_id: str) -> str:
    return await take_in(inbox_id)
