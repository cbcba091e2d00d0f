"""Sealing what is personal: a key per person and per day, each wrapped by the master key.

To erase is to destroy a key: everything sealed under it is unreadable from then on, in this database, its
replicas and its backups alike. AES-256-GCM with a random 96-bit nonce; the associated data binds a sealed value
to its place, so that one cannot be put where another was.
"""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection
from medicalcor.core.errors import KeyDestroyed, MissingSetting, SealBroken

_NONCE = 12
_KEY = 32
_CACHED = 4096
_CACHE_SECONDS = 30.0


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt `plain` for the place that `bound_to` names."""
    nonce = ids.random_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What was sealed; `SealBroken` when it was altered or belongs elsewhere."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
    except InvalidTag:
        raise SealBroken from None


class Vault:
    """Keys by subject and by day. Keys stay in memory for half a minute, so that a destroyed one is soon gone."""

    def __init__(self, master_key: str) -> None:
        master = _decode(master_key)
        self._wrapping = _derive(master, b"medicalcor wrapping key")
        self._hashing = _derive(master, b"medicalcor address hashing key")
        self._signing = _derive(master, b"medicalcor checkpoint signing key")
        self._cache: OrderedDict[UUID | date, tuple[float, bytes]] = OrderedDict()

    def keyed_hash(self, purpose: str, value: str) -> str:
        """Stands for `value` where the value itself must not be: 128 bits, not to be reversed without the key."""
        digest = hmac.new(self._hashing, f"{purpose}\x1f{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:32]

    def signer(self) -> Ed25519PrivateKey:
        """Signs the event log's checkpoints."""
        return Ed25519PrivateKey.from_private_bytes(self._signing)

    async def subject_key(self, connection: Connection, subject: UUID) -> bytes:
        """The person's key, made when there is none; `KeyDestroyed` when the person was erased."""
        cached = self._cached(subject)
        if cached is not None:
            return cached
        row = await connection.fetchrow("select wrapped from subject_keys where subject_id = $1", subject)
        if row is None:
            fresh = self._wrap(ids.random_bytes(_KEY), subject.bytes)
            row = await connection.fetchrow(
                "with made as (insert into subject_keys (subject_id, wrapped, created_at) values ($1, $2, $3)"
                " on conflict do nothing returning wrapped)"
                " select wrapped from made union all select wrapped from subject_keys where subject_id = $1 limit 1",
                subject,
                fresh,
                clock.now(),
            )
        return self._opened(subject, row["wrapped"] if row else None, subject.bytes)

    async def day_key(self, connection: Connection, day: date) -> bytes:
        """The key of a day's inbox bodies, made when there is none; `KeyDestroyed` after the retention time."""
        cached = self._cached(day)
        if cached is not None:
            return cached
        bound = day.isoformat().encode()
        fresh = self._wrap(ids.random_bytes(_KEY), bound)
        await connection.execute(
            "insert into day_keys (day, wrapped) values ($1, $2) on conflict do nothing", day, fresh
        )
        wrapped = await connection.fetchval("select wrapped from day_keys where day = $1", day)
        return self._opened(day, wrapped, bound)

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

    def _opened(self, owner: UUID | date, wrapped: bytes | None, bound_to: bytes) -> bytes:
        if wrapped is None:
            raise KeyDestroyed
        key = unseal(self._wrapping, wrapped, bound_to)
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
    except binascii.Error:
        raw = b""
    if len(raw) != _KEY:
        raise MissingSetting("MEDICALCOR_MASTER_KEY must be 32 bytes in base64; `medicalcor keys new` makes one.")
    return raw


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY, salt=None, info=purpose).derive(master)
