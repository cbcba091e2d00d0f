"""What our code takes for granted of the workflow engine and of the database, held against the real ones."""

import ast
import inspect
import re
import textwrap
from importlib.metadata import version
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from dbos import _sys_db

from medicalcor.core import jobs
from medicalcor.core.database.queries import statements
from medicalcor.workflows import catalog

SOURCE = Path(__file__).resolve().parents[2] / "src"
FILES = sorted(p for p in SOURCE.rglob("*.sql") if "migrations" not in p.parts)
VERIFIED = "3.4.0"


def test_every_name_of_durable_work_has_its_workflow() -> None:
    assert {job.name for job in jobs.JOBS} == set(catalog.WORKFLOWS)
    declared = {value for value in vars(jobs).values() if isinstance(value, jobs.Job)}
    assert declared == set(jobs.JOBS)


def test_the_engine_is_the_one_that_was_verified() -> None:
    assert version("dbos") == VERIFIED, "hold recovery.sql and the retention against the new version first"


def _columns_that_recovery_sets() -> set[str]:
    source = textwrap.dedent(inspect.getsource(_sys_db.SystemDatabase.reenqueue_for_recovery))
    return {
        str(word.arg)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "values"
        for word in call.keywords
    }


@pytest.mark.parametrize("name", ["take_up", "hand_over"])
def test_runs_are_put_back_as_the_engine_itself_does(name: str) -> None:
    sql = statements("medicalcor.workflows", "recovery.sql")[name]
    assignments = re.search(
        r"\bset\b(.*?)\b(?:from dead|where)\b", sql[sql.index("update dbos") :], re.DOTALL
    )
    assert assignments
    assert set(re.findall(r"(\w+) = ", assignments[1])) == _columns_that_recovery_sets()


async def test_retention_removes_whatever_the_engine_keeps_of_a_run(database_url: str) -> None:
    """Every table that knows a run is emptied by us, or by the engine's own cascade from the run's row."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:

        async def names(sql: LiteralString) -> set[str]:
            return {row[0] for row in await (await connection.execute(sql)).fetchall()}

        bodies = await names("select prosrc from pg_proc where proname = 'remove_finished_runs'")
        kept = await names(
            "select table_name from information_schema.columns"
            " where table_schema = 'dbos' and column_name in ('workflow_uuid', 'destination_uuid')"
        )
        cascading = await names(
            "select c.relname from pg_constraint k join pg_class c on c.oid = k.conrelid"
            " where k.contype = 'f' and k.confdeltype = 'c' and k.confrelid = 'dbos.workflow_status'::regclass"
        )
    ours = set(re.findall(r"delete from dbos\.(\w+)", bodies.pop()))
    assert ours <= kept, "a table that retention names is gone"
    # messages, events, streams and data sources of the engine: we use none of them
    unused = {"notifications", "workflow_events", "workflow_events_history", "streams", "datasource_outputs"}
    assert kept - ours - cascading <= unused


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(SOURCE / "medicalcor").as_posix())
async def test_every_statement_is_one_that_the_database_understands(file: Path, database_url: str) -> None:
    package = ".".join(file.parent.relative_to(SOURCE).parts)
    named = statements(package, file.name)
    assert named, "a file of statements names at least one"
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        for name, sql in named.items():
            try:
                whole = re.sub(r"\{(\w+)\}", lambda part: named[part[1]], sql)
                await connection.execute(f'prepare "{name}" as {_numbered(whole)}')
            except psycopg.Error as problem:
                pytest.fail(f"{name}: {problem}")


def _numbered(sql: str) -> str:
    """`%(name)s` as the server writes it; each name is one parameter."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    for position, name in enumerate(names, 1):
        sql = sql.replace(f"%({name})s", f"${position}")
    return sql
