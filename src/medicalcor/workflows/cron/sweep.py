"""Effects whose time has come and whose run was lost are started again, under an id of their own."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import upkeep


@DBOS.workflow(name="cron.effect_sweep")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await upkeep.sweep_effects()
