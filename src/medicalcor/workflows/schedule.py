"""The cron lines, in one table. Times are the clinic's; six fields, seconds first."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medicalcor.workflows.cron import (
    checkpoint,
    consent_asking,
    consent_audit,
    holds,
    retention,
    sweep,
    vapi_reconcile,
)

Job = Callable[[datetime, Any], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Line:
    name: str
    cron: str
    run: Job


SCHEDULE = (
    Line("effect-sweep", "*/30 * * * * *", sweep.run),
    Line("event-checkpoint", "0 * * * * *", checkpoint.run),
    Line("vapi-reconcile", "30 */2 * * * *", vapi_reconcile.run),
    Line("run-retention", "0 30 1 * * *", retention.run),
    Line("hold-sweep", "20 * * * * *", holds.run),
    Line("gdpr-consent-audit", "0 0 4 * * *", consent_audit.run),
    Line("consent-asking", "50 */5 * * * *", consent_asking.run),
)
