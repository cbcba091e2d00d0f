"""Times that were held too long are given up. Nothing waits for it: whoever wants such a time gets it at once."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import appointments


@DBOS.workflow(name="cron.hold_sweep")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await appointments.expire_holds()
