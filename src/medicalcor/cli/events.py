"""`medicalcor events`: read the log, prove it whole, and rebuild from it what is read."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import click
from pydantic_core import to_json

from medicalcor.core import clock, log
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database import migrate
from medicalcor.core.database.pool import CONNECTION_LOST, Connection, DatabaseUnavailable, open_pool
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.core.eventstore import checkpoints
from medicalcor.core.eventstore import verify as verification
from medicalcor.core.eventstore.store import EventStore, Recorded
from medicalcor.core.settings import load_settings
from medicalcor.readmodels import rebuild as rebuilding
from medicalcor.readmodels.projections import PROJECTIONS

SQL = statements("medicalcor.core.eventstore")
T = TypeVar("T")
_TOLD_EVERY_SECONDS = 2.0


@click.group()
def events() -> None:
    """List, show, verify and rebuild from the event log."""


@events.command("list")
@click.option("--stream", help="Of one stream, such as lead-<id>.")
@click.option("--type", "event_type", help="Of one type, such as lead.scored.")
@click.option("--person", type=click.UUID, help="About one person.")
@click.option("--lead", type=click.UUID, help="Of one lead, its conversation and its effects.")
@click.option("--after", type=int, help="From this position on. [default: the latest]")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(
    *,
    stream: str | None,
    event_type: str | None,
    person: UUID | None,
    lead: UUID | None,
    after: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """The plain part of what happened, oldest first. Personal data is not shown."""

    async def fetch() -> list[dict[str, Any]]:
        async with _database() as connection:
            rows = await connection.fetch(
                SQL["list_events"], after, stream, event_type, person, str(lead) if lead else None, limit
            )
        return [dict(row) for row in rows]

    for row in asyncio.run(fetch()):
        if as_json:
            click.echo(to_json(row))
        else:
            click.echo(
                f"{row['position']:>8}  {row['occurred_at']:%Y-%m-%d %H:%M:%S}  {row['type']:<28}"
                f"{row['stream']} v{row['version']}  {row['actor']}"
            )


@events.command()
@click.argument("event")
@click.option("--personal", is_flag=True, help="Open the sealed part too. That you did is logged.")
def show(event: str, *, personal: bool) -> None:
    """One event, by its id or its position."""
    event_id, position = _id_or_position(event)

    async def fetch() -> tuple[dict[str, Any], Recorded | None]:
        async with _database() as connection:
            row = await connection.fetchrow(SQL["one_event"], event_id, position)
            if row is None:
                raise NotFound(f"There is no event {event}.")
            return dict(row), await _store().read(connection, row) if personal else None

    row, opened = asyncio.run(fetch())
    sealed, lines = row.pop("sealed"), {**row, "prev_hash": row["prev_hash"].hex(), "hash": row["hash"].hex()}
    lines["personal"] = _personal(opened, is_sealed=sealed is not None)
    click.echo(to_json(lines, indent=2))


@events.command()
@click.option("--deep", is_flag=True, help="Open every sealed part, too.")
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
@click.pass_context
def verify(context: click.Context, *, deep: bool, as_json: bool) -> None:
    """Find any event or checkpoint that was altered, removed, inserted or moved; exit 1 if there is one."""

    async def run(progress: Callable[[int], None]) -> verification.Report:
        async with _database() as connection:
            return await verification.verify(connection, _vault(), deep=deep, progress=progress)

    report = _with_progress("events verified", run)
    click.echo(to_json(report) if as_json else _in_words(report))
    context.exit(0 if report.is_whole else 1)


@events.command()
@click.option("--check", is_flag=True, help="Only compare; exit 1 when a row is not what the log says.")
@click.pass_context
def rebuild(context: click.Context, *, check: bool) -> None:
    """Make the read models anew from the log. Readers see the old rows until it is done."""

    async def compare(progress: Callable[[int], None]) -> list[rebuilding.Difference]:
        async with _database() as connection:
            return await rebuilding.compare(connection, _store(), progress=progress)

    async def replace(progress: Callable[[int], None]) -> dict[str, int]:
        async with _database() as connection:
            return await rebuilding.rebuild(connection, _store(), progress=progress)

    if not check:
        for table, count in _with_progress("positions applied", replace).items():
            click.echo(f"{table:<16}{count:>10} rows")
        return
    differences = _with_progress("positions compared", compare)
    for found in differences:
        click.echo(f"{found.table} {found.key} {found.what}")
    click.echo(f"{len(differences)} rows differ." if differences else "Every row is what the log says.")
    context.exit(1 if differences else 0)


@events.command()
def checkpoint() -> None:
    """Sign what has happened since the last checkpoint. The worker does this every minute."""

    async def sign() -> checkpoints.Checkpoint | None:
        async with _database() as connection:
            return await checkpoints.checkpoint(connection, _vault())

    made = asyncio.run(sign())
    if made is None:
        click.echo("Nothing new to sign.")
    else:
        click.echo(
            f"Signed {made.events} events, positions {made.first_position} to {made.last_position}."
            f" Root {made.root.hex()}"
        )


@asynccontextmanager
async def _database() -> AsyncIterator[Connection]:
    """One transaction as the database's owner."""
    url = load_settings().require("database_url")
    try:
        pool = await open_pool(url, maximum=1, name="medicalcor events")
    except CONNECTION_LOST:
        raise DatabaseUnavailable(
            "The database does not answer. Is it running, and is DATABASE_URL right?"
        ) from None
    async with pool:
        async with pool.acquire() as connection:
            if await migrate.pending(connection):
                raise InvalidInput("The database is not up to date. Run `medicalcor migrate` first.")
        async with transaction(pool) as connection:
            yield connection


