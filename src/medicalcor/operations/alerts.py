"""Alerts to staff: a colleague takes one, says that it is done, or takes that back."""

from collections.abc import Callable
from uuid import UUID

from medicalcor.core import ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.operations.ledger import Act, Ledger, by_user
from medicalcor.readmodels.alerts.queries import SQL
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import UserId
from medicalcor.schemas.events.alerts import AlertReopened, AlertResolved, AlertTaken

_Decide = Callable[[Row], Event | None]


async def take(ledger: Ledger, *, alert_id: UUID, by: UserId) -> None:
    """They see to it. Whoever takes it later has it from then on; what is done stays done."""

    def event(alert: Row) -> Event | None:
        if alert["resolved_at"] is not None or alert["taken_by"] == by:
            return None
        return AlertTaken(alert_id=alert_id, by=by)

    await _append(ledger, alert_id, event, by)


async def resolve(ledger: Ledger, *, alert_id: UUID, by: UserId) -> None:
    """Nothing is left to do; who said so first said it."""

    def event(alert: Row) -> Event | None:
        return None if alert["resolved_at"] is not None else AlertResolved(alert_id=alert_id, by=by)

    await _append(ledger, alert_id, event, by)


async def reopen(ledger: Ledger, *, alert_id: UUID, by: UserId) -> None:
    """It was taken or said to be done too early."""

    def event(_alert: Row) -> Event | None:
        return AlertReopened(alert_id=alert_id, by=by)

    await _append(ledger, alert_id, event, by)


async def _append(ledger: Ledger, alert_id: UUID, decide: _Decide, by: UserId) -> None:
    async with ledger.pool.acquire() as connection:
        alert = await connection.fetchrow(SQL["one"], alert_id)
    if alert is None:
        raise NotFound("There is no such alert.")

    async def write(connection: Connection) -> None:
        stands = await connection.fetchrow(SQL["one"], alert_id)
        event = decide(stands) if stands is not None else None
        if event is not None:
            act = Act(ledger, connection, by_user(by, correlation_id=str(ids.new_id())))
            await act.append(Append(f"alert-{alert_id}", (event,), alert["person_id"]))

    await record(ledger.pool, write, subject=alert["person_id"])
