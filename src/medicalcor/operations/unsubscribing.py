"""Wanting no more advertising by mail: from the link that every such mail carries."""

from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.operations import effects
from medicalcor.operations.inbox import Item, put_aside
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.events.consents import ConsentWithdrawn
from medicalcor.schemas.leads import Unsubscribed

SQL = statements("medicalcor.operations", "mailing.sql")
HANDLED = statements("medicalcor.operations")["inbox_handled"]


async def withdraw(ledger: Ledger, item: Item) -> None:
    """Nothing is sent from the moment that this is recorded; saying it again changes nothing."""
    try:
        person_id = Unsubscribed.model_validate_json(item.body).person_id
    except ValidationError:
        await record(ledger.pool, lambda connection: _unread(connection, item.id))
        return

    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, item.cause("patient"))
        outcome = "withdrawn" if await _withdraw(act, item, person_id) else "nothing_to_withdraw"
        await connection.execute(HANDLED, [item.id], clock.now(), outcome, None)

    await record(ledger.pool, decide, subject=person_id)


async def _withdraw(act: Act, item: Item, person_id: UUID) -> bool:
    if not await act.connection.fetchval(SQL["agreed"], person_id, "marketing_email"):
        return False
    event = ConsentWithdrawn(
        person_id=person_id, purposes=("marketing_email",), channel="email", evidence_id=item.id
    )
    await act.append(Append(f"person-{person_id}", (event,), person_id))
    waiting = await act.connection.fetch(SQL["marketing_mails"], person_id)
    await effects.void(act, waiting=waiting, reason="consent_withdrawn")
    return True


async def _unread(connection: Connection, inbox_id: UUID) -> None:
    await put_aside(
        connection, inbox_id=inbox_id, reason="It could not be taken in; the worker's log says why."
    )
