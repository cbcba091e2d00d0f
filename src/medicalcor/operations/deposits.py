"""Asking a patient for a deposit: a colleague asks, Stripe makes a page, the patient is sent its address."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from medicalcor.core import clock, ids, jobs
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import Forbidden, NotFound, ProviderError, ProviderOff
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.language.phrases import phrase
from medicalcor.domain.payments.money import written
from medicalcor.integrations.stripe.client import StripeClient
from medicalcor.operations import effects, payment_words, reaching
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.operations.payments import SQL
from medicalcor.schemas.common import LeadId, UserId
from medicalcor.schemas.effects import StaffAlert
from medicalcor.schemas.events.payments import PaymentLinkFailed, PaymentLinkMade, PaymentRequested
from medicalcor.schemas.payments import DepositReason
from medicalcor.schemas.wire.stripe import PaymentLink

PAUSES: Final = (2.0, 10.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
"""Seconds before Stripe is asked again. A patient who was promised a link is not told of it a day later."""
STRIPE_OFF: Final = "Stripe is not connected. Set STRIPE_API_KEY; `medicalcor doctor` says more."
_REFUSALS: Final = {
    "opted_out": "This person asked not to be contacted. You can answer when they write again.",
    "suppressed_address": "This number is on the list of those who do not want to be written to.",
    "channel_off": "WhatsApp is not connected. Set WHATSAPP_API_KEY; `medicalcor doctor` says more.",
    "no_address": "There is no address to write to.",
    "person_erased": "This person's data was erased.",
    "template_disabled": "WhatsApp has switched this template off.",
    "template_unknown": "WhatsApp has no approved template of that name in this language.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a colleague asks for. `amount` is in the currency's smallest unit."""

    amount: int
    currency: str
    reason: DepositReason


async def request(ledger: Ledger, *, lead_id: LeadId, ask: Ask, by: UserId, key: str) -> None:
    """Ask for a deposit. The same `key` asks once. Refused, in words, when the patient may not be written to."""
    if ledger.settings.stripe_api_key is None:
        raise Forbidden(STRIPE_OFF)
    request_id = ids.new_id()

    async def decide(connection: Connection) -> None:
        once = f"deposit:{by}:{key}"
        person_id = await connection.fetchval(SQL["lead_person"], lead_id)
        if person_id is None:
            raise NotFound("There is no such lead.")
        await lock_subject(connection, person_id)
        if await ledger.store.known(connection, once):
            return
        act = Act(ledger, connection, Cause(correlation_id=str(request_id), actor=f"user:{by}"))
        event = PaymentRequested(
            request_id=request_id,
            person_id=person_id,
            lead_id=lead_id,
            amount=ask.amount,
            currency=ask.currency,
            reason=ask.reason,
            by=by,
        )
        await _must_be_allowed(act, event)
        await act.append(Append(_stream(request_id), (event,), person_id, expected=0, key=once))
        await _start(connection, request_id, attempt=1, key_number=1)

    await record(ledger.pool, decide)


async def _must_be_allowed(act: Act, event: PaymentRequested) -> None:
    """Whether the link could go out if it were there: better told now than when nobody looks."""
    reach = await reaching.reach(act, person_id=event.person_id, mails=(), now=clock.now())
    if reach is None:
        raise Forbidden(_REFUSALS["person_erased"])
    about = await effects.standing(act.connection, conversation_id=reach.conversation_id)
    intent = _message(act.ledger, reach, event.model_dump(), by=event.by, url="https://buy.stripe.com")
    decision = await effects.judged(act, about, intent)
    if decision.verdict == "refuse":
        raise Forbidden(_REFUSALS.get(decision.reasons[0], "This message may not be sent."))


async def make_link(
    ledger: Ledger, *, stripe: StripeClient | None, request_id: UUID, attempt: int, key_number: int
) -> None:
    """One try at a link, and the message with it. What may come right later is started for then."""
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["payment_request"], request_id)
    if row is None:
        raise NotFound("There is no such payment request.")
    if row["link_id"] is not None or row["failed_at"] is not None:
        return
    try:
        link = await _ask(stripe, ledger, row, key_number=key_number)
    except ProviderError as problem:
        await _not_made(ledger, row, problem, attempt=attempt, key_number=key_number)
        return

    async def decide(connection: Connection) -> None:
        await _made(Act(ledger, connection, by_system(str(request_id))), row, link)

    await record(ledger.pool, decide, subject=row["person_id"])


