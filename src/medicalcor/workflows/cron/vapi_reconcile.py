"""Calls whose report never came, as when it was sent during a restart, are asked for."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import agent_calls


@DBOS.workflow(name="cron.vapi_reconcile")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await agent_calls.reconcile()
