"""The rules of the house that import contracts cannot say, read off the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "medicalcor"
FILES = sorted(SOURCE.rglob("*.py"))
CLOCK_AND_IDS = {"core/clock.py", "core/ids.py"}
LONGEST_FUNCTION = 40
LONGEST_FILE = 350


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Every module, and every name out of a module, that the file imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def test_the_domain_and_the_schemas_know_of_core_only_its_errors() -> None:
    found = [
        f"{name_of(path)} imports {name}"
        for layer in ("domain", "schemas")
        for path in (SOURCE / layer).rglob("*.py")
        for name in imported(path)
        if name.startswith("medicalcor.core") and not name.startswith("medicalcor.core.errors")
    ]
    assert not found


def test_time_and_chance_have_one_source_each() -> None:
    asking = re.compile(
        r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|monotonic|perf_counter))$"
    )
    making = re.compile(r"^(random|secrets)(\.|$)|^uuid\.uuid[1-8]$|^os\.urandom$")
    found = []
    for path in FILES:
        if name_of(path) in CLOCK_AND_IDS:
            continue
        found += [f"{name_of(path)} imports {name}" for name in imported(path) if making.search(name)]
        called = (dotted(call.func) for call in calls(path))
        found += [
            f"{name_of(path)} calls {name}" for name in called if asking.search(name) or making.search(name)
        ]
    assert not found


def test_only_one_place_begins_and_commits() -> None:
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in FILES
        if not name_of(path).startswith("core/database/")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"commit", "transaction"}
        and not dotted(call.func).startswith(("transaction.", "database."))
    ]
    assert not found


def test_every_workflow_and_step_has_a_stable_dotted_name() -> None:
    found = []
    for path in (SOURCE / "workflows").rglob("*.py"):
        for call in calls(path):
            if dotted(call.func) not in {"DBOS.workflow", "DBOS.step"}:
                continue
            names = [word.value for word in call.keywords if word.arg == "name"]
            stable = names and (
                isinstance(names[0], ast.Attribute)  # a constant of core/jobs.py
                or (isinstance(names[0], ast.Constant) and "." in str(names[0].value))
            )
            if not stable:
                found.append(f"{name_of(path)}:{call.lineno}")
    assert not found


def test_steps_and_workflows_are_named_once() -> None:
    names = [
        word.value.value
        for path in (SOURCE / "workflows").rglob("*.py")
        for call in calls(path)
        if dotted(call.func) in {"DBOS.workflow", "DBOS.step"}
        for word in call.keywords
        if word.arg == "name" and isinstance(word.value, ast.Constant)
    ]
    assert sorted(names) == sorted(set(names))


def test_files_and_functions_are_short() -> None:
    found = []
    for path in FILES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            found.append(f"{path.relative_to(ROOT)} has {lines} lines")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines")
    assert not found


def test_an_exception_to_the_checks_gives_its_reason() -> None:
    bare = re.compile(r"#\s*(noqa(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*)?|type:\s*ignore(\[[a-z, -]+\])?)\s*$")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("src", "tests", ".ci")
        for path in (ROOT / folder).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert not found
