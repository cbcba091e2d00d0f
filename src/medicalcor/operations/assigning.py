"""What colleagues do about a payment that nobody was found for, or that stands with the wrong person."""

from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import Conflict, NotFound
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.operations.payments import SQL, payer_of, stream
from medicalcor.operations.settling import Payment, belongs, held, tell
from medicalcor.schemas.common import LeadId, UserId
from medicalcor.schemas.events.payments import (
    PaymentAssigned,
    PaymentSetAside,
    PaymentTakenBack,
    PaymentUntied,
)
from medicalcor.schemas.payments import CorrectionReason


async def assign(ledger: Ledger, *, payment_id: UUID, lead_id: LeadId, by: UserId) -> None:
    """It is this lead's person's. They get what they are owed, and what the same customer pays later fits by itself."""

    async def decide(connection: Connection) -> None:
        payment = await _open(connection, payment_id)
        person_id = await _person(connection, lead_id)
        if payment.row["person_id"] == person_id:
            return
        if payment.row["person_id"] is not None:
            raise Conflict("A colleague has found out whose payment this is.")
        act = _act(ledger, connection, payment_id, by)
        await _give(act, payment, person_id=person_id, by=by)
        await tell(act, payment, person_id=person_id)

    await record(ledger.pool, decide)


async def move(
    ledger: Ledger, *, payment_id: UUID, lead_id: LeadId, reason: CorrectionReason, by: UserId
) -> None:
    """It stood with the wrong person. Who was told of it is told nothing more; what follows goes to the right one."""

    async def decide(connection: Connection) -> None:
        payment = await _open(connection, payment_id)
        before, person_id = payment.row["person_id"], await _person(connection, lead_id)
        if before is None:
            raise Conflict("Nobody has said yet whose payment this is.")
        if before == person_id:
            return
        for one in sorted((before, person_id)):
            await lock_subject(connection, one)
        act = _act(ledger, connection, payment_id, by)
        event = PaymentUntied(
            payment_id=payment_id, person_id=before, by=by, reason=reason, stands=payment.stands
        )
        await act.append(Append(stream(payment_id), (event,), before))
        await _give(act, payment, person_id=person_id, by=by)

    await record(ledger.pool, decide)


async def _person(connection: Connection, lead_id: LeadId) -> UUID:
    person_id: UUID | None = await connection.fetchval(SQL["lead_person"], lead_id)
    if person_id is None:
        raise NotFound("There is no such lead.")
    return person_id


async def _give(act: Act, payment: Payment, *, person_id: UUID, by: UserId) -> None:
    event = PaymentAssigned(
        payment_id=payment.id,
        person_id=person_id,
        by=by,
        customer_keys=payment.hints.customer_keys,
        stands=payment.stands,
        payer=payer_of(payment.row),
    )
    await belongs(act, payment, person_id=person_id, event=event)


async def set_aside(ledger: Ledger, *, payment_id: UUID, by: UserId) -> None:
    """It is no patient's of ours."""

    async def decide(connection: Connection) -> None:
        payment = await _open(connection, payment_id)
        if payment.row["person_id"] is not None:
            raise Conflict("A colleague has found out whose payment this is.")
        if payment.row["set_aside_at"] is None:
            event = PaymentSetAside(payment_id=payment_id, by=by)
            await _act(ledger, connection, payment_id, by).append(
                Append(stream(payment_id), (event,), payment_id)
            )

    await record(ledger.pool, decide)


async def take_back(ledger: Ledger, *, payment_id: UUID, by: UserId) -> None:
    """It is on the list again."""

    async def decide(connection: Connection) -> None:
        payment = await _open(connection, payment_id)
        if payment.row["set_aside_at"] is not None:
            event = PaymentTakenBack(payment_id=payment_id, by=by)
            await _act(ledger, connection, payment_id, by).append(
                Append(stream(payment_id), (event,), payment_id)
            )

    await record(ledger.pool, decide)


async def _open(connection: Connection, payment_id: UUID) -> Payment:
    payment = await held(connection, payment_id=payment_id)
    if payment.row["merged_into"] is not None:
        raise NotFound("There is no such payment.")
    return payment


def _act(ledger: Ledger, connection: Connection, payment_id: UUID, by: UserId) -> Act:
    return Act(ledger, connection, Cause(correlation_id=str(payment_id), actor=f"user:{by}"))
