"""Signs what has settled in the event log, so that a later change to it can be shown."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import upkeep


@DBOS.workflow(name="cron.event_checkpoint")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await upkeep.sign_checkpoint()
