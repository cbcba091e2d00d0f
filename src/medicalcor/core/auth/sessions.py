"""Sessions: a random secret in the cookie, its hash in the table."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

IDLE = timedelta(hours=4)
LONGEST = timedelta(hours=24)
_TOUCH = timedelta(minutes=1)
_SQL = statements("medicalcor.core.auth")


@dataclass(frozen=True)
class SignedIn:
    """A colleague at work."""

    id: UUID
    email: str
    name: str
    role: Role
    language: str


async def start(connection: Connection, *, user_id: UUID) -> str:
    """A new session's secret, for the cookie. It is shown once and stored nowhere."""
    secret, now = ids.token(), clock.now()
    await connection.execute(
        _SQL["start_session"], _hash(secret), user_id, now + LONGEST, now, now, now - IDLE
    )
    return secret


async def load(connection: Connection, *, secret: str) -> SignedIn | None:
    """Who holds this secret; None when it is unknown, over, idle too long, or its user disabled."""
    now = clock.now()
    row = await connection.fetchrow(_SQL["session_user"], _hash(secret), now, now - IDLE)
    if row is None:
        return None
    if now - row["last_seen_at"] > _TOUCH:
        await connection.execute(_SQL["touch_session"], row["session_id"], now)
    return SignedIn(row["id"], row["email"], row["name"], Role(row["role"]), row["language"])


async def end(connection: Connection, *, secret: str) -> None:
    await connection.execute(_SQL["end_session"], _hash(secret))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
