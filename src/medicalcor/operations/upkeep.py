"""House-keeping: what was lost is started again, what is old goes."""

from datetime import datetime, timedelta

from medicalcor.core import clock, jobs
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.checkpoints import checkpoint
from medicalcor.operations import effects
from medicalcor.operations.delivery import resume
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.messaging import take_statuses

SQL = statements("medicalcor.operations")
OVERDUE = timedelta(minutes=2)
SOON = timedelta(seconds=5)
"""What comes back by itself so soon is left to it."""
STRANDED = timedelta(minutes=10)
"""An item that nobody took in for so long has lost its run, or waits in a queue that is far behind."""
RUNS_KEPT = timedelta(days=30)
"""Shorter than the inbox is kept: the inbox, not the runs, is what makes a redelivery harmless."""
BODIES_KEPT = timedelta(days=365)
ASKS_KEPT = timedelta(days=2)
"""As long as a repeated request is answered as it was the first time."""


async def sweep_effects(ledger: Ledger) -> int:
    """Start overdue effects again; one that is under way or done is not sent twice for it."""
    now = clock.now()
    async with transaction(ledger.pool) as connection:
        rows = await connection.fetch(SQL["overdue_effects"], now - OVERDUE)
        for row in rows:
            job = jobs.delivery_of(row["kind"])
            await jobs.start(
                connection,
                job,
                id=f"{job.name}:{row['id']}:sweep:{_slot(now, OVERDUE)}",
                args=([str(row["id"])],),
                partition=effects.partition_of(
                    kind=row["kind"], conversation_id=row["conversation_id"], person_id=row["person_id"]
                ),
            )
    return len(rows)


async def sweep_mended(ledger: Ledger) -> int:
    """What waits because a provider refused the account goes on as soon as that provider takes something again."""
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(SQL["mended_effects"], clock.now() + SOON)
    for row in rows:
        await resume(ledger, effect_id=row["id"])
    return len(rows)


async def sweep_inbox(ledger: Ledger) -> int:
    """Take in what was stored and never taken in; an item that is under way is not taken in twice for it."""
    now = clock.now()
    single = [place for place, job in jobs.INBOX.items() if not job.together]
    kinds = [provider for provider, _ in single], [kind for _, kind in single]
    async with transaction(ledger.pool) as connection:
        rows = await connection.fetch(SQL["stranded_items"], now - STRANDED, *kinds)
        for row in rows:
            job = jobs.INBOX[row["provider"], row["kind"]]
            await jobs.start(
                connection,
                job,
                id=f"{job.name}:{row['id']}:sweep:{_slot(now, STRANDED)}",
                args=(str(row["id"]),),
                partition=row["partition_key"],
            )
    return len(rows)


async def sweep_statuses(ledger: Ledger) -> int:
    """Statuses that were stored too late for the run of their half second."""
    return await take_statuses(ledger)


def _slot(now: datetime, length: timedelta) -> int:
    """The same number for all sweeps within `length`: they start a thing once."""
    return int(now.timestamp()) // int(length.total_seconds())


async def sign_checkpoint(ledger: Ledger) -> None:
    async with transaction(ledger.pool) as connection:
        await checkpoint(connection, ledger.vault)


async def retain(ledger: Ledger) -> int:
    """Remove finished runs, in batches, and destroy the keys of old inbox bodies: the bodies are noise then."""
    now = clock.now()
    before = int((now - RUNS_KEPT).timestamp() * 1000)
    removed = 0
    while done := await _remove_runs(ledger, before):
        removed += done
    async with transaction(ledger.pool) as connection:
        await connection.execute(
            "update day_keys set wrapped = null, destroyed_at = $2 where day < $1 and wrapped is not null",
            (now - BODIES_KEPT).date(),
            now,
        )
        await connection.execute("delete from asks where asked_at < $1", now - ASKS_KEPT)
        await connection.execute("delete from api_requests where first_at < $1", now - ASKS_KEPT)
        await connection.execute("delete from form_keys where received_at < $1", now - ASKS_KEPT)
    return removed


async def _remove_runs(ledger: Ledger, before_ms: int) -> int:
    async with transaction(ledger.pool) as connection:
        removed: int = await connection.fetchval("select remove_finished_runs($1)", before_ms)
    return removed
