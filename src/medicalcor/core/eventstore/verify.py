"""Is the log what was written? Finds any event or checkpoint that was altered, removed, inserted or moved.

One read-only snapshot, three walks in constant memory: the streams (each event's own hash, the chain, versions
and order), the heads (an end that was cut off), the checkpoints (signatures, their chain, and the Merkle root of
every range of positions). Events after the last checkpoint are held by their chains and heads alone.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from medicalcor.core.crypto import merkle
from medicalcor.core.crypto.vault import Vault, unseal
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import SealBroken
from medicalcor.core.eventstore.checkpoints import FIRST, HEAD, Checkpoint
from medicalcor.core.eventstore.store import GENESIS, hash_of

SQL = statements("medicalcor.core.eventstore")
_BATCH = 2000

Progress = Callable[[int], None]
"""Told how many events have been looked at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written."""

    what: str
    position: int | None = None
    stream: str | None = None


@dataclass(slots=True)
class Report:
    events: int = 0
    streams: int = 0
    checkpoints: int = 0
    unsigned: int = 0
    """Events after the last checkpoint."""
    sealed: int = 0
    """Sealed parts that were opened (only when asked for)."""
    erased: int = 0
    """Sealed parts whose key was destroyed, as it should be after an erasure."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.findings

    def found(self, what: str, *, position: int | None = None, stream: str | None = None) -> None:
        self.findings.append(Finding(what, position, stream))


async def verify(
    connection: Connection, vault: Vault, *, deep: bool = False, progress: Progress | None = None
) -> Report:
    """Look at all of it; `deep` opens every sealed part, too.

    Must come first in the caller's transaction: everything is read as of one moment.
    """
    await connection.execute("set transaction isolation level repeatable read, read only")
    report = Report()
    await _streams(connection, report, vault if deep else None, progress or (lambda _: None))
    await _heads(connection, report)
    await _Checkpoints(connection, vault, report).walk()
    return report


async def _batches(connection: Connection, query: str, *args: Any) -> AsyncGenerator[list[Row], None]:
    """The server gets the next batch ready while the last one is looked at."""
    cursor = await connection.cursor(query, *args)
    while rows := await cursor.fetch(_BATCH):
        yield rows


async def _streams(connection: Connection, report: Report, vault: Vault | None, progress: Progress) -> None:
    walk = _StreamWalk(report)
    async with aclosing(_batches(connection, SQL["every_event"])) as batches:
        async for rows in batches:
            for row in rows:
                walk.step(row)
            if vault is not None:
                await _open(connection, vault, rows, report)
            report.events += len(rows)
            progress(report.events)


