"""Signatures over the log: from here on, not even whoever holds the database can change what was before.

A checkpoint signs the Merkle root over all settled positions since the one before, together with that one's
root. Only the signature needs the master key: hashes and roots can be checked by anybody.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from medicalcor.core import clock
from medicalcor.core.crypto import merkle
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.subscription import horizon

SQL = statements("medicalcor.core.eventstore")
HEAD = "event_checkpoints"
"""The row of `stream_heads` that counts the checkpoints, so that the last one cannot be taken away unseen."""
FIRST = b"\x00" * 32
"""What the first checkpoint has for the root of the one before."""

_LOCK = 0x636865636B70
_BATCH = 5000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: `events` events at `first_position` to `last_position` have this Merkle `root`."""

    first_position: int
    last_position: int
    events: int
    root: bytes
    previous: bytes
    signed_at: datetime

    @classmethod
    def of(cls, row: Row) -> "Checkpoint":
        return cls(**{name: row[name] for name in cls.__slots__})

    def signed_bytes(self) -> bytes:
        """Fixed widths, so that no two checkpoints read the same."""
        microseconds = (self.signed_at - _EPOCH) // timedelta(microseconds=1)
        numbers = struct.pack(">qqqq", self.first_position, self.last_position, self.events, microseconds)
        return b"medicalcor checkpoint 1\x00" + numbers + self.root + self.previous

    def is_signed_by(self, key: Ed25519PublicKey, *, signature: bytes) -> bool:
        if len(self.root) != len(FIRST) or len(self.previous) != len(FIRST):
            return False
        try:
            key.verify(signature, self.signed_bytes())
        except InvalidSignature:
            return False
        return True


async def checkpoint(connection: Connection, vault: Vault) -> Checkpoint | None:
    """Sign what has settled since the last checkpoint; None when there is nothing, or another process is at it.

    Runs inside the caller's transaction, at the default isolation level.
    """
    if not connection.is_in_transaction():
        raise RuntimeError("checkpoint() keeps its lock until the transaction's end, and there is none")
    if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK):
        return None
    last = await connection.fetchrow(SQL["last_checkpoint"])
    after, previous = (last["last_position"], last["root"]) if last else (0, FIRST)
    tree = merkle.Tree()
    upto = after
    async for row in connection.cursor(
        SQL["hashes_between"], after, await horizon(connection), prefetch=_BATCH
    ):
        upto = row["position"]
        tree.add(upto, row["hash"])
    if not tree.leaves:
        return None
    made = Checkpoint(after + 1, upto, tree.leaves, tree.root(), previous, clock.now())
    signature = vault.signer().sign(made.signed_bytes())
    await connection.execute(
        SQL["add_checkpoint"],
        made.first_position,
        made.last_position,
        made.events,
        made.root,
        made.previous,
        made.signed_at,
        signature,
    )
    await connection.execute(SQL["count_checkpoint"], HEAD, made.root)
    return made
