"""HubSpot's search: groups are alternatives, the filters of a group must all hold."""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from medicalcor.core import clock
from medicalcor.sandbox.providers.hubspot_store import Record, Store, tokens

LIMITS = {"groups": 5, "filters": 6, "all": 18, "page": 200}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _compares(test: Callable[[Any, Any], bool]) -> Callable[[str, dict[str, Any]], bool]:
    def holds(value: str, wanted: dict[str, Any]) -> bool:
        left, right = _number(value), _number(str(wanted.get("value", "")))
        if type(left) is not type(right):
            left, right = value, str(wanted.get("value", ""))
        return bool(value) and test(left, right)

    return holds


def _between(value: str, wanted: dict[str, Any]) -> bool:
    low, high = str(wanted.get("value", "")), str(wanted.get("highValue", ""))
    return bool(value) and _number(low) <= _number(value) <= _number(high)  # type: ignore[operator]  # mixed kinds do not occur in one property


def _contains(value: str, wanted: dict[str, Any]) -> bool:
    """Every word asked for is there; `*` stands for any ending or beginning."""
    there = set(tokens(value))
    asked = [part for word in str(wanted.get("value", "")).lower().split() for part in _parts(word)]
    return bool(asked) and all(
        part in there if "*" not in part else any(fnmatch.fnmatchcase(word, part) for word in there)
        for part in asked
    )


def _parts(word: str) -> list[str]:
    """The tokens of a word that may begin or end with a star."""
    found = tokens(word)
    if found and word.startswith("*"):
        found[0] = "*" + found[0]
    if found and word.endswith("*"):
        found[-1] += "*"
    return found


def _in(value: str, wanted: dict[str, Any]) -> bool:
    return bool(value) and value.lower() in {str(v).lower() for v in wanted.get("values") or ()}


def _equals(value: str, wanted: dict[str, Any]) -> bool:
    return bool(value) and value.lower() == str(wanted.get("value", "")).lower()


OPERATORS: Mapping[str, Callable[[str, dict[str, Any]], bool]] = {
    "EQ": _equals,
    "NEQ": lambda value, wanted: not _equals(value, wanted),
    "LT": _compares(lambda left, right: left < right),
    "LTE": _compares(lambda left, right: left <= right),
    "GT": _compares(lambda left, right: left > right),
    "GTE": _compares(lambda left, right: left >= right),
    "BETWEEN": _between,
    "IN": _in,
    "NOT_IN": lambda value, wanted: not _in(value, wanted),
    "HAS_PROPERTY": lambda value, _: bool(value),
    "NOT_HAS_PROPERTY": lambda value, _: not value,
    "CONTAINS_TOKEN": _contains,
    "NOT_CONTAINS_TOKEN": lambda value, wanted: not _contains(value, wanted),
}


def wrong(asked: dict[str, Any], *, known: Mapping[str, Any]) -> str | None:
    """Why this search cannot be run."""
    groups = asked.get("filterGroups") or []
    filters = [one for group in groups for one in group.get("filters") or ()]
    if len(groups) > LIMITS["groups"] or len(filters) > LIMITS["all"]:
        return "Too many filter groups or filters"
    if any(len(group.get("filters") or ()) > LIMITS["filters"] for group in groups):
        return "Too many filters in a group"
    if not 0 < int(asked.get("limit", 10)) <= LIMITS["page"]:
        return f"limit must be between 1 and {LIMITS['page']}"
    for one in filters:
        if one.get("operator") not in OPERATORS:
            return f"operator must be one of {', '.join(OPERATORS)}"
        if one.get("propertyName") not in known:
            return f"There was a problem with the request: property {one.get('propertyName')} does not exist"
    return None


def search(store: Store, *, kind: str, asked: dict[str, Any], lag: float) -> dict[str, Any]:
    """A page of what is found, oldest first unless sorted otherwise."""
    groups = asked.get("filterGroups") or [{"filters": []}]
    horizon = clock.monotonic() - lag
    found: dict[str, Record] = {}
    for group in groups:
        filters = group.get("filters") or []
        for record in _candidates(store, kind=kind, filters=filters):
            if record.written <= horizon and all(_holds(record, one) for one in filters):
                found[record.id] = record
    ordered = _sorted(found.values(), sorts=asked.get("sorts") or [])
    start, limit = int(asked.get("after") or 0), int(asked.get("limit", 10))
    wanted = asked.get("properties") or []
    page = [record.shown(wanted) for record in ordered[start : start + limit]]
    answer: dict[str, Any] = {"total": len(ordered), "results": page}
    if start + limit < len(ordered):
        answer["paging"] = {"next": {"after": str(start + limit)}}
    return answer


def _holds(record: Record, wanted: dict[str, Any]) -> bool:
    return OPERATORS[wanted["operator"]](record.properties.get(wanted["propertyName"], ""), wanted)


def _candidates(store: Store, *, kind: str, filters: list[dict[str, Any]]) -> Iterable[Record]:
    """Read from the index where a filter allows, so that a long run's searches stay quick."""
    records = store.records(kind)
    for one in filters:
        ids = _indexed(store, kind=kind, wanted=one)
        if ids is not None:
            return [records[i] for i in ids if i in records]
    return records.values()


def _indexed(store: Store, *, kind: str, wanted: dict[str, Any]) -> Iterable[str] | None:
    """The records that may hold this, from the index; None when it cannot tell."""
    operator, value = wanted["operator"], str(wanted.get("value", ""))
    if operator not in ("EQ", "IN", "CONTAINS_TOKEN") or (operator == "CONTAINS_TOKEN" and "*" in value):
        return None
    index = store.index(kind, name=wanted["propertyName"])
    if operator == "CONTAINS_TOKEN":
        words = tokens(value)
        return min((index.words.get(word, {}) for word in words), key=len, default=())
    values = [value] if operator == "EQ" else wanted.get("values") or ()
    return {i: None for one in values for i in index.values.get(str(one).lower(), ())}


def _sorted(records: Iterable[Record], *, sorts: list[Any]) -> list[Record]:
    ordered = sorted(records, key=lambda record: int(record.id))
    for sort in reversed(sorts):
        name = sort if isinstance(sort, str) else sort.get("propertyName", "")
        down = (isinstance(sort, dict) and sort.get("direction") == "DESCENDING") or name.startswith("-")
        name = name.removeprefix("-")
        ordered.sort(key=lambda record, name=name: record.properties.get(name, ""), reverse=down)  # type: ignore[misc]  # the default binds the loop's value
    return ordered