class _StreamWalk:
    """Compares every event with the one before it in its stream."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._stream: str | None = None
        self._version = 0
        self._hash = GENESIS
        self._position = 0

    def step(self, row: Row) -> None:
        stream, position, version, stored = row["stream"], row["position"], row["version"], row["hash"]
        if stream != self._stream:
            self._stream, self._version, self._hash, self._position = stream, 0, GENESIS, 0
            self._report.streams += 1
        if version != self._version + 1:
            self._found(row, f"has version {version} after version {self._version}: events are missing")
        elif row["prev_hash"] != self._hash:
            self._found(row, "does not continue the event before it in its stream")
        if position <= self._position:
            self._found(row, f"comes after position {self._position} in its stream: positions were changed")
        if not _has_its_hash(row):
            self._found(row, "was altered: its contents do not have its hash")
        self._version, self._hash, self._position = version, stored, position

    def _found(self, row: Row, what: str) -> None:
        self._report.found(what, position=row["position"], stream=row["stream"])


def _has_its_hash(row: Row) -> bool:
    columns, stored = dict(row), bytes(row["hash"])
    try:
        columns["payload"] = from_json(columns["payload"])
    except ValueError:  # numbers or nesting that nothing of ours writes
        return False
    return hash_of(columns) == stored


async def _open(connection: Connection, vault: Vault, rows: list[Row], report: Report) -> None:
    sealed = [row for row in rows if row["sealed"] is not None]
    try:
        keys = await vault.existing_keys(connection, subjects={row["subject_id"] for row in sealed})
    except SealBroken:
        report.found(
            "a subject's key does not open: it was altered, or wrapped by another MEDICALCOR_MASTER_KEY",
            position=rows[0]["position"],
        )
        return
    for row in sealed:
        place = {"position": row["position"], "stream": row["stream"]}
        if row["subject_id"] not in keys:
            report.found("its subject's key is missing, and was not destroyed by an erasure", **place)
            continue
        key = keys[row["subject_id"]]
        if key is None:
            report.erased += 1
            continue
        try:
            unseal(key, row["sealed"], row["event_id"].bytes)
            report.sealed += 1
        except SealBroken:
            report.found("its sealed part does not open", **place)


async def _heads(connection: Connection, report: Report) -> None:
    for row in await connection.fetch(SQL["wrong_heads"], HEAD):
        head, last = row["head_version"], row["version"]
        if last is None:
            what = f"all its events are gone; its head says there were {head}"
        elif head is None:
            what = "its head was removed, or its events were put in past the store"
        elif head == last:
            what = "its last event is not the one its head names"
        else:
            what = f"ends at version {last}; its head says {head}"
        report.found(what, position=row["position"], stream=row["stream"])


class _Checkpoints:
    """Walks the checkpoints and the positions side by side."""

    def __init__(self, connection: Connection, vault: Vault, report: Report) -> None:
        self._connection = connection
        self._key = vault.signer().public_key()
        self._report = report

    async def walk(self) -> None:
        """Every hash is read once; every range's root is made as its leaves stream by."""
        previous: Checkpoint | None = None
        async with (
            aclosing(_flat(self._connection, SQL["every_checkpoint"])) as checkpoints,
            aclosing(_flat(self._connection, SQL["every_hash"])) as hashes,
        ):
            row = await anext(hashes, None)
            async for signed in checkpoints:
                checkpoint = Checkpoint.of(signed)
                self._check_itself(checkpoint, signed["signature"], previous)
                tree = merkle.Tree()
                while row is not None and row["position"] <= checkpoint.last_position:
                    tree.add(row["position"], row["hash"])
                    row = await anext(hashes, None)
                self._compare(checkpoint, tree)
                self._report.checkpoints += 1
                previous = checkpoint
            while row is not None:
                self._report.unsigned += 1
                row = await anext(hashes, None)
        await self._check_count(previous)

    def _check_itself(self, checkpoint: Checkpoint, signature: bytes, previous: Checkpoint | None) -> None:
        at = checkpoint.last_position
        if not checkpoint.is_signed_by(self._key, signature=signature):
            self._report.found(
                f"checkpoint {at} was altered, or signed under another MEDICALCOR_MASTER_KEY", position=at
            )
        if checkpoint.previous != (previous.root if previous else FIRST):
            self._report.found(f"checkpoint {at} does not continue the one before it", position=at)
        if checkpoint.first_position != (previous.last_position if previous else 0) + 1:
            self._report.found(f"before checkpoint {at}, checkpoints are missing", position=at)

    def _compare(self, checkpoint: Checkpoint, tree: merkle.Tree) -> None:
        if tree.root() == checkpoint.root and tree.leaves == checkpoint.events:
            return
        first, last = checkpoint.first_position, checkpoint.last_position
        difference = tree.leaves - checkpoint.events
        told = "altered or moved"
        if difference:
            told = f"{abs(difference)} {'inserted' if difference > 0 else 'removed'}"
        self._report.found(f"positions {first} to {last} are not what was signed: {told}", position=last)

    async def _check_count(self, last: Checkpoint | None) -> None:
        head = await self._connection.fetchrow(SQL["checkpoint_count"], HEAD)
        counted = (head["version"], head["hash"]) if head else (0, FIRST)
        if counted == (self._report.checkpoints, last.root if last else FIRST):
            return
        self._report.found(
            f"there are {self._report.checkpoints} checkpoints and {counted[0]} were counted: the last ones, or the"
            " count, were changed",
            stream=HEAD,
        )


async def _flat(connection: Connection, query: str) -> AsyncGenerator[Row, None]:
    async with aclosing(_batches(connection, query)) as batches:
        async for rows in batches:
            for row in rows:
                yield row
