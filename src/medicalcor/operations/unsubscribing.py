"""Wanting no more advertising by mail: from the link that every such mail carries."""

from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.operations import consents
from medicalcor.operations.consents import Saying
from medicalcor.operations.inbox import Item, put_aside
from medicalcor.operations.ledger import Act, Ledger
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
    """Also by whom nothing was ever agreed to: the wish is kept."""
    if await act.connection.fetchval(SQL["no_offers_by_mail"], person_id):
        return False
    saying = Saying(how="link", channel="email", evidence_id=item.id)
    await consents.withdraw(act, person_id=person_id, wanted=("marketing_email",), saying=saying)
    return True


async def _unread(connection: Connection, inbox_id: UUID) -> None:
    await put_aside(
        connection, inbox_id=inbox_id, reason="It could not be taken in; the worker's log says why."
    )
