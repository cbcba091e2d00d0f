"""Nothing leaves the house without having asked the policy in the same attempt.

Read off the source: a client's sending methods are called only on behalf of an `Attempt`, attempts are made in one
place, and that place asks first. Import contracts keep the clients out of everybody else's hands.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "medicalcor"
DELIVERING = {"messaging": "whatsapp", "mailing": "email", "crm": "hubspot"}
"""The modules of operations that carry things out, and whose client each has."""
ASKING = {
    # they ask, acknowledge, or tidy up; nothing of ours reaches anybody
    *("aclose", "on", "mark_read", "find_contact_by_phone", "find_contact_by_email", "find_note_by_marker"),
    *("find_task_by_marker", "find_call_by_marker", "fetch_recording", "delete_recording", "get_call"),
    *("calls_since", "find_call"),
}
OTHERS = {"asyncio", "twiml"}
"""Have methods of the same names: `asyncio.create_task`, and what a caller hears, `twiml.hang_up`."""
NOBODYS = {"twilio", "vapi"}
"""Providers whose ways of reaching somebody no code of ours uses."""


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((SOURCE / name).read_text(encoding="utf-8"))


def functions(module: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def sending(provider: str) -> set[str]:
    """What a client can do to reach somebody: all that is public and does not only ask."""
    client = tree(f"integrations/{provider}/client.py")
    [cls] = [n for n in client.body if isinstance(n, ast.ClassDef) and n.name.lower() == f"{provider}client"]
    return {f.name for f in functions(cls) if not f.name.startswith("_") and f.name not in ASKING}


def called(node: ast.AST) -> Iterator[tuple[str, str, int]]:
    """What is called inside: on what, which name, where."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Attribute):
            holder = call.func.value
            on = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
            yield on, call.func.attr, call.lineno
        elif isinstance(call.func, ast.Name):
            yield "", call.func.id, call.lineno


def sends(node: ast.AST, provider: str) -> bool:
    return any(on == provider and name in sending(provider) for on, name, _ in called(node))


def test_every_client_can_reach_somebody_and_the_list_is_no_empty_one() -> None:
    assert sending("whatsapp") == {"send_text", "send_choices", "send_template"}
    assert sending("email") == {"send"}
    assert {"create_note", "create_task", "create_call", "upsert_contact"} <= sending("hubspot")


def test_only_the_delivering_modules_call_what_sends() -> None:
    distinct = {name for p in (*DELIVERING.values(), *NOBODYS) for name in sending(p)} - {"send"}
    found = []
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith(("integrations/", "sandbox/", "cli/")):
            continue
        provider = DELIVERING.get(path.stem) if name.startswith("operations/") else None
        for on, method, line in called(tree(name)):
            reaches = (method in distinct and on not in OTHERS) or (
                method == "send" and on in {"email", "whatsapp"}
            )
            if reaches and not (on == provider and method in sending(on)):
                found.append(f"{name}:{line} calls {on}.{method}")
    assert not found


def test_what_sends_is_reached_only_through_an_attempt() -> None:
    """From each call of a sending method up through its callers: the way ends at what is handed to `deliver`."""
    for module, provider in DELIVERING.items():
        parsed = tree(f"operations/{module}.py")
        by_name = {f.name: f for f in functions(parsed)}
        reaching = {name for name, f in by_name.items() if sends(f, provider)}
        while grown := {
            name
            for name, f in by_name.items()
            if name not in reaching and any(on == "" and n in reaching for on, n, _ in called(f))
        }:
            reaching |= grown
        assert reaching, module
        for name in reaching:
            takes_attempt = any(arg.arg == "attempt" for arg in by_name[name].args.args)
            inside = _handed_to_deliver(by_name, name)
            private = name.startswith("_")
            assert inside or takes_attempt or private or _only_delivers(by_name[name]), f"{module}.{name}"


def _handed_to_deliver(by_name: dict[str, ast.FunctionDef | ast.AsyncFunctionDef], name: str) -> bool:
    """Whether this inner function is used for nothing but `deliver(send=…)`."""
    uses = [
        node
        for f in by_name.values()
        for node in ast.walk(f)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    given = [
        keyword.value
        for f in by_name.values()
        for call in ast.walk(f)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "deliver"
        for keyword in call.keywords
        if keyword.arg == "send"
    ]
    return bool(uses) and all(use in given for use in uses)


def _only_delivers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A public way in: it defines what asks the provider, and does nothing but hand that to `deliver`."""
    own = [n for n in function.body if not isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    names = {name for node in own for on, name, _ in called(node) if on == ""}
    return names == {"deliver"}


def test_an_attempt_is_made_in_one_place_and_after_the_policy_was_asked() -> None:
    made = [
        (path.relative_to(SOURCE).as_posix(), line)
        for path in SOURCE.rglob("*.py")
        for on, name, line in called(tree(path.relative_to(SOURCE).as_posix()))
        if on == "" and name == "Attempt"
    ]
    delivery = {f.name: f for f in functions(tree("operations/delivery.py"))}
    begin = delivery["_begin"]
    [(where, line)] = made
    assert where == "operations/delivery.py"
    assert begin.lineno < line <= (begin.end_lineno or 0)
    asked = [line for on, name, line in called(begin) if name == "_still_allowed"]
    written = [n.lineno for n in ast.walk(begin) if getattr(n, "value", None) == "begin_attempt"]
    assert asked
    assert written
    assert max(asked) < min(written) < line
    assert ("effects", "judged") in {(on, name) for on, name, _ in called(delivery["_still_allowed"])}
    judged = {f.name: f for f in functions(tree("operations/effects.py"))}["judged"]
    assert "decide" in {name for _, name, _ in called(judged)}


def test_only_deliver_asks_a_provider_and_only_for_what_was_begun() -> None:
    delivery = {f.name: f for f in functions(tree("operations/delivery.py"))}
    asking = {name for name, f in delivery.items() if any(n in {"send", "recover"} for _, n, _ in called(f))}
    assert asking == {"deliver"}
    lines = [(name, line) for _, name, line in called(delivery["deliver"])]
    begun = next(line for name, line in lines if name == "record")
    assert all(line > begun for name, line in lines if name in {"send", "recover"})
