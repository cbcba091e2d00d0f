"""What a person agreed to, for whoever has to show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

_SQL = statements("medicalcor.readmodels.consents")


@dataclass(frozen=True)
class Consent:
    """How one purpose stands for one address; `address` None is all of them."""

    purpose: str
    state: str
    since: datetime
    granted_at: datetime | None
    expires_at: datetime | None
    how: str | None
    text_version: str | None
    text_hash: str | None
    language: str | None
    clinic: str | None
    occasion: str | None
    note: str | None
    address: str | None
    decided_by: str | None
    asked_for: Sequence[str] | None
    """All that the question was about, as it stands in its words."""


@dataclass(frozen=True)
class Doubt:
    """An answer that is neither yes nor no, and the question."""

    id: UUID
    purposes: Sequence[str]
    occasion: str
    text_version: str
    language: str
    clinic: str
    doubt_at: datetime
    body: str | None


@dataclass(frozen=True)
class Step:
    """Something that happened to a consent."""

    at: datetime
    type: str
    data: Mapping[str, Any]
    note: str | None
    said: str | None
    by: str | None


@dataclass(frozen=True)
class Lines:
    """By which ways somebody can be asked."""

    whatsapp: bool
    email: bool


async def of_person(connection: Connection, *, person_id: UUID) -> list[Consent]:
    return [Consent(**dict(row)) for row in await connection.fetch(_SQL["consents_shown"], person_id)]


async def doubts(connection: Connection, *, person_id: UUID) -> list[Doubt]:
    return [Doubt(**dict(row)) for row in await connection.fetch(_SQL["consent_doubts"], person_id)]


async def history(connection: Connection, *, person_id: UUID) -> list[Step]:
    return [Step(**dict(row)) for row in await connection.fetch(_SQL["consent_history"], person_id)]


async def lines(connection: Connection, *, person_id: UUID) -> Lines:
    row = await connection.fetchrow(_SQL["consent_lines"], person_id)
    return Lines(**dict(row)) if row else Lines(whatsapp=False, email=False)
