"""Stripe's events put into the inbox as the gateway does, and what became of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import seal
from medicalcor.operations import payments, receiving, settling
from medicalcor.operations.ledger import Ledger
from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.sandbox.providers.stripe_payloads import Payer, Thing
from tests.webhooks import CLINIC_PHONE_ID, message

AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def payer(**more: Any) -> Payer:
    return Payer(at=AT, **more)


def event(kind: str, thing: Thing, *, after: int = 0, event_id: str | None = None) -> Thing:
    """`after` seconds."""
    at = datetime.fromtimestamp(AT.timestamp() + after, UTC)
    return payloads.event(kind, thing, at=at, event_id=event_id)


@dataclass
class Till:
    """The payments' side of a clinic."""

    ledger: Ledger

    async def stored(self, provider: str, kind: str, body: bytes) -> UUID:
        item, now = ids.new_id(), clock.now()
        async with self.ledger.pool.acquire() as connection, connection.transaction():
            key = await self.ledger.vault.day_key(connection, now.date())
            await connection.execute(
                "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)"
                " values ($1, $2, $3, $4, $3, $5, $6, 'c', $7)",
                item, provider, item.hex, kind, now.date(), seal(key, body, item.bytes), now,
            )  # fmt: skip
        return item

    async def takes(self, *events: Thing) -> None:
        """Recorded one after the other; nothing is settled yet."""
        for one in events:
            await payments.take_in(self.ledger, inbox_id=await self.stored("stripe", "event", to_json(one)))

    async def settles(self) -> None:
        """The runs that were started come to their time."""
        for row in await self.rows("select id, version from payments where merged_into is null"):
            await settling.settle(
                self.ledger, payment_id=row["id"], version=row["version"], correlation_id="c"
            )

    async def gets(self, *events: Thing) -> None:
        await self.takes(*events)
        await self.settles()

    async def person(self, phone: str, name: str = "Ana Test") -> dict[str, Any]:
        """Somebody who wrote on WhatsApp just now."""
        said = message(phone, "Bună ziua", wamid=ids.new_id().hex, name=name)
        body = to_json({"kind": "message", "phone_number_id": CLINIC_PHONE_ID, **said})
        item = await self.stored("whatsapp", "message", body)
        await receiving.receive(self.ledger, inbox_id=item)
        [row] = await self.rows(
            "select person_id, id as lead_id from leads where id = (select lead_id from messages where id = $1)",
            item,
        )
        return row

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        async with self.ledger.pool.acquire() as connection:
            return [dict(row) for row in await connection.fetch(sql, *values)]

    async def payments(self) -> list[dict[str, Any]]:
        return await self.rows("select * from payments where merged_into is null order by id")

    async def payment(self) -> dict[str, Any]:
        [row] = await self.payments()
        return row

    async def effects(self) -> list[dict[str, Any]]:
        """What was planned about money, oldest first."""
        return await self.rows(
            "select * from effects where purpose in ('receipt', 'payment_request') or kind = 'staff.alert'"
            " or (kind like 'hubspot.%' and key like 'crm:%') order by planned_at, id"
        )


def deposit(**more: Any) -> list[Thing]:
    """All events of one payment by a checkout: intent, checkout, two partial refunds, a dispute that is won."""
    who = payer(**more)
    intent = payloads.payment_intent(who)
    failed = {
        **payloads.payment_intent(who, status="requires_payment_method", decline="insufficient_funds"),
        "id": intent["id"],
    }
    charge = {**payloads.charge(who), "id": intent["latest_charge"], "payment_intent": intent["id"]}
    session = {**payloads.checkout_session(who), "payment_intent": intent["id"]}
    dispute = {**payloads.dispute(who), "charge": charge["id"], "payment_intent": intent["id"]}
    return [
        event("payment_intent.payment_failed", failed),
        event("checkout.session.completed", {**session, "payment_status": "unpaid"}, after=1),
        event("payment_intent.succeeded", intent, after=5),
        event("checkout.session.async_payment_succeeded", session, after=5),
        event("charge.refunded", {**charge, "amount_refunded": 5_000}, after=60),
        event("charge.refunded", {**charge, "amount_refunded": 12_000}, after=61),
        event("charge.dispute.created", dispute, after=70),
        event("charge.dispute.closed", {**dispute, "status": "won"}, after=90),
    ]
