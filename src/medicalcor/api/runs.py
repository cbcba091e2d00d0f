"""Starting runs and looking at them. What goes into a run, and what comes out, is never read here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic_core import to_json

from medicalcor.api import problems
from medicalcor.api.database import Database
from medicalcor.api.startable import NAMES, STARTABLE, Startable
from medicalcor.core import context
from medicalcor.core.database.pool import CONNECTION_LOST, Connection, DatabaseUnavailable, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import Conflict, NotFound
from medicalcor.core.jobs import Job
from medicalcor.schemas.api import Run, RunProblem, Runs, RunsAsked, RunState, RunWithSteps, Step
from medicalcor.schemas.base import Shape

STATES: Final[Mapping[str, RunState]] = {
    "ENQUEUED": "waiting",
    "DELAYED": "delayed",
    "PENDING": "running",
    "SUCCESS": "succeeded",
    "ERROR": "failed",
    "CANCELLED": "cancelled",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "given_up",
}
"""The engine's words → ours."""
_REFUSALS = {
    "nothing_was_said": "Nothing was said with this lead that could be judged.",
    "recording_is_gone": "This recording is gone: nothing was on it, or it was deleted once it was written down.",
    "effect_has_ended": "This effect has come to its end: there is nothing to deliver.",
}
_SQL = statements("medicalcor.api", "runs.sql")
_AWAY = (*CONNECTION_LOST, DatabaseUnavailable)
_UNREACHABLE = "The database cannot be reached at the moment."


async def start(database: Database, entry: Startable, asked: Shape, *, run_id: str) -> None:
    """Once for each id, however often it is called."""
    args = entry.args(asked, context.correlation_id() or run_id)
    try:
        async with database.pool.acquire() as connection:
            job, partition = await _turn(connection, entry, asked)
            texts = [to_json(arg).decode() for arg in args]
            await connection.execute(_SQL["start"], job.name, job.queue, run_id, texts, partition)
    except _AWAY:
        raise problems.try_later("It could not be stored. Send it again.", code="not_stored") from None


async def _turn(connection: Connection, entry: Startable, asked: Shape) -> tuple[Job, str | None]:
    """The queue that it waits in, and whose turn there."""
    if entry.place is None:
        return entry.job, None
    statement, subject = entry.place
    row = await connection.fetchrow(_SQL[statement], subject(asked))
    if row is None:
        raise NotFound("There is nothing with this id.")
    if row["refusal"] is not None:
        raise Conflict(_REFUSALS[row["refusal"]])
    return entry.job_of(row) if entry.job_of else entry.job, row["partition_key"]


async def page(database: Database, asked: RunsAsked) -> Runs:
    before = _place(asked.cursor)
    entry = STARTABLE.get(asked.workflow or "")
    name = entry.job.name if entry else asked.workflow
    rows = await _rows(
        database,
        "listed",
        None,
        [name] if name else None,
        [engine for engine, ours in STATES.items() if ours == asked.status] if asked.status else None,
        _ms(asked.since) if asked.since else None,
        *before,
        asked.limit + 1,
    )
    shown = rows[: asked.limit]
    more = len(rows) > asked.limit
    return Runs(runs=tuple(_run(row) for row in shown), next=_cursor(shown[-1]) if more else None)


async def one(database: Database, run_id: str) -> RunWithSteps:
    found = await _rows(database, "listed", run_id, None, None, None, None, None, 1)
    if not found:
        raise NotFound("There is no such run. Finished runs are kept for 30 days.")
    steps = await _rows(database, "steps", run_id)
    return RunWithSteps(**_run(found[0]).model_dump(), steps=tuple(_step(row) for row in steps))


async def _rows(database: Database, statement: str, *args: Any) -> list[Row]:
    try:
        async with database.pool.acquire() as connection:
            return await connection.fetch(_SQL[statement], *args)
    except _AWAY:
        raise problems.try_later(_UNREACHABLE, code="database_unavailable") from None


def _run(row: Row) -> Run:
    return Run(
        id=row["id"],
        workflow=NAMES.get(row["name"], row["name"]),
        status=STATES[row["state"]],
        queue=row["queue"],
        attempts=row["attempts"] or 0,
        created_at=_at(row["created_ms"]),
        started_at=_moment(row["started_ms"]),
        completed_at=_moment(row["completed_ms"]),
        delayed_until=_moment(row["delayed_until_ms"]),
        forked_from=row["forked_from"],
        problem=_problem(row),
    )


def _step(row: Row) -> Step:
    return Step(
        number=row["step"],
        name=row["name"],
        started_at=_moment(row["started_ms"]),
        completed_at=_moment(row["completed_ms"]),
        child_run=row["child_run"],
        problem=_problem(row),
    )


def _problem(row: Row) -> RunProblem | None:
    return RunProblem(**row["problem"]) if row["problem"] is not None else None


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else _at(ms)


def _cursor(row: Row) -> str:
    return f"{row['created_ms']}~{row['id']}"


def _place(cursor: str | None) -> tuple[int | None, str | None]:
    if cursor is None:
        return None, None
    ms, _, run_id = cursor.partition("~")
    return int(ms), run_id
