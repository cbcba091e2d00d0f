"""Taking in what Stripe tells: one payment from all of its objects, in any order and however often.

What is told is recorded at once. Whose it is, and what follows, is decided a moment later (`settling`), when all that
belongs to the same payment has had time to arrive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock, context, ids, jobs
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import Conflict, InvalidInput
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.identity.phones import e164
from medicalcor.domain.payments import standing
from medicalcor.integrations.stripe.facts import fact_of
from medicalcor.operations.inbox import Item, open_item, put_aside
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.events.payments import PayerSeen, PaymentMerged, PaymentReported
from medicalcor.schemas.payments import Hints, Payer, Saying
from medicalcor.schemas.wire.stripe import Event, Fact, Kind

SQL = statements("medicalcor.operations", "payments.sql")
SETTLE: Final = timedelta(seconds=2)
"""So long the rest of a payment's events may take to arrive: checkout, intent and invoice come within a second."""
UNREADABLE: Final = "The event does not have the shape Stripe documents."
LONGEST_TEXT: Final = 200
_OURS: Final[Mapping[str, str]] = {
    "payment_request_id": "request_ids",
    "payment_request": "request_ids",
    "person_id": "person_ids",
    "patient_id": "person_ids",
    "lead_id": "lead_ids",
}
"""Our ids, as metadata names them → the hint that each is."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The payments that a fact is about: usually none or one; several turn out to be one."""

    rows: tuple[Row, ...]

    @property
    def one(self) -> Row | None:
        """The one that goes on: whose it is known first, else the oldest."""
        return min(self.rows, key=lambda row: (row["person_id"] is None, row["id"]), default=None)


class _Half(NamedTuple):
    """Money of an invoice, or of an intent: newer API versions let neither name the other.

    Where Stripe does not send `invoice_payment.paid`, which names both, the same customer, sum and moment tell that they
    are one. When two such pairs come together it does not matter which is put to which: the sums are right.
    """

    customer_key: str
    other: Kind
    amount: int
    currency: str
    at: datetime


async def take_in(ledger: Ledger, *, inbox_id: UUID) -> None:
    """Record what one event says. What cannot be read is kept for staff."""
    item = await open_item(ledger, inbox_id=inbox_id)
    if item.handled:
        return
    try:
        event = Event.model_validate_json(item.body)
        fact = fact_of(event)
    except (ValidationError, InvalidInput):
        await set_aside(ledger, inbox_id=inbox_id, reason=UNREADABLE)
        return

    async def decide(connection: Connection) -> None:
        if fact is not None:
            await _record(ledger, connection, item, fact)
        outcome = "received" if fact is not None else "not_read"
        await connection.execute(SQL["event_handled"], item.id, clock.now(), outcome)

    await record(ledger.pool, decide)


async def set_aside(ledger: Ledger, *, inbox_id: UUID, reason: str) -> None:
    """Nothing can be made of it: keep it and show it to staff with the reason."""

    async def decide(connection: Connection) -> None:
        await put_aside(connection, inbox_id=inbox_id, reason=reason)

    await record(ledger.pool, decide)


async def _record(ledger: Ledger, connection: Connection, item: Item, fact: Fact) -> None:
    references, hints = references_of(fact), _hints(ledger, fact)
    known = await _known(ledger, connection, references, _half(fact, hints))
    news = _news(known, fact, references, hints)
    if not news:
        return
    payment_id = news[0].payment_id
    act = Act(ledger, connection, item.cause("provider:stripe"))
    others = [row for row in known.rows if row["id"] != payment_id]
    subject = await _subject(connection, known, payment_id)
    await act.append(*(_merging(row, payment_id) for row in others))
    told, *_ = await act.append(Append(stream(payment_id), news, subject, occurred_at=item.received_at))
    for row in others:
        await ledger.vault.destroy_subject_key(connection, row["id"])
    await jobs.start(
        connection,
        jobs.PAYMENT_SETTLE,
        id=f"{jobs.PAYMENT_SETTLE.name}:{payment_id}:{told.version}",
        args=(str(payment_id), told.version, item.correlation_id, context.traceparent()),
        partition=f"payment:{payment_id}",
        not_before=clock.now() + SETTLE,
    )


async def _known(
    ledger: Ledger, connection: Connection, references: tuple[str, ...], half: _Half | None
) -> _Known:
    """Payments that go by one of these ids or are the other half of this money, with nobody else writing about them,
    about these ids, or about such money of the same customer."""
    names = [*references, *([f"customer:{half.customer_key}"] if half else [])]
    for key in sorted(ledger.vault.keyed_hash("payment", one) for one in names):
        await lock_subject(connection, UUID(hex=key))
    found = await _look(connection, references, half)
    for row in found:
        await lock_subject(connection, row["id"])
    again = await _look(connection, references, half)
    if [row["id"] for row in again] != [row["id"] for row in found]:
        raise Conflict
    return _Known(tuple(again))


async def _look(connection: Connection, references: tuple[str, ...], half: _Half | None) -> list[Row]:
    other = await connection.fetchval(SQL["other_half"], list(references), *half) if half else None
    return await connection.fetch(SQL["payments_by_reference"], list(references), other)


