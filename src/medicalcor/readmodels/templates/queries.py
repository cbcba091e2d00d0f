"""What WhatsApp says of the templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements

SQL = statements("medicalcor.readmodels.templates")


async def troubled(
    connection: Connection, names: Sequence[str], *, language: str, now: datetime
) -> Mapping[str, str]:
    """Those of them that WhatsApp would not take in this language as far as we know, with their state."""
    rows = await connection.fetch(SQL["troubled"], list(names), language, now)
    return {row["name"]: row["state"] for row in rows}
