"""Alerts to staff: a colleague takes one, says that it is done, or takes that back.

While one is taken nobody is told that nobody has acted (`triaging.sweep`); with one that is done the lead is dealt with, too.
"""

from collections.abc import Callable
from uuid import UUID

from medicalcor.core import ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.triage.alerts import speaks_for_lead
from medicalcor.operations.ledger import Act, Ledger, by_user
from medicalcor.readmodels.alerts.queries import SQL
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import UserId
from medicalcor.schemas.events.alerts import AlertReopened, AlertResolved, AlertTaken
from medicalcor.schemas.events.leads import LeadSeen

_Decide = Callable[[Row], Event | None]


async def take(ledger: Ledger, *, alert_id: UUID, by: UserId) -> bool:
    """They see to it. Whoever takes it later has it from then on; what is done stays done.

    Answers whether `reopen` takes it back: not where a colleague had it, or nothing was changed.
    """

    def event(alert: Row) -> Event | None:
        if alert["resolved_at"] is not None or alert["taken_by"] == by:
            return None
        return AlertTaken(alert_id=alert_id, by=by)

    before = await _append(ledger, alert_id, event, by)
    return before is not None and before["taken_by"] is None


async def resolve(ledger: Ledger, *, alert_id: UUID, by: UserId) -> bool:
    """Nothing is left to do; who said so first said it. Answers whether it was not done yet."""

    def event(alert: Row) -> Event | None:
        return None if alert["resolved_at"] is not None else AlertResolved(alert_id=alert_id, by=by)

    return await _append(ledger, alert_id, event, by) is not None


async def reopen(ledger: Ledger, *, alert_id: UUID, by: UserId) -> bool:
    """It was taken or said to be done too early. What was done is again with whoever had it. There is no way back."""

    def event(alert: Row) -> Event | None:
        taker = alert["taken_by"] if alert["state"] == "done" else None
        return AlertReopened(alert_id=alert_id, by=by, taken_by=taker)

    await _append(ledger, alert_id, event, by)
    return False


async def _append(ledger: Ledger, alert_id: UUID, decide: _Decide, by: UserId) -> Row | None:
    """The alert as it stood before the event; None where there was none to record."""
    async with ledger.pool.acquire() as connection:
        alert = await connection.fetchrow(SQL["one"], alert_id)
    if alert is None:
        raise NotFound("There is no such alert.")

    async def write(connection: Connection) -> Row | None:
        stands = await connection.fetchrow(SQL["one"], alert_id)
        event = decide(stands) if stands is not None else None
        if stands is None or event is None:
            return None
        act = Act(ledger, connection, by_user(by, correlation_id=str(ids.new_id())))
        seen = await _seen(connection, stands, by) if isinstance(event, AlertResolved) else []
        await act.append(Append(f"alert-{alert_id}", (event,), stands["person_id"]), *seen)
        return stands

    return await record(ledger.pool, write, subject=alert["person_id"])


async def _seen(connection: Connection, alert: Row, by: UserId) -> list[Append]:
    """That the lead is dealt with, as the lead's page says it, unless it has been since."""
    if alert["lead_id"] is None or alert["state"] == "done":
        return []
    others = await connection.fetch(SQL["others"], alert["lead_id"], alert["id"])
    if not speaks_for_lead(alert["code"], [other["code"] for other in others]):
        return []
    seen = LeadSeen(lead_id=alert["lead_id"], by=by)
    return [Append(f"lead-{alert['lead_id']}", (seen,), alert["person_id"])]
