"""Patients are reminded of their visits. The sweep of each minute does the same, so that nobody waits for the hour."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import appointments


@DBOS.workflow(name="cron.appointment_reminders")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await appointments.remind()
