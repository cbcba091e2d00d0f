"""What of visits has come due: reminders, and free times to offer to those who wait."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import appointments


@DBOS.workflow(name="cron.visit_sweep")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await appointments.remind()
    await appointments.offer_openings()
