"""`medicalcor runs`: what the workers do and did, what failed, and trying it again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast, get_args

import click

from medicalcor.api import runs as listed
from medicalcor.api.database import Database
from medicalcor.core.database.pool import open_pool
from medicalcor.core.settings import load_settings
from medicalcor.operations import asks
from medicalcor.operations.ledger import Ledger, open_ledger
from medicalcor.schemas.api import Run, RunsAsked, RunState, RunWithSteps

T = TypeVar("T")
FAILED: tuple[RunState, ...] = ("failed", "given_up")
_MOST = 100
"""Runs that the API lists at once."""
_PATIENCE_SECONDS = 30.0


@click.group()
def runs() -> None:
    """What the workers do and did, what failed, and trying it again. Shows nothing of what went in or came out."""


@runs.command("list")
@click.option("--status", type=click.Choice(get_args(RunState)), help="Only those. [default: all]")
@click.option("--workflow", help="Only those of this name, such as lead-scoring.")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, _MOST))
def list_(*, status: str | None, workflow: str | None, limit: int) -> None:
    """Runs, the newest first."""
    asked = RunsAsked(status=cast("RunState | None", status), workflow=workflow, limit=limit)
    for run in _looking(lambda database: listed.page(database, asked)).runs:
        click.echo(_line(run))


@runs.command()
@click.argument("run_id")
def show(run_id: str) -> None:
    """One run with its steps, and what went wrong."""
    run: RunWithSteps = _looking(lambda database: listed.one(database, run_id))
    click.echo(_line(run))
    for step in run.steps:
        wrong = f": {step.problem.error} {step.problem.code or ''}".rstrip() if step.problem else ""
        click.echo(f"  {step.number:>3}  {step.name}{wrong}")


@runs.command()
@click.argument("run_ids", nargs=-1)
@click.option("--failed", is_flag=True, help=f"All that failed: the latest {_MOST} of each kind.")
@click.pass_context
def retry(context: click.Context, *, run_ids: tuple[str, ...], failed: bool) -> None:
    """Go on with runs that failed, were given up or cancelled, from the step that failed. A worker must be running."""
    if failed:
        run_ids = (*run_ids, *_looking(_failed))
    elif not run_ids:
        raise click.UsageError("Which ones? Give their ids, or --failed.")
    refused = asyncio.run(_retry(run_ids))
    for run_id in run_ids:
        click.echo(f"{run_id}  {refused.get(run_id, 'goes on')}")
    context.exit(1 if refused else 0)


async def _retry(run_ids: tuple[str, ...]) -> dict[str, str]:
    """Those that do not go on, and why."""
    settings = load_settings()
    pool = await open_pool(settings.require("database_url"), role="medicalcor_app", name="medicalcor-runs")
    try:
        ledger = open_ledger(settings, pool)
        said = {run_id: await _resumed(ledger, run_id) for run_id in run_ids}
        return {run_id: why for run_id, why in said.items() if why is not None}
    finally:
        await pool.close()


async def _resumed(ledger: Ledger, run_id: str) -> str | None:
    heard = await asks.ask(ledger, "runs.resume", {"run_id": run_id}, within=_PATIENCE_SECONDS)
    if heard is None:
        return "No worker answered. Is one running?"
    return None if isinstance(heard.said, dict) and heard.said.get("done") else str(heard.said["detail"])


async def _failed(database: Database) -> tuple[str, ...]:
    pages = [await listed.page(database, RunsAsked(status=state, limit=_MOST)) for state in FAILED]
    return tuple(run.id for page in pages for run in page.runs)


def _line(run: Run) -> str:
    wrong = f": {run.problem.error} {run.problem.code or ''}".rstrip() if run.problem else ""
    return f"{run.created_at:%Y-%m-%d %H:%M:%S}  {run.status:<9}  {run.workflow:<24}  {run.id}{wrong}"


def _looking(look: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(load_settings().require("database_url"))
        await database.open()
        try:
            return await look(database)
        finally:
            await database.close()

    return asyncio.run(run())
