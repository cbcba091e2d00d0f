"""What came in and could not be read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core.crypto.vault import Vault, unseal
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound

SHOWN = 100
_SQL = statements("medicalcor.readmodels.inbox")


@dataclass(frozen=True)
class Unread:
    """An item that fits no schema. Its body stays sealed until somebody opens it."""

    id: UUID
    provider: str
    received_at: datetime
    reason: str | None
    outcome: str | None


async def unread(connection: Connection) -> list[Unread]:
    return [Unread(**dict(row)) for row in await connection.fetch(_SQL["unread_page"], SHOWN)]


async def unread_count(connection: Connection) -> int:
    return int(await connection.fetchval(_SQL["unread_count"]))


async def unread_body(connection: Connection, *, vault: Vault, item_id: UUID) -> str:
    """The item as it came. `KeyDestroyed` once its day is past the retention time."""
    row = await connection.fetchrow(_SQL["unread_body"], item_id)
    if row is None:
        raise NotFound("There is no such item.")
    key = await vault.day_key(connection, row["key_day"])
    return unseal(key, row["body"], item_id.bytes).decode("utf-8", errors="replace")
