"""Times that were held too long are given up."""

from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.operations import booking
from medicalcor.operations.ledger import Act, Ledger, by_system

SQL = statements("medicalcor.operations", "appointments.sql")
_AT_ONCE = 200
"""Lapsed holds that one round of the clean-up gives up."""


async def expire_holds(ledger: Ledger) -> int:
    """Give up what was held too long. Nothing waits for this: a lapsed hold keeps nobody from booking."""
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(SQL["lapsed"], clock.now(), _AT_ONCE)
    return sum([await _expire(ledger, row["id"], row["person_id"], row["version"]) for row in rows])


async def _expire(ledger: Ledger, appointment_id: UUID, person_id: UUID, version: int) -> bool:
    async def decide(connection: Connection) -> bool:
        await booking.lock_of(connection, appointment_id)
        current = await booking.read(connection, appointment_id)
        if current is None or current.status != "held" or current.version != version:
            return False
        entry = booking.expiry(appointment_id=appointment_id, person_id=person_id, version=version)
        await Act(ledger, connection, by_system(str(appointment_id))).append(entry)
        return True

    return await record(ledger.pool, decide, subject=person_id)
