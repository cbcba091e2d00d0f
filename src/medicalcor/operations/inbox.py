"""Opening what the gateway stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from medicalcor.core import clock, ids, jobs
from medicalcor.core.crypto.vault import seal, unseal
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Cause
from medicalcor.operations.ledger import Ledger

SQL = statements("medicalcor.operations")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that came in, opened."""

    id: UUID
    provider: str
    kind: str
    partition_key: str
    body: bytes
    received_at: datetime
    handled: bool
    correlation_id: str
    traceparent: str | None

    def cause(self, actor: str) -> Cause:
        return Cause(correlation_id=self.correlation_id, actor=actor)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a provider sent and we did not get; identity and address are what the gateway would have taken."""

    provider: str
    kind: str
    identity: str
    address: str
    body: bytes


async def open_item(ledger: Ledger, *, inbox_id: UUID) -> Item:
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["inbox_item"], inbox_id)
        if row is None:
            raise NotFound("No such item in the inbox.")
        return await _opened(ledger, connection, row)


async def traceparent_of(ledger: Ledger, *, message_id: UUID) -> str | None:
    """The trace that a message came in with; what came of it later belongs to the same."""
    traceparent: str | None = await ledger.pool.fetchval(SQL["traceparent"], message_id)
    return traceparent


async def waiting_statuses(ledger: Ledger, *, most: int) -> list[Item]:
    """Statuses that nobody has taken in yet, oldest first."""
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(SQL["waiting_statuses"], most)
        return [await _opened(ledger, connection, row) for row in rows]


async def _opened(ledger: Ledger, connection: Connection, row: Row) -> Item:
    key = await ledger.vault.day_key(connection, row["key_day"])
    return Item(
        id=row["id"],
        provider=row["provider"],
        kind=row["kind"],
        partition_key=row["partition_key"],
        body=_storable(unseal(key, row["body"], row["id"].bytes)),
        received_at=row["received_at"],
        handled=row["handled_at"] is not None,
        correlation_id=row["correlation_id"],
        traceparent=row["traceparent"],
    )


def _storable(body: bytes) -> bytes:
    """Without the one character that PostgreSQL cannot keep in a text: a name with a NUL is a name all the same."""
    if b"\\u0000" not in body:
        return body
    return to_json(_without_nulls(from_json(body)))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    if isinstance(value, dict):
        return {_without_nulls(name): _without_nulls(one) for name, one in value.items()}
    return value


async def known(connection: Connection, ledger: Ledger, *, provider: str, identity: str) -> bool:
    """Whether an item with this identity has been stored, by the gateway or by `put`."""
    event_key = ledger.vault.keyed_hash(f"{provider}-item", identity)
    return bool(await connection.fetchval(SQL["inbox_known"], provider, event_key))


async def put(connection: Connection, ledger: Ledger, found: Found) -> bool:
    """Store, as the gateway would have, what it did not get, and start its work. False when it has come after all."""
    now, item_id = clock.now(), ids.new_id()
    key = await ledger.vault.day_key(connection, now.date())
    partition = ledger.vault.keyed_hash(f"{found.provider}-item", found.address)
    stored = await connection.fetchval(
        SQL["inbox_put"],
        item_id,
        found.provider,
        ledger.vault.keyed_hash(f"{found.provider}-item", found.identity),
        found.kind,
        partition,
        now.date(),
        seal(key, found.body, item_id.bytes),
        str(item_id),
        now,
    )
    if stored is None:
        return False
    job = jobs.INBOX[found.provider, found.kind]
    await jobs.start(connection, job, id=f"{job.name}:{item_id}", args=(str(item_id),), partition=partition)
    return True


async def put_aside(connection: Connection, *, inbox_id: UUID, reason: str) -> None:
    """It could not be read after all: keep it and show it to staff with the reason."""
    await connection.execute(SQL["inbox_unread"], inbox_id, clock.now(), reason)
