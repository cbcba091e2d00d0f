"""Finished runs and the keys of old inbox bodies do not stay for ever."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import upkeep


@DBOS.workflow(name="cron.run_retention")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await upkeep.retain()