async def _subject(connection: Connection, known: _Known, payment_id: UUID) -> UUID:
    """Under whose key the payer is sealed: the person's, once somebody is found."""
    person_id: UUID | None = known.one["person_id"] if known.one else None
    if person_id is None:
        return payment_id
    await lock_subject(connection, person_id)
    return person_id


def _news(
    known: _Known, fact: Fact, references: tuple[str, ...], hints: Hints
) -> list[PaymentReported | PayerSeen]:
    """What is new by this fact, and by what turned out to be the same payment; nothing when it is a repeat."""
    one = known.one
    before = sayings_of(one) if one else {}
    told: dict[str, Saying] = {fact.object_id: _saying(fact)}
    payer = _payer(fact)
    for row in known.rows:
        told = standing.joined(told, sayings_of(row))
        hints = standing.gathered(hints, Hints.model_validate(row["hints"]))
        payer = standing.fullest(payer, payer_of(row))
    new = standing.said(before, told)
    goes_by = {*references, *(name for row in known.rows for name in row["names"])}
    if one is not None:
        more_hints = hints != Hints.model_validate(one["hints"])
        if one["erased"]:
            payer = None
        if not (new or more_hints or goes_by > set(one["names"]) or payer not in (None, payer_of(one))):
            return []
    stands, stood = standing.standing_of(standing.joined(before, new)), standing.standing_of(before)
    report = PaymentReported(
        payment_id=one["id"] if one else ids.new_id(),
        account="subscription" if fact.kind == "subscription" else "payment",
        event_type=(fact.event_type or fact.kind)[:LONGEST_TEXT],
        sayings=new,
        references=tuple(sorted(goes_by)),
        hints=hints,
        stands=stands,
        moved=not one or stands.model_copy(update={"at": stood.at}) != stood,
    )
    if payer is None or (one is not None and payer == payer_of(one)):
        return [report]
    return [report, PayerSeen(payment_id=report.payment_id, payer=payer)]


def _half(fact: Fact, hints: Hints) -> _Half | None:
    """What to look for beside money that was paid; nothing beside what a checkout or our own link names anyway."""
    others: dict[Kind, Kind] = {"invoice": "payment", "payment": "invoice"}
    if fact.kind not in others or fact.state != "paid" or hints.request_ids:
        return None
    if not (hints.customer_keys and fact.amount and fact.currency and fact.at):
        return None
    return _Half(hints.customer_keys[0], others[fact.kind], fact.amount, fact.currency, fact.at)


def _merging(row: Row, into: UUID) -> Append:
    return Append(stream(row["id"]), (PaymentMerged(payment_id=row["id"], into=into),), row["id"])


def references_of(fact: Fact) -> tuple[str, ...]:
    """Ids by which the same money is known. A subscription's payments are each their own: it is none of them."""
    if fact.kind == "subscription":
        return (fact.object_id,)
    named = (fact.object_id, fact.payment_intent_id, fact.charge_id, fact.invoice_id)
    return tuple(sorted({one[:LONGEST_TEXT] for one in named if one}))


def stream(payment_id: UUID) -> str:
    return f"payment-{payment_id}"


def sayings_of(row: Row) -> dict[str, Saying]:
    return {name: Saying.model_validate(saying) for name, saying in row["sayings"].items()}


def payer_of(row: Row) -> Payer | None:
    payer = Payer(name=row["payer_name"], email=row["payer_email"], phone=row["payer_phone"])
    return payer if payer != Payer() else None


def _saying(fact: Fact) -> Saying:
    return Saying.model_validate(fact.model_dump(include=set(Saying.model_fields)))


def _payer(fact: Fact) -> Payer | None:
    details = {name: (getattr(fact, name) or "").strip()[:LONGEST_TEXT] for name in Payer.model_fields}
    return Payer.model_validate({k: v or None for k, v in details.items()}) if any(details.values()) else None


def _hints(ledger: Ledger, fact: Fact) -> Hints:
    """Whose it may be. A checkout's own reference may be any of our ids; a clinic's page may note the patient's number."""
    found: dict[str, set[object]] = {name: set() for name in Hints.model_fields}
    named = [(hint, fact.metadata.get(name)) for name, hint in _OURS.items()]
    named += [(hint, fact.reference) for hint in ("request_ids", "person_ids", "lead_ids")]
    for hint, text in named:
        one = _uuid(text)
        if one is not None:
            found[hint].add(one)
    country = ledger.settings.clinic_country
    keys = (
        ("customer_keys", "stripe_customer", fact.customer_id),
        ("phone_keys", "phone", e164(fact.phone, country=country)),
        ("phone_keys", "phone", e164(fact.metadata.get("phone"), country=country)),
        ("email_keys", "email", normalised(fact.email)),
    )
    for hint, purpose, value in keys:
        if value:
            found[hint].add(ledger.vault.keyed_hash(purpose, value))
    return Hints.model_validate({name: sorted(values, key=str) for name, values in found.items()})


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
