"""A practitioner's visits as a calendar that their own program reads, at an address that is known to nobody else."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound
from medicalcor.domain.scheduling import spoken
from medicalcor.domain.scheduling.calendar_file import CalendarVisit, feed
from medicalcor.operations.asks import Functions, Tools
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.common import Language

SQL = statements("medicalcor.operations", "calendar_feed.sql")
BEHIND, AHEAD = timedelta(days=30), timedelta(days=400)
OFF_FOR = timedelta(days=30)
"""So long a cancelled visit stays in the calendar as cancelled: programs look seldom, some on demand only."""
REFRESH = timedelta(minutes=15)
_NOTED_EACH = timedelta(minutes=10)
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Feed:
    """What can be shown of an address."""

    practitioner_id: UUID
    with_names: bool
    made_at: datetime
    last_read_at: datetime | None


async def renew(ledger: Ledger, *, practitioner_id: UUID, with_names: bool, by: str) -> str:
    """A new address; the one before opens nothing any more. It is shown once and stored nowhere."""
    secret = ids.token(_BYTES)

    async def decide(connection: Connection) -> None:
        made = await connection.fetchval(
            SQL["put"], practitioner_id, hash_of(secret), with_names, clock.now(), by
        )
        if made is None:
            raise NotFound("There is no such practitioner.")

    await record(ledger.pool, decide)
    return f"{ledger.settings.gateway_url}/calendar/{secret}.ics"


async def revoke(ledger: Ledger, *, practitioner_id: UUID) -> None:
    """From now on the address opens nothing."""

    async def decide(connection: Connection) -> None:
        if await connection.fetchval(SQL["revoke"], practitioner_id) is None:
            raise NotFound("This calendar has no address.")

    await record(ledger.pool, decide)


async def known(connection: Connection) -> dict[UUID, Feed]:
    """By practitioner."""
    rows = await connection.fetch(SQL["all"])
    return {row["practitioner_id"]: Feed(**dict(row)) for row in rows}


def hash_of(secret: str) -> str | None:
    """What is stored of an address; None when it cannot be one."""
    return hashlib.sha256(secret.encode()).hexdigest() if _SECRET.fullmatch(secret) else None


async def read(tools: Tools, question: Any) -> dict[str, str]:
    """The calendar behind an address, of which the hash is asked; the same bytes as long as nothing has changed."""
    now = clock.now()
    async with tools.ledger.pool.acquire() as connection:
        about = await connection.fetchrow(SQL["by_hash"], question["hash"])
        if about is None:
            raise NotFound("There is no calendar at this address.")
        rows = await connection.fetch(
            SQL["visits"], about["practitioner_id"], now - BEHIND, now + AHEAD, now - OFF_FOR
        )
        if about["last_read_at"] is None or now - about["last_read_at"] > _NOTED_EACH:
            await _note(tools.ledger, about["practitioner_id"], now)
    clinic = tools.ledger.settings.clinic_name
    visits = [_visit(row, about) for row in rows]
    name = f"{about['name']} – {clinic}" if about["name"] else clinic
    return {"calendar": feed(visits, name=name, refresh=REFRESH).decode()}


async def _note(ledger: Ledger, practitioner_id: UUID, now: datetime) -> None:
    async def decide(connection: Connection) -> None:
        await connection.execute(SQL["read"], practitioner_id, now)

    await record(ledger.pool, decide)


def _visit(row: Row, about: Row) -> CalendarVisit:
    language: Language = next(iter(about["languages"]), "en")
    title = spoken.title(row["titles"], language)
    patient = row["patient"] if about["with_names"] else None
    return CalendarVisit(
        id=row["id"],
        version=row["version"],
        status=row["status"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        changed_at=row["changed_at"],
        title=f"{title} · {patient}" if patient else title,
        place=row["place"],
    )


FUNCTIONS: Functions = {"calendar.read": read}
"""As they are asked for at the gateway."""
