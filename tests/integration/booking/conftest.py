"""A patient who writes and taps, and the agent that answers, without queues: every run is played at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic_core import to_json
from tests.open_clinic import after_a_tap, carry_on, furnish
from tests.webhooks import CLINIC_PHONE_ID, message, other

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import seal
from medicalcor.core.database.pool import Pool
from medicalcor.core.settings import Settings
from medicalcor.operations import booking_agent, choices, receiving, responding
from medicalcor.operations.ledger import Ledger, open_ledger

ZONE = ZoneInfo("Europe/Bucharest")
WEDNESDAY = datetime(2026, 3, 11, 10, 0, tzinfo=ZONE).astimezone(UTC)


@dataclass
class Talk:
    """One patient's conversation."""

    ledger: Ledger
    still: clock.Still
    phone: str = "+40722000100"
    seen: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, text: str) -> list[dict[str, Any]]:
        """What the clinic has to say after it."""
        return await self._arrive(message(self.phone, text, wamid=ids.new_id().hex, at=self.now))

    async def tap(self, choice: dict[str, Any]) -> list[dict[str, Any]]:
        reply = {"type": "list_reply", "list_reply": {"id": choice["id"], "title": choice["title"]}}
        return await self._arrive(other(self.phone, "interactive", reply, at=self.now))

    @property
    def now(self) -> int:
        return int(clock.now().timestamp())

    async def _arrive(self, made: dict[str, Any]) -> list[dict[str, Any]]:
        self.still.forward(minutes=1)
        item = await self._store(to_json({"kind": "message", "phone_number_id": CLINIC_PHONE_ID, **made}))
        received = await receiving.receive(self.ledger, inbox_id=item)
        await self._run(received.message_id, received.next)
        return await self.said()

    async def _run(self, message_id: UUID, following: str) -> None:
        """As `workflows.flows` does."""
        if following == "nothing":
            return
        if following == "choose" and await choices.take(
            self.ledger, message_id=message_id, correlation_id="c"
        ):
            await after_a_tap(self.ledger, message_id=message_id)
            return
        silent = responding.Voices(ai=None, whatsapp=None, email=None)
        outcome = await responding.judge_and_answer(
            self.ledger, silent, message_id=message_id, correlation_id="c"
        )
        if outcome == "booking":
            understood = await booking_agent.understand(
                self.ledger, ai=None, message_id=message_id, correlation_id="c"
            )
            await carry_on(self.ledger, understood, message_id=message_id)

    async def _store(self, body: bytes) -> UUID:
        item, now = ids.new_id(), clock.now()
        async with self.ledger.pool.acquire() as connection, connection.transaction():
            key = await self.ledger.vault.day_key(connection, now.date())
            await connection.execute(
                "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id,"
                " received_at) values ($1, 'whatsapp', $2, 'message', $5, $3, $4, 'c', $6)",
                item, item.hex, now.date(), seal(key, body, item.bytes), self.phone, now,
            )  # fmt: skip
        return item

    async def said(self) -> list[dict[str, Any]]:
        """What is new for the patient, in its order."""
        async with self.ledger.pool.acquire() as connection:
            rows = await connection.fetch(
                "select e.content, e.status, e.purpose from effects e join addresses a using (person_id)"
                " where a.value = $1 and e.kind like 'whatsapp.%' and e.status <> 'refused' order by e.planned_at, e.id",
                self.phone,
            )
        fresh = [dict(row["content"]) for row in rows[self.seen :]]
        self.seen = len(rows)
        self.sent += fresh
        return fresh

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        async with self.ledger.pool.acquire() as connection:
            return [dict(row) for row in await connection.fetch(sql, *args)]

    async def visits(self) -> list[dict[str, Any]]:
        return await self.rows(
            "select v.* from appointments v join addresses a using (person_id) where a.value = $1"
            " order by v.booked_at, v.id",
            self.phone,
        )

    async def bookings(self) -> list[dict[str, Any]]:
        return await self.rows(
            "select b.* from bookings b join addresses a using (person_id) where a.value = $1"
            " order by b.opened_at, b.id",
            self.phone,
        )

    async def alerts(self) -> list[str]:
        rows = await self.rows(
            "select content ->> 'code' as code from effects where kind = 'staff.alert' order by planned_at"
        )
        return [row["code"] for row in rows]


def local(at: datetime) -> str:
    """By the clock on the clinic's wall."""
    return f"{at.astimezone(ZONE):%a %d.%m %H:%M}"


@pytest.fixture
def still() -> Iterator[clock.Still]:
    source = clock.Still(WEDNESDAY)
    with clock.using(source):
        yield source


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    facts = {"address": "Str. Florilor 5, Cluj", "parking": "Parcare gratuită în curte."}
    settings = Settings(
        medicalcor_master_key=master_key,
        whatsapp_api_key="key",
        clinic_name="Clinica Zâmbet",
        clinic_facts=facts,
    )
    return open_ledger(settings, pool)


@pytest.fixture
async def talk(ledger: Ledger, still: clock.Still) -> Talk:
    await furnish(ledger)
    return Talk(ledger, still)
