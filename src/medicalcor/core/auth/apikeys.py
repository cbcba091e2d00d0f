"""Keys that other systems call the API with: `mc_<prefix>_<secret>`, of which only the secret's hash is kept."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import Conflict, InvalidInput, NotFound

UNDO = timedelta(minutes=10)
"""So long a key that was revoked can be put back in force."""
LONGEST_NAME = 80
_PREFIX_BYTES = 5
_SECRET_BYTES = 32
_FORM = re.compile(r"mc_([0-9a-f]{10})_([A-Za-z0-9_-]{43})")
_SQL = statements("medicalcor.core.auth", "apikeys.sql")


class Scope(StrEnum):
    WORKFLOWS_READ = "workflows:read"
    """List what can be started, look at runs."""
    WORKFLOWS_RUN = "workflows:run"
    """Start, cancel, resume and fork runs."""
    AI_RUN = "ai:run"
    """Call the AI functions and fetch what they answered."""
    BOOKING_READ = "booking:read"
    """Free times, and visits without their patients' names."""
    BOOKING_WRITE = "booking:write"
    """Book, move and cancel visits, and say what became of them."""


ALL = frozenset(Scope)
OF_ENVIRONMENT = "environment"
"""Owner of what API_SECRET_KEY asks for."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `key` None: the key of the environment."""

    key: UUID | None
    name: str
    scopes: frozenset[Scope]

    @property
    def owner(self) -> str:
        """Whose requests these are, for ever: ids of keys are not used again."""
        return OF_ENVIRONMENT if self.key is None else str(self.key)


@dataclass(frozen=True)
class Key:
    """What can be shown of a key."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    made_by: str | None
    """The colleague's name; None when it was made on the command line."""


async def new(pool: Pool, *, name: str, scopes: Iterable[str], by: str) -> str:
    """A new key, in full. It is shown once and stored nowhere."""
    called, wanted = name.replace("\x00", "").strip(), _scopes(scopes)
    if not 0 < len(called) <= LONGEST_NAME:
        raise InvalidInput(f"Give the key a name of at most {LONGEST_NAME} characters.")
    prefix, secret = ids.random_bytes(_PREFIX_BYTES).hex(), ids.token(_SECRET_BYTES)
    async with transaction(pool) as connection:
        await connection.execute(
            _SQL["add_key"], ids.new_id(), called, prefix, _hash(secret), wanted, clock.now(), by
        )
    return f"mc_{prefix}_{secret}"


def _scopes(given: Iterable[str]) -> list[str]:
    wanted = sorted(set(given))
    if not wanted or not ALL.issuperset(wanted):
        raise InvalidInput(f"Choose at least one scope of: {', '.join(Scope)}.")
    return wanted


async def everyone(connection: Connection) -> list[Key]:
    return [
        Key(**{**dict(row), "scopes": tuple(row["scopes"])})
        for row in await connection.fetch(_SQL["all_keys"])
    ]


async def revoke(pool: Pool, *, prefix: str) -> None:
    """From now on it opens nothing; gateways notice within seconds."""
    async with transaction(pool) as connection:
        if await connection.fetchval(_SQL["revoke_key"], prefix, clock.now()) is None:
            raise NotFound("There is no such key. `medicalcor apikeys list` shows them all.")


async def restore(pool: Pool, *, prefix: str) -> None:
    """Take back a revocation that was a mistake."""
    async with transaction(pool) as connection:
        if await connection.fetchval(_SQL["restore_key"], prefix, clock.now() - UNDO) is None:
            raise Conflict("This key was revoked too long ago. Make a new one.")


async def find(connection: Connection, *, presented: str) -> Caller | None:
    """Whose key this is; None when it is nobody's, or was revoked."""
    parts = _FORM.fullmatch(presented)
    if parts is None:
        return None
    row = await connection.fetchrow(_SQL["key_by_prefix"], parts[1])
    if row is None or not hmac.compare_digest(row["secret_hash"], _hash(parts[2])):
        return None
    return Caller(row["id"], row["name"], frozenset(Scope(scope) for scope in row["scopes"] if scope in ALL))


async def note_use(connection: Connection, used: Mapping[UUID, datetime]) -> None:
    await connection.execute(_SQL["used_keys"], list(used), list(used.values()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
