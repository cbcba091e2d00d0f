"""The clinic's own words, for the rules and for those who keep them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.schemas.scoring import OwnPhrase

SQL = statements("medicalcor.readmodels.lexicon")


@dataclass(frozen=True, slots=True)
class Kept:
    """A phrase and its story."""

    id: UUID
    means: str
    language: str
    phrase: str
    added_at: datetime
    added_by: str | None
    """The colleague's name; None for one who is gone."""
    removed_at: datetime | None
    removed_by: str | None


async def latest(connection: Connection) -> tuple[UUID, int] | None:
    """The phrase that was added or removed last, and the version that this made; None before the first."""
    row = await connection.fetchrow(SQL["latest"])
    return (row["id"], row["version"]) if row else None


async def phrases(connection: Connection) -> tuple[tuple[UUID, int], list[OwnPhrase]]:
    """The last change and the phrases that count after it, in the order in which they came. There was a change."""
    rows = await connection.fetch(SQL["phrases"])
    counting = [
        OwnPhrase(means=row["means"], language=row["language"], phrase=row["phrase"])
        for row in rows
        if row["counts"]
    ]
    return (rows[-1]["id"], rows[-1]["version"]), counting


async def kept(connection: Connection) -> list[Kept]:
    """All there are, and the last fifty that were removed."""
    return [Kept(**dict(row)) for row in await connection.fetch(SQL["kept"])]
