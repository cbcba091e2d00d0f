"""Visits in the words of whoever comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound
from medicalcor.domain.scheduling import told as telling
from medicalcor.domain.scheduling.told import Told
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.appointments import Choice, Whose
from medicalcor.schemas.common import Language

SQL = statements("medicalcor.operations", "reminders.sql")


@dataclass(frozen=True, slots=True)
class Known:
    """A visit, and what is said of it."""

    id: UUID
    person_id: UUID
    status: str
    moves: int
    told: Told


async def known(connection: Connection, visits: Sequence[UUID]) -> list[Known]:
    """In the order in which they come."""
    rows = await connection.fetch(SQL["told"], list(visits))
    return [
        Known(
            id=row["id"],
            person_id=row["person_id"],
            status=row["status"],
            moves=row["moves"],
            told=Told(row["starts_at"], row["titles"], row["practitioner"], whose(row), row["preparation"]),
        )
        for row in rows
    ]


def whose(row: Row) -> Whose | None:
    """Who comes, when it is somebody else than the person."""
    name, relation = row["for_name"], row["relation"]
    return Whose(name=name, relation=relation) if name or relation else None


async def of_choice(connection: Connection, choice: Choice, *, instead_of: UUID | None = None) -> Told:
    """Of a time that nobody has yet; `instead_of` the visit that whoever comes has now."""
    row = await connection.fetchrow(
        SQL["told_offer"], choice.procedure_id, choice.practitioner_id, instead_of
    )
    if row is None:
        raise NotFound("There is no such procedure.")
    return Told(choice.starts_at, row["titles"], row["practitioner"], whose(row), row["preparation"])


def in_words(ledger: Ledger, told: Sequence[Told], language: Language) -> str:
    """All in one line, by the clinic's clock."""
    return telling.visits(list(told), zone=zone_of(ledger), language=language)


def preparation(told: Told, language: Language) -> str | None:
    """What this procedure asks for beforehand, when the clinic has said it in that language; in one line."""
    return " ".join(told.preparation.get(language, "").split()) or None


def with_preparation(visits: str, told: Sequence[Told], language: Language) -> str:
    """The visits, and what their procedures ask for beforehand, each thing once: it fills a template, in one line."""
    asked = dict.fromkeys(own for one in told if (own := preparation(one, language)))
    return ". ".join((visits, *asked)).rstrip(".") if asked else visits


def moment(ledger: Ledger, at: datetime, language: Language) -> str:
    """So short that it fits a line of a list."""
    return telling.short(at, zone=zone_of(ledger), language=language)


def title(told: Told, language: Language) -> str:
    """What is done."""
    return telling.title(told, language) or ""


def whose_and_what(told: Told, language: Language) -> str:
    """Enough to tell a family's visits apart in a list."""
    return telling.of_whom(told.whose, title(told, language), language)


def zone_of(ledger: Ledger) -> tzinfo:
    return ZoneInfo(ledger.settings.clinic_timezone)
