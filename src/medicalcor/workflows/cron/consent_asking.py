"""Who had a good conversation and was not asked about consent yet, is asked."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import consents


@DBOS.workflow(name="cron.consent_asking")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await consents.ask_for_missing()
