"""The shapes in which Vapi asks for tools, brought into one."""

from typing import Any

from pydantic_core import from_json


def normalised(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool calls of a message, whichever of Vapi's shapes they come in."""
    legacy = message.get("functionCall")
    if isinstance(legacy, dict):
        return [{**_tool_call(legacy), "id": None}]
    wrapped = [one.get("toolCall") for one in _objects(message.get("toolWithToolCallList"))]
    for listed in (message.get("toolCallList"), message.get("toolCalls"), wrapped):
        found = [_tool_call(one) for one in _objects(listed)]
        if found:
            return found
    return []


def _objects(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _tool_call(one: dict[str, Any]) -> dict[str, Any]:
    function = one.get("function")
    inner = function if isinstance(function, dict) else {}
    name = inner.get("name") or one.get("name")
    given: Any = next((part for part in _arguments(inner, one) if part is not None), None)
    arguments = {} if given is None else _decoded(given)
    return {
        "id": one["id"] if isinstance(one.get("id"), str) else None,
        "name": name if isinstance(name, str) else "",
        "arguments": arguments or {},
        "unreadable": arguments is None,
    }


def _arguments(inner: dict[str, Any], one: dict[str, Any]) -> tuple[Any, ...]:
    return inner.get("arguments"), inner.get("parameters"), one.get("arguments"), one.get("parameters")


def _decoded(given: Any) -> dict[str, Any] | None:
    if isinstance(given, str):
        try:
            given = from_json(given, allow_inf_nan=False) if given.strip() else {}
        except ValueError:
            return None
    return given if isinstance(given, dict) else None
