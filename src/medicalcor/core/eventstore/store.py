"""The log of everything that happened, and the one way to add to it.

Adding applies the events to the read models in the same transaction, through the same code as a rebuild: what
is read after the commit is what was written. Nothing is ever changed or removed; erasing a person destroys the
key that their sealed parts need.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import Vault, seal, unseal
from medicalcor.core.database.pool import Connection, Row, UniqueViolation
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import KeyDestroyed, StreamConflict
from medicalcor.schemas.base import Event
from medicalcor.schemas.events.registry import BY_TYPE
from medicalcor.schemas.events.upcasts import UPCASTS

SQL = statements("medicalcor.core.eventstore")
GENESIS = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Cause:
    """What an act follows from, and whose act it is."""

    correlation_id: str
    actor: str
    """`system`, `patient`, `provider:whatsapp`, or `user:<id>`."""
    causation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Append:
    """Events for one stream. `expected` is the version they were decided on; None takes the stream as it is."""

    stream: str
    events: Sequence[Event]
    subject: UUID
    expected: int | None = None
    key: str | None = None
    """Idempotency key of the first event: an act with a key that is known is not recorded twice."""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with where and when. `event` is None once its subject is erased; `plain` always stays."""

    position: int
    event_id: UUID
    stream: str
    version: int
    type: str
    subject_id: UUID | None
    event: Event | None
    plain: Mapping[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: str
    causation_id: UUID | None
    actor: str


Statement = tuple[str, tuple[Any, ...]]
Project = Callable[[Recorded], Statement | None]
"""What an event does to a read model: one statement with its values, or nothing. Pure."""
Projections = Sequence[Mapping[str, Sequence[Project]]]
"""A mapping a noun, from event types; applied in this order, so that a noun may look at those before it."""


@dataclass(slots=True)
class _Row:
    """One event on its way into the table."""

    event: Event
    columns: dict[str, Any]
    recorded: Recorded | None = field(default=None)


class EventStore:
    def __init__(self, vault: Vault, projections: Projections) -> None:
        self.vault = vault
        self.projections = projections

    async def append(self, connection: Connection, *entries: Append, cause: Cause) -> list[Recorded]:
        """Add events to their streams and apply them. `StreamConflict` when a stream has moved on."""
        heads = await self._heads(connection, entries)
        keys = await self._keys(connection, entries)
        rows = [row for entry in entries for row in self._rows(entry, heads, keys, cause)]
        if not rows:
            return []
        recorded = await self._insert(connection, rows, heads)
        await self.apply(connection, *recorded)
        return recorded

    async def load(self, connection: Connection, stream: str) -> list[Recorded]:
        """A stream's history, oldest first, in today's shapes."""
        rows = await connection.fetch(SQL["stream_events"], stream)
        return [await self.read(connection, row) for row in rows]

    async def known(self, connection: Connection, key: str) -> bool:
        """Whether an act with this idempotency key was recorded."""
        return await connection.fetchval(SQL["known_key"], key) is not None

    async def read(self, connection: Connection, row: Row) -> Recorded:
        """A stored row as an event."""
        event, plain = await self._open(connection, row)
        return Recorded(
            position=row["position"],
            event_id=row["event_id"],
            stream=row["stream"],
            version=row["version"],
            type=row["type"],
            subject_id=row["subject_id"],
            event=event,
            plain=plain,
            occurred_at=row["occurred_at"],
            recorded_at=row["recorded_at"],
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            actor=row["actor"],
        )

    async def apply(self, connection: Connection, *recorded: Recorded) -> None:
        """Bring the read models up to these events. Equal statements in a row go in one round trip."""
        for noun in self.projections:
            wanted = (project(one) for one in recorded for project in noun.get(one.type, ()))
            for sql, group in groupby(filter(None, wanted), key=itemgetter(0)):
                rows = [values for _, values in group]
                if len(rows) == 1:
                    await connection.execute(sql, *rows[0])
                else:
                    await connection.executemany(sql, rows)

    async def _open(self, connection: Connection, row: Row) -> tuple[Event | None, Mapping[str, Any]]:
        """The event, if it can be opened, and its plain part; both in today's shape."""
        shape, version = BY_TYPE[row["type"]], row["schema_version"]
        plain, data, is_readable = row["payload"], dict(row["payload"]), True
        if row["sealed"] is not None:
            try:
                key = await self.vault.subject_key(connection, row["subject_id"])
                data |= from_json(unseal(key, row["sealed"], row["event_id"].bytes))
            except KeyDestroyed:
                is_readable = False
        while (upcast := UPCASTS.get((row["type"], version))) is not None:
            data, version = upcast(data), version + 1
            plain = {name: value for name, value in data.items() if name not in shape.personal_fields()}
        return shape.model_validate_json(to_json(data)) if is_readable else None, plain

    async def _heads(self, connection: Connection, entries: Sequence[Append]) -> dict[str, tuple[int, bytes]]:
        older = [entry.stream for entry in entries if entry.expected != 0]
        found = await connection.fetch(SQL["heads"], older) if older else []
        return {row["stream"]: (row["version"], row["hash"]) for row in found}

    async def _keys(self, connection: Connection, entries: Sequence[Append]) -> dict[UUID, bytes]:
        """The keys of those about whom something personal is to be kept."""
        about = {entry.subject for entry in entries if any(event.personal_fields() for event in entry.events)}
        return {subject: await self.vault.subject_key(connection, subject) for subject in about}

    def _rows(
        self,
        entry: Append,
        heads: dict[str, tuple[int, bytes]],
        keys: Mapping[UUID, bytes],
        cause: Cause,
    ) -> list[_Row]:
        version, previous = heads.get(entry.stream, (0, GENESIS))
        if entry.expected is not None and entry.expected != version:
            raise StreamConflict
        now = clock.now()
        rows = []
        for nth, event in enumerate(entry.events):
            version += 1
            columns = self._columns(event, entry, keys, cause) | {"recorded_at": now}
            columns.setdefault("occurred_at", now)
            columns |= {"version": version, "prev_hash": previous}
            columns["idempotency_key"] = entry.key if nth == 0 else None
            columns["hash"] = previous = hash_of(columns)
            rows.append(_Row(event, columns))
        heads[entry.stream] = (version, previous)
        return rows

    def _columns(
        self, event: Event, entry: Append, keys: Mapping[UUID, bytes], cause: Cause
    ) -> dict[str, Any]:
        plain, personal = event.split()
        event_id = ids.new_id()
        sealed = None
        if personal:
            sealed = seal(keys[entry.subject], to_json(personal), event_id.bytes)
        at = {"occurred_at": entry.occurred_at} if entry.occurred_at else {}
        return {
            **at,
            "event_id": event_id,
            "stream": entry.stream,
            "type": event.type,
            "schema_version": event.version,
            "subject_id": entry.subject,
            "payload": plain,
            "sealed": sealed,
            "correlation_id": cause.correlation_id,
            "causation_id": cause.causation_id,
            "actor": cause.actor,
        }

    async def _insert(
        self, connection: Connection, rows: list[_Row], heads: dict[str, tuple[int, bytes]]
    ) -> list[Recorded]:
        try:
            if len(rows) == 1:
                positions = await connection.fetch(SQL["insert_event"], *_values(rows[0]))
            else:
                values = map(list, zip(*map(_values, rows), strict=True))
                positions = await connection.fetch(SQL["insert_events"], *values, *_ends(rows, heads))
        except UniqueViolation as clash:
            raise StreamConflict from clash
        return [
            Recorded(
                position=position["position"],
                event=row.event,
                plain=row.columns["payload"],
                **{n: row.columns[n] for n in _CARRIED},
            )
            for row, position in zip(rows, positions, strict=True)
        ]


def _values(row: _Row) -> tuple[Any, ...]:
    columns = row.columns | {"payload": to_json(row.columns["payload"]).decode()}
    return tuple(columns[name] for name in INSERTED)


def _ends(
    rows: Sequence[_Row], heads: Mapping[str, tuple[int, bytes]]
) -> tuple[list[str], list[int], list[bytes]]:
    """Where the streams stand after these: names, versions, hashes."""
    streams = list(dict.fromkeys(row.columns["stream"] for row in rows))
    return streams, [heads[one][0] for one in streams], [heads[one][1] for one in streams]


INSERTED = (
    "event_id", "stream", "version", "type", "schema_version", "subject_id", "payload", "sealed",
    "occurred_at", "recorded_at", "correlation_id", "causation_id", "actor", "idempotency_key", "prev_hash", "hash",
)  # fmt: skip
_CARRIED = (
    "event_id", "stream", "version", "type", "subject_id",
    "occurred_at", "recorded_at", "correlation_id", "causation_id", "actor",
)  # fmt: skip
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _time(value: datetime) -> bytes:
    return value.astimezone(UTC).isoformat(timespec="microseconds").encode()


_AS_BYTES: Mapping[str, Callable[[Any], bytes]] = {
    "event_id": attrgetter("bytes"),
    "stream": str.encode,
    "version": b"%d".__mod__,
    "type": str.encode,
    "schema_version": b"%d".__mod__,
    "subject_id": attrgetter("bytes"),
    "payload": lambda value: _canonical(value).encode(),
    "sealed": bytes,
    "occurred_at": _time,
    "recorded_at": _time,
    "correlation_id": str.encode,
    "causation_id": attrgetter("bytes"),
    "actor": str.encode,
    "idempotency_key": str.encode,
    "prev_hash": bytes,
}
_HASHED = tuple((name, name.encode(), as_bytes) for name, as_bytes in _AS_BYTES.items())


def hash_of(columns: Mapping[str, Any]) -> bytes:
    """SHA-256 over every stored column but the position and the hash itself, the previous hash among them.

    Each field goes in with its name and length, so that no two different rows read the same.
    """
    parts = []
    for name, label, as_bytes in _HASHED:
        value = columns[name]
        if value is None:
            parts.append(b"%b:-1:" % label)
        else:
            field = as_bytes(value)
            parts.append(b"%b:%d:%b" % (label, len(field), field))
    return hashlib.sha256(b"".join(parts)).digest()
