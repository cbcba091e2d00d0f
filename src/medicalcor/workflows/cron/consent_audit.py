"""Consents that ended are recorded as ended; those that end soon are asked about, once."""

from datetime import datetime
from typing import Any

from dbos import DBOS

from medicalcor.workflows.steps import consents


@DBOS.workflow(name="cron.gdpr_consent_audit")
async def run(_scheduled_at: datetime, _context: Any) -> None:
    await consents.audit()
