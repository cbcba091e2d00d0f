"""Who would come earlier: on the list, and off it."""

from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.events.waitlist import WaitlistJoined, WaitlistLeft
from medicalcor.schemas.waitlist import Joining, LeaveReason, WaitingId, Wants

SQL = statements("medicalcor.operations", "waitlist.sql")


async def join(ledger: Ledger, *, joining: Joining, cause: Cause) -> WaitingId:
    """On the list. Who is on it for the same thing keeps their place, and waits for what they say now."""

    async def decide(connection: Connection) -> WaitingId:
        await _must_be_possible(connection, joining)
        known = await connection.fetchval(
            SQL["waits_already"], joining.person_id, joining.wants.procedure_id, joining.appointment_id
        )
        waiting_id: WaitingId = known or ids.new_id()
        event = WaitlistJoined(waiting_id=waiting_id, **dict(joining))
        entry = Append(stream(waiting_id), (event,), joining.person_id, expected=None if known else 0)
        await Act(ledger, connection, cause).append(entry)
        return waiting_id

    return await record(ledger.pool, decide, subject=joining.person_id)


async def _must_be_possible(connection: Connection, joining: Joining) -> None:
    if not await connection.fetchval(SQL["procedure_exists"], joining.wants.procedure_id):
        raise NotFound("There is no such procedure.")
    if joining.appointment_id is None:
        return
    visit = await connection.fetchrow(SQL["visit_of"], joining.appointment_id)
    if visit is None or visit["person_id"] != joining.person_id:
        raise NotFound("There is no such visit.")
    if visit["status"] not in {"booked", "confirmed"} or visit["starts_at"] <= clock.now():
        raise InvalidInput("This visit is over or off. There is nothing to be earlier than.")


async def leave(ledger: Ledger, *, waiting_id: WaitingId, cause: Cause) -> None:
    """Off the list, because they asked to be; who is off it already stays so."""
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["entry"], waiting_id)
    if row is None:
        raise NotFound("Nobody of that name waits.")

    async def decide(connection: Connection) -> None:
        await strike(Act(ledger, connection, cause), waiting_id=waiting_id, reason="asked")

    await record(ledger.pool, decide, subject=row["person_id"])


async def put_back(ledger: Ledger, *, waiting_id: WaitingId, cause: Cause) -> None:
    """On the list again at the old place: a colleague took them off by mistake. Who is on it stays so."""
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["wished"], waiting_id)
    if row is None:
        raise NotFound("Nobody of that name waits.")
    wants = Wants.model_validate({name: row[name] for name in Wants.model_fields})
    joining = Joining(
        person_id=row["person_id"], wants=wants, appointment_id=row["appointment_id"], lead_id=row["lead_id"]
    )

    async def decide(connection: Connection) -> None:
        await _must_be_possible(connection, joining)
        known = await connection.fetchval(
            SQL["waits_already"], joining.person_id, wants.procedure_id, joining.appointment_id
        )
        if known is None:
            event = WaitlistJoined(waiting_id=waiting_id, **dict(joining))
            await Act(ledger, connection, cause).append(
                Append(stream(waiting_id), (event,), joining.person_id)
            )

    await record(ledger.pool, decide, subject=joining.person_id)


async def strike(act: Act, *, waiting_id: UUID, reason: LeaveReason) -> None:
    """Off the list, once. The caller holds the person's lock."""
    row = await act.connection.fetchrow(SQL["entry"], waiting_id)
    if row is None or row["left_at"] is not None:
        return
    event = WaitlistLeft(waiting_id=waiting_id, person_id=row["person_id"], reason=reason)
    await act.append(Append(stream(waiting_id), (event,), row["person_id"]))


def stream(waiting_id: UUID) -> str:
    return f"waiting-{waiting_id}"