def _vault() -> Vault:
    return Vault(load_settings().require("medicalcor_master_key"))


def _store() -> EventStore:
    return EventStore(_vault(), PROJECTIONS)


def _id_or_position(text: str) -> tuple[UUID | None, int | None]:
    if text.isdecimal():
        return None, int(text)
    try:
        return UUID(text), None
    except ValueError:
        raise InvalidInput("EVENT is an event's id or its position.") from None


def _personal(opened: Recorded | None, *, is_sealed: bool) -> Any:
    """What the sealed part holds, where it was asked for."""
    if not is_sealed:
        return None
    if opened is None:
        return "sealed; --personal opens it"
    with contextlib.redirect_stdout(sys.stderr):
        log.get_logger("events").info(
            "personal_data_shown",
            event_id=str(opened.event_id),
            subject_id=str(opened.subject_id),
            by=f"cli:uid:{os.getuid()}",
        )
    return "erased" if opened.event is None else opened.event.split()[1]


def _in_words(report: verification.Report) -> str:
    lines = [
        f"{f'position {found.position}' if found.position is not None else ''} {found.stream or ''}: {found.what}".lstrip()
        for found in report.findings
    ]
    lines.append(f"{report.events} events in {report.streams} streams, {report.checkpoints} checkpoints.")
    if report.unsigned:
        lines.append(
            f"{report.unsigned} events are newer than the last checkpoint; their chains alone hold them."
        )
    if report.sealed or report.erased:
        lines.append(f"{report.sealed} sealed parts open; {report.erased} belong to erased persons.")
    lines.append(f"{len(report.findings)} findings." if report.findings else "The log is whole.")
    return "\n".join(lines)


def _with_progress(what: str, work: Callable[[Callable[[int], None]], Coroutine[Any, Any, T]]) -> T:
    """Tells now and then on standard error how far it is."""
    told = clock.monotonic()

    def progress(count: int) -> None:
        nonlocal told
        if clock.monotonic() - told >= _TOLD_EVERY_SECONDS:
            told = clock.monotonic()
            click.echo(f"{count} {what} …", err=True)

    return asyncio.run(work(progress))
