"""What the patients wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

SHOWN = 200
"""Messages that a page shows; older ones are counted."""
_SQL = statements("medicalcor.readmodels.conversations")


@dataclass(frozen=True)
class Message:
    """What came in."""

    id: UUID
    kind: str
    body: str | None
    media: Mapping[str, Any] | None
    letter: Mapping[str, Any] | None
    """What a mail or a form says around its text."""
    guest: bool
    """From an address that is not known to be the person's."""
    sent_at: datetime
    received_at: datetime


async def messages(connection: Connection, *, lead_id: UUID) -> tuple[list[Message], int]:
    """The newest messages of a lead on whatever channel, oldest first, and how many older ones there are."""
    rows = await connection.fetch(_SQL["messages_of"], lead_id, SHOWN)
    older = 0
    if len(rows) == SHOWN:
        older = await connection.fetchval(_SQL["messages_count"], lead_id) - SHOWN
    return [Message(**dict(row)) for row in rows], older


@dataclass(frozen=True)
class Translation:
    """A message in a colleague's language; `text` is None once the person was erased."""

    message_id: UUID
    language: str
    text: str | None
    model: str
    by: UUID
    at: datetime
    name: str | None
    """Of the colleague who asked for it."""


async def translations(connection: Connection, *, lead_id: UUID, language: str) -> Mapping[UUID, Translation]:
    """The translations of a lead's messages into this language, by message."""
    rows = await connection.fetch(_SQL["translations_of"], lead_id, language)
    return {row["message_id"]: Translation(**dict(row)) for row in rows}
