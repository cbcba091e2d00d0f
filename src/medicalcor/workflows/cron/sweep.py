"""What fell between two runs is picked up: messages, late statuses, effects whose time has come, and calls."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import upkeep


@DBOS.workflow(name="cron.effect_sweep")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await upkeep.sweep_inbox()
    await upkeep.sweep_statuses()
    await upkeep.sweep_effects()
    await upkeep.sweep_mended()
    await upkeep.sweep_calls()
    await upkeep.sweep_triage()
