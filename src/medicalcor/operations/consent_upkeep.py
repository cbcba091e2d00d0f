"""Consents over time: they end, they are renewed, and who was never asked is asked at a good moment.

Each person in a transaction of their own; what was missed comes with the next run, and nothing is done twice.
"""

from typing import cast
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.consent import purposes
from medicalcor.operations import consents
from medicalcor.operations.consents import SQL
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.events.consents import ConsentExpired, ConsentPurpose


async def audit(ledger: Ledger) -> int:
    """How many ended, and how many were asked about."""
    now = clock.now()
    async with ledger.pool.acquire() as connection:
        over = await connection.fetch(SQL["expired"], now)
        soon = await connection.fetch(SQL["renewable"], now, now + purposes.RENEW_BEFORE)
    for row in over:
        await _expire(ledger, row)
    asked = [await _renew(ledger, row) for row in soon]
    return len(over) + sum(asked)


async def _expire(ledger: Ledger, row: Row) -> None:
    person_id: UUID = row["person_id"]

    async def decide(connection: Connection) -> None:
        held = {
            r["purpose"]
            for r in await connection.fetch(SQL["consents_of"], person_id)
            if r["state"] == "granted"
            and r["address_key"] == row["address_key"]
            and r["expires_at"] == row["expires_at"]
        }
        ended = tuple(cast("ConsentPurpose", p) for p in row["purposes"] if p in held)
        if not ended:
            return
        event = ConsentExpired(
            person_id=person_id,
            purposes=ended,
            address_key=row["address_key"] or None,
            expires_at=row["expires_at"],
        )
        await _act(ledger, connection).append(Append(f"person-{person_id}", (event,), person_id))

    await record(ledger.pool, decide, subject=person_id)


async def _renew(ledger: Ledger, row: Row) -> bool:
    async def decide(connection: Connection) -> bool:
        act = _act(ledger, connection)
        line = await consents.line_to(act, person_id=row["person_id"], kind=row["kind"], value=row["value"])
        if line is None:
            return False
        first = row["purposes"][0]
        key = f"renewal:{row['person_id']}:{row['address_key']}:{first}:{row['expires_at'].date()}"
        asked = await consents.ask(
            act, conversation_id=line, wanted=row["purposes"], occasion="renewal", key=key
        )
        return asked is not None and asked.decision.verdict != "refuse"

    return await record(ledger.pool, decide, subject=row["person_id"])


async def ask_for_missing(ledger: Ledger) -> int:
    """How many were asked: leads whose conversation came to rest, once in a while, for one thing at a time."""
    now = clock.now()
    async with ledger.pool.acquire() as connection:
        resting = await connection.fetch(
            SQL["worth_asking"],
            now - purposes.ASK_WITHIN,
            now - purposes.ASK_AFTER,
            now - purposes.ASK_AGAIN_AFTER,
        )
    asked: set[UUID] = set()
    for row in resting:
        if row["person_id"] not in asked and await _ask_one(ledger, row):
            asked.add(row["person_id"])
    return len(asked)


async def _ask_one(ledger: Ledger, row: Row) -> bool:
    async def decide(connection: Connection) -> bool:
        wanted = await _missing(connection, row)
        if not wanted:
            return False
        key = f"missing:{row['person_id']}:{wanted[0]}:{clock.now().date()}"
        planned = await consents.ask(
            _act(ledger, connection),
            conversation_id=row["conversation_id"],
            wanted=wanted,
            occasion="question",
            key=key,
        )
        return planned is not None and planned.decision.verdict != "refuse"

    return await record(ledger.pool, decide, subject=row["person_id"])


async def _missing(connection: Connection, row: Row) -> tuple[ConsentPurpose, ...]:
    """The first of the bundles about which this person has said nothing yet, whatever it was."""
    said = {
        r["purpose"]
        for r in await connection.fetch(SQL["consents_of"], row["person_id"])
        if r["state"] != "pending"
    }
    for bundle in purposes.BUNDLES:
        open_ones = tuple(p for p in bundle if p not in said and purposes.fits(p, row["reply_kind"]))
        if open_ones:
            return open_ones
    return ()


def _act(ledger: Ledger, connection: Connection) -> Act:
    return Act(ledger, connection, by_system(str(ids.new_id())))
