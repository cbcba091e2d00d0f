"""History is read by these names and shapes for ever: a change is made on purpose, or not at all.

`python tests/meta/test_events_registry.py` writes the snapshot anew, once the change has its version and upcast.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from medicalcor.readmodels.projections import PROJECTIONS
from medicalcor.schemas import events as package
from medicalcor.schemas.base import Event
from medicalcor.schemas.events import (
    alerts,
    appointments,
    bookings,
    calls,
    consents,
    conversations,
    effects,
    leads,
    lexicon,
    payments,
    people,
    practice,
    reminders,
    templates,
    waitlist,
)
from medicalcor.schemas.events.registry import BY_TYPE, EVENTS
from medicalcor.schemas.events.upcasts import UPCASTS

SNAPSHOT = Path(__file__).with_name("events_registry.json")
MODULES = (
    people,
    consents,
    leads,
    lexicon,
    conversations,
    effects,
    calls,
    payments,
    practice,
    appointments,
    templates,
    reminders,
    waitlist,
    bookings,
    alerts,
)
ADVICE = (
    "An event's stored shape has changed. Raise its `version`, add the upcast from the version before, and write the"
    " snapshot anew: python tests/meta/test_events_registry.py"
)


def described(event: type[Event]) -> dict[str, Any]:
    schema = plain(event.model_json_schema())
    required, personal = schema.get("required", []), event.personal_fields()
    fields = {
        name: {"personal": name in personal, "required": name in required, "shape": shape}
        for name, shape in schema["properties"].items()
    }
    return {"version": event.version, "fields": fields, "shapes": schema.get("$defs", {})}


def plain(schema: Any) -> Any:
    """Without titles and descriptions: words may change, shapes may not."""
    if isinstance(schema, list):
        return [plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {key: plain(value) for key, value in held.items()}
        if name in {"properties", "$defs"}
        else plain(held)
        for name, held in schema.items()
        if name not in {"title", "description"}
    }


def snapshot() -> dict[str, Any]:
    return {event.type: described(event) for event in EVENTS}


def test_every_event_has_the_shape_that_history_is_stored_in() -> None:
    pinned = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert snapshot() == pinned, ADVICE


def test_every_event_class_is_registered_once() -> None:
    defined = {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Event) and value is not Event
    }
    assert defined == set(EVENTS)
    assert len(BY_TYPE) == len(EVENTS)


def test_every_file_of_events_is_looked_at() -> None:
    files = {path.stem for path in Path(package.__path__[0]).glob("*.py")}
    assert files == {module.__name__.rpartition(".")[2] for module in MODULES} | {
        "__init__",
        "registry",
        "upcasts",
    }


def test_every_older_version_can_be_read() -> None:
    for event in EVENTS:
        for version in range(1, event.version):
            assert (event.type, version) in UPCASTS, f"{event.type} {version} has no upcast"


def test_nothing_is_projected_that_never_happens() -> None:
    assert {event_type for noun in PROJECTIONS for event_type in noun} <= set(BY_TYPE)


def test_plain_fields_hold_nothing_that_people_write() -> None:
    """Names a field of free text would have; such a field belongs in the sealed part."""
    suspicious = {
        "name",
        "text",
        "body",
        "phone",
        "email",
        "value",
        "content",
        "reasoning",
        "notes",
        "subject",
    }
    plain_fields = {
        f"{event.type}.{path}"
        for event in EVENTS
        for path, name in _names(event, exclude=event.personal_fields())
        if name in suspicious
    }
    assert plain_fields == set()


def _names(shape: type[BaseModel], *, exclude: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    for name, field in shape.model_fields.items():
        if name in exclude:
            continue
        yield name, name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from ((f"{name}.{path}", inner) for path, inner in _names(field.annotation))


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(snapshot(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
