"""What a payment leads to, once all that belongs to it has had time to arrive: whose it is, and who is told.

Everything here follows from how the payment stands, not from how that came about, and carries a key of its own: the
same events in another order, or twice, lead to the same.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.payments import standing
from medicalcor.domain.payments.matching import Leads, Match, NoMatch, match
from medicalcor.operations import effects, payment_words, reaching
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.operations.payments import SQL, payer_of, sayings_of, stream
from medicalcor.schemas.events.payments import PaymentTied, PaymentUnmatched
from medicalcor.schemas.payments import Hints, Standing


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, with nobody else writing about it."""

    row: Row
    stands: Standing
    hints: Hints

    @property
    def id(self) -> UUID:
        return UUID(int=self.row["id"].int)


async def settle(ledger: Ledger, *, payment_id: UUID, version: int, correlation_id: str) -> None:
    """Find out whose it is and tell whom it concerns. Left to a later run when more has arrived since."""

    async def decide(connection: Connection) -> None:
        payment = await held(connection, payment_id=payment_id)
        row = payment.row
        if row["merged_into"] is not None or row["version"] > version or row["set_aside_at"] is not None:
            return
        act = Act(ledger, connection, by_system(correlation_id))
        person_id = row["person_id"] or await _found(act, payment)
        if person_id is not None:
            await tell(act, payment, person_id=person_id)

    await record(ledger.pool, decide)


async def held(connection: Connection, *, payment_id: UUID) -> Payment:
    """The payment, ours to write about until the end of the transaction. Raises NotFound."""
    await lock_subject(connection, payment_id)
    row = await connection.fetchrow(SQL["payment"], payment_id)
    if row is None:
        raise NotFound("There is no such payment.")
    return Payment(row, standing.standing_of(sayings_of(row)), Hints.model_validate(row["hints"]))


async def _found(act: Act, payment: Payment) -> UUID | None:
    """Whose it is by its hints; else it is put on the list of those that a colleague decides."""
    verdict = match(await _leads(act.connection, payment.hints))
    if isinstance(verdict, NoMatch):
        await _unmatched(act, payment, verdict)
        return None
    customers = () if verdict.by == "request" else payment.hints.customer_keys
    await belongs(act, payment, person_id=verdict.person_id, event=_tied(payment, verdict, customers))
    return verdict.person_id


def _tied(payment: Payment, verdict: Match, customers: tuple[str, ...]) -> PaymentTied:
    return PaymentTied(
        payment_id=payment.id,
        person_id=verdict.person_id,
        how=verdict.by,
        customer_keys=customers,
        stands=payment.stands,
        payer=payer_of(payment.row),
    )


async def belongs(act: Act, payment: Payment, *, person_id: UUID, event: Any) -> None:
    """From now on the payer is sealed under the person's key, and what was sealed under the payment's own is noise."""
    await lock_subject(act.connection, person_id)
    await act.append(Append(stream(payment.id), (event,), person_id))
    await act.ledger.vault.destroy_subject_key(act.connection, payment.id)


async def _leads(connection: Connection, hints: Hints) -> Leads:
    rows = await connection.fetch(
        SQL["people_by_hints"],
        list(hints.request_ids),
        list(hints.person_ids),
        list(hints.lead_ids),
        list(hints.customer_keys),
        list(hints.phone_keys),
        list(hints.email_keys),
    )
    ranks = {row["rank"] for row in rows}
    return Leads(**{rank: frozenset(r["person_id"] for r in rows if r["rank"] == rank) for rank in ranks})


async def _unmatched(act: Act, payment: Payment, verdict: NoMatch) -> None:
    row = payment.row
    if (row["unmatched"], tuple(row["candidates"])) == (verdict.why, verdict.candidates):
        return
    event = PaymentUnmatched(payment_id=payment.id, why=verdict.why, candidates=verdict.candidates)
    await act.append(Append(stream(payment.id), (event,), payment.id))


async def tell(act: Act, payment: Payment, *, person_id: UUID) -> None:
    """Plan what the patient, colleagues and the CRM are owed by how it stands, each once."""
    await lock_subject(act.connection, person_id)
    told = frozenset(row["key"] for row in await act.connection.fetch(SQL["told_of_payment"], payment.id))
    owed = payment_words.owed(payment.stands, payment_id=payment.id, told=told)
    if not owed or payment.row["account"] == "subscription":
        return
    own = payment.hints.email_keys
    reach = await reaching.reach(act, person_id=person_id, mails=own, now=clock.now())
    if reach is None:
        return
    for conversation_id, intents in payment_words.intents(act.ledger, owed, reach=reach):
        await effects.plan(act, conversation_id=conversation_id, intents=intents)
