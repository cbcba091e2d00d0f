"""JSON schemas as structured outputs use them: what strict mode refuses, and a plain value for any of them."""

from typing import Any

Schema = dict[str, Any]


def not_strict(schema: Any, *, at: tuple[str, ...] = ()) -> str | None:
    """Why strict mode refuses this schema."""
    if not isinstance(schema, dict):
        return None
    if schema.get("type") == "object" or "properties" in schema:
        problem = _object_is_not_strict(schema, at=at)
        if problem:
            return problem
    for key in ("properties", "$defs", "definitions"):
        for name, inner in (schema.get(key) or {}).items():
            problem = not_strict(inner, at=(*at, key, name))
            if problem:
                return problem
    for inner in [schema.get("items"), *(schema.get("anyOf") or ())]:
        problem = not_strict(inner, at=(*at, "items" if inner is schema.get("items") else "anyOf"))
        if problem:
            return problem
    return None


def _object_is_not_strict(schema: Schema, *, at: tuple[str, ...]) -> str | None:
    if schema.get("additionalProperties") is not False:
        return f"In context={at}, 'additionalProperties' is required to be supplied and to be false."
    missing = set(schema.get("properties") or ()) - set(schema.get("required") or ())
    if missing:
        return (
            f"In context={at}, 'required' is required to be supplied and to be an array including every key in "
            f"properties. Missing '{min(missing)}'."
        )
    return None


def plain(schema: Schema, *, root: Schema | None = None) -> Any:
    """The plainest value that fits."""
    root = schema if root is None else root
    if "$ref" in schema:
        return plain(_resolve(schema["$ref"], root=root), root=root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        kinds = schema["anyOf"]
        return None if any(kind.get("type") == "null" for kind in kinds) else plain(kinds[0], root=root)
    if schema.get("allOf"):
        return plain(schema["allOf"][0], root=root)
    return _of_type(schema, root=root)


def _of_type(schema: Schema, *, root: Schema) -> Any:
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = "null" if "null" in kind else kind[0]
    if kind == "object":
        return {name: plain(inner, root=root) for name, inner in (schema.get("properties") or {}).items()}
    if kind == "array":
        return [plain(schema.get("items") or {}, root=root)] * int(schema.get("minItems", 0))
    if kind == "string":
        return "x" * int(schema.get("minLength", 0))
    if kind in ("integer", "number"):
        least = schema.get("minimum", 0)
        return int(least) if kind == "integer" else least
    return False if kind == "boolean" else None


def _resolve(reference: str, *, root: Schema) -> Schema:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def filled(schema: Schema, *, values: dict[str, Any]) -> dict[str, Any]:
    """`values` where the schema asks for them, plain ones for the rest."""
    return {
        name: values[name] if name in values else plain(inner, root=schema)
        for name, inner in (schema.get("properties") or {}).items()
    }
