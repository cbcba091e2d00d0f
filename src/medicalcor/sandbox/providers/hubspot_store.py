"""What the HubSpot twin keeps: records, properties, associations, and the index that searches read."""

import re
from dataclasses import dataclass, field
from typing import Any

from medicalcor.core import clock
from medicalcor.sandbox.providers import hubspot_schema as schema

TOKEN = re.compile(r"\w+")
_MOMENTS = {"contacts": ("createdate", "lastmodifieddate")}
"""What creation and last change are called; engagements have names of their own."""
TAG = re.compile(r"<[^>]*>")


@dataclass(eq=False, slots=True)
class Record:
    id: str
    kind: str
    properties: dict[str, str]
    created_at: str
    updated_at: str
    written: float
    """On the monotonic clock; the search index lags behind it."""

    def shown(self, wanted: list[str] | None = None) -> dict[str, Any]:
        """`wanted` None: everything that is set."""
        properties: dict[str, str | None] = dict(self.properties)
        if wanted is not None:
            always = (
                "createdate",
                "hs_createdate",
                "hs_object_id",
                "hs_lastmodifieddate",
                "lastmodifieddate",
            )
            names = [*wanted, *(name for name in always if name in self.properties)]
            properties = {name: self.properties.get(name) for name in names}
        return {
            "id": self.id,
            "properties": properties,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "archived": False,
        }


def tokens(text: str) -> list[str]:
    """Words as the index sees them: without markup, case and punctuation."""
    return TOKEN.findall(TAG.sub(" ", text).lower())


@dataclass
class Index:
    """Postings of one property, kept once somebody has searched it."""

    values: dict[str, dict[str, None]] = field(default_factory=dict)
    words: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, record_id: str, *, value: str) -> None:
        self.values.setdefault(value.lower(), {})[record_id] = None
        for word in tokens(value):
            self.words.setdefault(word, {})[record_id] = None

    def remove(self, record_id: str, *, value: str) -> None:
        self.values.get(value.lower(), {}).pop(record_id, None)
        for word in tokens(value):
            self.words.get(word, {}).pop(record_id, None)


class Store:
    def __init__(self) -> None:
        self.definitions = {kind: schema.definitions(kind) for kind in schema.TYPES}
        self._records: dict[str, dict[str, Record]] = {kind: {} for kind in schema.TYPES}
        self._associations: dict[tuple[str, str, str], dict[str, int]] = {}
        self._indexes: dict[tuple[str, str], Index] = {}
        self._unique: dict[tuple[str, str, str], str] = {}
        self._next = 100

    def is_unique(self, kind: str, name: str) -> bool:
        return bool(self.definitions[kind].get(name, {}).get("hasUniqueValue"))

    def records(self, kind: str) -> dict[str, Record]:
        return self._records[kind]

    def holder(self, kind: str, *, name: str, value: str) -> Record | None:
        """Who has this value in a unique property."""
        record_id = self._unique.get((kind, name, value.lower()))
        return self._records[kind].get(record_id) if record_id else None

    def create(self, kind: str, *, properties: dict[str, str]) -> Record:
        self._next += 1
        now = schema.iso(clock.now())
        created, modified = _MOMENTS.get(kind, ("hs_createdate", "hs_lastmodifieddate"))
        record = Record(
            id=str(self._next),
            kind=kind,
            properties={created: now, "hs_object_id": str(self._next), modified: now},
            created_at=now,
            updated_at=now,
            written=clock.monotonic(),
        )
        self._records[kind][record.id] = record
        self._write(record, properties=properties)
        return record

    def update(self, record: Record, *, properties: dict[str, str]) -> None:
        now = schema.iso(clock.now())
        record.updated_at = now
        _, modified = _MOMENTS.get(record.kind, ("hs_createdate", "hs_lastmodifieddate"))
        self._write(record, properties={**properties, modified: now})

    def archive(self, record: Record) -> None:
        self._write(record, properties=dict.fromkeys(record.properties, ""))
        del self._records[record.kind][record.id]

    def _write(self, record: Record, *, properties: dict[str, str]) -> None:
        for name, value in properties.items():
            before = record.properties.pop(name, "")
            if self.is_unique(record.kind, name):
                self._unique.pop((record.kind, name, before.lower()), None)
                if value:
                    self._unique[record.kind, name, value.lower()] = record.id
            index = self._indexes.get((record.kind, name))
            if index:
                index.remove(record.id, value=before)
                index.add(record.id, value=value)
            if value:
                record.properties[name] = value

    def index(self, kind: str, *, name: str) -> Index:
        if (kind, name) not in self._indexes:
            built = Index()
            for record in self._records[kind].values():
                built.add(record.id, value=record.properties.get(name, ""))
            self._indexes[kind, name] = built
        return self._indexes[kind, name]

    def associate(self, one: Record, *, other: Record, type_id: int) -> None:
        self._associations.setdefault((one.kind, one.id, other.kind), {})[other.id] = type_id
        self._associations.setdefault((other.kind, other.id, one.kind), {})[one.id] = type_id

    def associated(self, record: Record, *, kind: str) -> dict[str, int]:
        return self._associations.get((record.kind, record.id, kind), {})
