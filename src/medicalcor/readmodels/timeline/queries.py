"""What happened around a lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

_SQL = statements("medicalcor.readmodels.timeline")


@dataclass(frozen=True)
class Happened:
    """One event, in codes: whoever shows it puts it into words."""

    position: int
    at: datetime
    type: str
    actor: str
    data: Mapping[str, Any]


async def of_lead(connection: Connection, *, lead_id: UUID) -> list[Happened]:
    return [Happened(**dict(row)) for row in await connection.fetch(_SQL["timeline_of"], lead_id)]