async def _ask(stripe: StripeClient | None, ledger: Ledger, row: Row, *, key_number: int) -> PaymentLink:
    """A repeat carries the same key and gives the same link, so that there is one to pay."""
    if stripe is None:
        raise ProviderOff(provider="stripe", reason="not_configured")
    return await stripe.create_payment_link(
        amount=row["amount"],
        currency=row["currency"],
        title=phrase(f"deposit_{row['reason']}", row["language"] or "ro", clinic=ledger.settings.clinic_name),
        metadata={
            "payment_request_id": str(row["id"]),
            "person_id": str(row["person_id"]),
            "lead_id": str(row["lead_id"]),
        },
        idempotency_key=f"deposit:{row['id']}:{key_number}",
    )


async def _made(act: Act, row: Row, link: PaymentLink) -> None:
    current = await act.connection.fetchrow(SQL["payment_request"], row["id"])
    if current is None or current["link_id"] is not None:
        return
    event = PaymentLinkMade(request_id=row["id"], link_id=link.id, url=link.url)
    await act.append(Append(_stream(row["id"]), (event,), row["person_id"]))
    reach = await reaching.reach(act, person_id=row["person_id"], mails=(), now=clock.now())
    if reach is not None:
        intent = _message(act.ledger, reach, dict(row), by=row["asked_by"], url=link.url)
        await effects.plan(act, conversation_id=reach.conversation_id, intents=[intent])


def _message(
    ledger: Ledger, reach: reaching.Reach, asked: dict[str, object], *, by: UUID, url: str
) -> Intent:
    amount = written(int(str(asked["amount"])), str(asked["currency"]), reach.line.language)
    request_id = UUID(str(asked.get("id") or asked.get("request_id")))
    return Intent(
        key=f"payment-link:{request_id}",
        content=payment_words.told(ledger, reach, "payment_link", amount=amount, link=url),
        purpose="payment_request",
        cause_id=request_id,
        author="staff",
        by=by,
    )


async def _not_made(
    ledger: Ledger, row: Row, problem: ProviderError, *, attempt: int, key_number: int
) -> None:
    """Again later; with another key where Stripe has kept a failure under this one; else staff are told."""
    spent = problem.reason in ("key_spent", "key_reused")
    again = (spent or not problem.permanent) and attempt <= len(PAUSES)

    async def decide(connection: Connection) -> None:
        if again:
            pause = max(PAUSES[attempt - 1], problem.retry_after or 0)
            await _start(
                connection, row["id"], attempt=attempt + 1, key_number=key_number + spent, pause=pause
            )
            return
        act = Act(ledger, connection, by_system(str(row["id"])))
        event = PaymentLinkFailed(request_id=row["id"], reason=problem.reason or problem.code)
        await act.append(Append(_stream(row["id"]), (event,), row["person_id"]))
        reach = await reaching.reach(act, person_id=row["person_id"], mails=(), now=clock.now())
        if reach is not None:
            alert = Intent(
                key=f"payment-link-failed:{row['id']}",
                content=StaffAlert(code="payment_link_failed"),
                purpose="staff_alert",
                cause_id=row["id"],
            )
            await effects.plan(act, conversation_id=reach.conversation_id, intents=[alert])

    await record(ledger.pool, decide, subject=row["person_id"])


async def _start(
    connection: Connection, request_id: UUID, *, attempt: int, key_number: int, pause: float = 0
) -> None:
    await jobs.start(
        connection,
        jobs.PAYMENT_LINK,
        id=f"{jobs.PAYMENT_LINK.name}:{request_id}:{attempt}",
        args=(str(request_id), attempt, key_number),
        partition=f"payment_request:{request_id}",
        not_before=clock.now() + timedelta(seconds=pause) if pause else None,
    )


def _stream(request_id: UUID) -> str:
    return f"payment_request-{request_id}"
