"""Wishes for a visit that could not be, kept with the reason and what was offered instead."""

from collections.abc import Sequence
from datetime import timedelta

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.operations.admitting import Asked
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.admissions import Outcome
from medicalcor.schemas.appointments import Slot
from medicalcor.schemas.events.appointments import AppointmentRefused

SQL = statements("medicalcor.operations", "appointments.sql")
MOST = 30
"""Of one person's wishes so many are kept in a day: whoever tries every time there is does not fill the log."""
_DAY = timedelta(days=1)


async def keep(
    ledger: Ledger, *, asked: Asked, outcome: Outcome, offered: Sequence[Slot], cause: Cause
) -> None:
    """Once for each wish, who has it and the reason; nothing of what the machine itself asks.

    In a transaction of its own: nobody who wants the same time waits for it.
    """
    if asked.through == "system":
        return

    async def decide(connection: Connection) -> None:
        key = _key(asked, outcome, cause)
        kept = await connection.fetchval(SQL["refused_since"], asked.person_id, clock.now() - _DAY)
        if kept >= MOST or await ledger.store.known(connection, key):
            return
        event = AppointmentRefused(
            refusal_id=ids.new_id(),
            person_id=asked.person_id,
            lead_id=asked.lead_id,
            wanted=asked.choice,
            appointment_id=asked.moving,
            admission=outcome.admission,
            offered=tuple(offered),
        )
        entry = Append(f"wishes-{asked.person_id}", (event,), asked.person_id, key=key)
        await Act(ledger, connection, cause).append(entry)

    await record(ledger.pool, decide, subject=asked.person_id)


def _key(asked: Asked, outcome: Outcome, cause: Cause) -> str:
    choice = asked.choice
    wish = f"{choice.procedure_id}:{choice.practitioner_id}:{choice.starts_at.timestamp():.0f}"
    return (
        f"refused:{asked.person_id}:{asked.moving or ''}:{wish}:{outcome.admission.reasons[0]}:{cause.actor}"
    )
