"""A recording that is kept, to listen to."""

from dataclasses import dataclass
from uuid import UUID

from medicalcor.core.crypto.vault import unseal
from medicalcor.core.errors import Gone, KeyDestroyed, NotFound
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.recordings import SQL

_NOT_HERE = frozenset({"said", "ready"})
"""Still at Twilio alone."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Unsealed: hand it on, and let it go."""

    person_id: UUID
    content: bytes
    media_type: str


async def sound_of(ledger: Ledger, *, call_id: UUID, sid: str) -> Sound:
    """Raises NotFound, and Gone for one that was deleted or whose person was erased."""
    async with ledger.pool.acquire() as connection:
        about = await connection.fetchrow(SQL["recording_in_full"], sid)
        if about is None or about["id"] != call_id or about["state"] in _NOT_HERE:
            raise NotFound("There is no such recording here.")
        sealed = await connection.fetchval(SQL["sound"], sid)
        if about["erased"] or about["state"] != "kept" or sealed is None:
            raise Gone("This recording was deleted.")
        try:
            key = await ledger.vault.subject_key(connection, about["person_id"])
        except KeyDestroyed:
            raise Gone("This recording was deleted.") from None
    kind = "audio/wav" if about["of"] == "call" else "audio/mpeg"
    return Sound(about["person_id"], unseal(key, sealed, sid.encode()), kind)
