"""Sealing what is personal: a key per person and per day, each wrapped by the master key.

To erase is to destroy a key: everything sealed under it is unreadable from then on, in this database, its
replicas and its backups alike. AES-256-GCM with a random 96-bit nonce; the associated data binds a sealed value
to its place, so that one cannot be put where another was.
"""

import base64
import hmac
from collections import OrderedDict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.errors import Conflict, KeyDestroyed, MissingSetting, SealBroken

_NONCE = 12
_KEY = 32
_CACHED = 4096
_CACHE_SECONDS = 30.0

# `kept`: the row is not of our own transaction, so it cannot be rolled back. What is sealed under a key that was
# remembered from a transaction that failed could never be opened again.
_KEPT = "made_by is distinct from pg_current_xact_id_if_assigned() as kept"
_SUBJECT = f"select wrapped, {_KEPT} from subject_keys where subject_id = $1"  # noqa: S608 - constants only
_SUBJECTS = "select subject_id, wrapped from subject_keys where subject_id = any($1::uuid[])"
_NEW_SUBJECT = (
    "insert into subject_keys (subject_id, wrapped, created_at) values ($1, $2, $3) on conflict do nothing"
)
_DAY = f"select wrapped, {_KEPT} from day_keys where day = $1"  # noqa: S608 - constants only
_NEW_DAY = "insert into day_keys (day, wrapped) values ($1, $2) on conflict do nothing"


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt `plain` for the place that `bound_to` names."""
    nonce = ids.random_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What was sealed; `SealBroken` when it was altered or belongs elsewhere."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
    except (InvalidTag, ValueError):  # the second when not even a nonce is left
        raise SealBroken from None


class Vault:
    """Keys by subject and by day. Keys stay in memory for half a minute, so that a destroyed one is soon gone."""

    def __init__(self, master_key: str) -> None:
        master = _decode(master_key)
        self._wrapping = _derive(master, b"medicalcor wrapping key")
        self._hashing = _derive(master, b"medicalcor address hashing key")
        self._signing = _derive(master, b"medicalcor checkpoint signing key")
        self._tokens = _derive(master, b"medicalcor token key")
        self._cache: OrderedDict[UUID | date, tuple[float, bytes]] = OrderedDict()

    def keyed_hash(self, purpose: str, value: str) -> str:
        """Stands for `value` where the value itself must not be: 128 bits, not to be reversed without the key."""
        digest = hmac.digest(self._hashing, f"{purpose}\x1f{value}".encode(), "sha256")
        return digest.hex()[:32]

    def token(self, purpose: str, content: bytes) -> str:
        """For an address: says nothing to others, cannot be made by them, and can be opened for ever."""
        sealed = seal(self._tokens, content, purpose.encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open_token(self, purpose: str, token: str) -> bytes:
        """What `token` was made of; `SealBroken` when it is none of ours, or for another purpose."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise SealBroken from None
        return unseal(self._tokens, sealed, purpose.encode())

    def signer(self) -> Ed25519PrivateKey:
        """Signs the event log's checkpoints."""
        return Ed25519PrivateKey.from_private_bytes(self._signing)

    async def subject_key(self, connection: Connection, subject: UUID) -> bytes:
        """The person's key, made when there is none; `KeyDestroyed` when the person was erased."""
        cached = self._cached(subject)
        if cached is not None:
            return cached
        row = await connection.fetchrow(_SUBJECT, subject)
        if row is None:
            fresh = self._wrap(ids.random_bytes(_KEY), subject.bytes)
            await connection.execute(_NEW_SUBJECT, subject, fresh, clock.now())
            row = await connection.fetchrow(_SUBJECT, subject)
        return self._opened(subject, row, subject.bytes)

    async def day_key(self, connection: Connection, day: date) -> bytes:
        """The key of a day's inbox bodies, made when there is none; `KeyDestroyed` after the retention time."""
        cached = self._cached(day)
        if cached is not None:
            return cached
        bound = day.isoformat().encode()
        row = await connection.fetchrow(_DAY, day)
        if row is None:
            await connection.execute(_NEW_DAY, day, self._wrap(ids.random_bytes(_KEY), bound))
            row = await connection.fetchrow(_DAY, day)
        return self._opened(day, row, bound)

    async def existing_keys(
        self, connection: Connection, *, subjects: Collection[UUID]
    ) -> dict[UUID, bytes | None]:
        """The keys that there are, none of them made or remembered: None where one was destroyed."""
        rows = await connection.fetch(_SUBJECTS, list(subjects))
        return {
            row["subject_id"]: None
            if row["wrapped"] is None
            else unseal(self._wrapping, row["wrapped"], row["subject_id"].bytes)
            for row in rows
        }

    async def destroy_subject_key(self, connection: Connection, subject: UUID) -> None:
        """For good. Every copy of what was sealed under it becomes noise."""
        await connection.execute(
            "insert into subject_keys (subject_id, created_at, destroyed_at) values ($1, $2, $2)"
            " on conflict (subject_id) do update set wrapped = null, destroyed_at = excluded.destroyed_at",
            subject,
            clock.now(),
        )
        self._cache.pop(subject, None)

    def forget(self) -> None:
        """Drop the keys held in memory."""
        self._cache.clear()

    def _cached(self, owner: UUID | date) -> bytes | None:
        held = self._cache.get(owner)
        return held[1] if held is not None and clock.monotonic() - held[0] < _CACHE_SECONDS else None

    def _wrap(self, key: bytes, bound_to: bytes) -> bytes:
        return seal(self._wrapping, key, bound_to)

    def _opened(self, owner: UUID | date, row: Row | None, bound_to: bytes) -> bytes:
        if row is None:
            raise Conflict
        if row["wrapped"] is None:
            raise KeyDestroyed
        key = unseal(self._wrapping, row["wrapped"], bound_to)
        if row["kept"]:
            self._cache[owner] = (clock.monotonic(), key)
            self._cache.move_to_end(owner)
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return key


def new_master_key() -> str:
    """32 random bytes in base64, for `MEDICALCOR_MASTER_KEY`."""
    return base64.b64encode(ids.random_bytes(_KEY)).decode()


def _decode(master_key: str) -> bytes:
    try:
        raw = base64.b64decode(master_key, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _KEY:
        raise MissingSetting(
            "MEDICALCOR_MASTER_KEY must be 32 bytes in base64; `medicalcor keys new` makes one."
        )
    return raw


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY, salt=None, info=purpose).derive(master)
