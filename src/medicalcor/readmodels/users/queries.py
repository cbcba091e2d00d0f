"""Colleagues."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

_SQL = statements("medicalcor.readmodels.users")


@dataclass(frozen=True)
class Colleague:
    """Who may sign in, or could once."""

    id: UUID
    email: str
    name: str
    role: str
    language: str
    created_at: datetime
    disabled_at: datetime | None


async def everybody(connection: Connection) -> list[Colleague]:
    return [Colleague(**dict(row)) for row in await connection.fetch(_SQL["all_users"])]


async def names(connection: Connection) -> dict[UUID, str]:
    """Whoever ever had an account, also those who left: history keeps their names."""
    return {row["id"]: row["name"] for row in await connection.fetch(_SQL["user_names"])}
