"""Those who wait, looked at for a time that came free: whom it fits, and why it does not fit the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.domain.scheduling.waitlist import Hindrance, Hole, Waiting, hindrance
from medicalcor.domain.scheduling.walltime import DAY
from medicalcor.operations import admitting, availability, visit_words
from medicalcor.operations.admitting import Asked
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.appointments import Choice, PartOfDay

SQL = statements("medicalcor.operations", "waitlist.sql")
LATELY = timedelta(days=90)
"""What was offered in this time counts when it is somebody's turn."""
SOONEST = timedelta(minutes=30)
"""Nobody comes at shorter notice."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who waits, with what would be booked for them."""

    waiting: Waiting
    person_id: UUID
    appointment_id: UUID | None
    choice: Choice
    hindrance: Hindrance | None
    """Why it is nothing for them; None: it can be offered."""


async def of_opening(
    ledger: Ledger, connection: Connection, opening: Row, *, now: datetime
) -> tuple[Hole, list[Candidate]]:
    """All who wait for something that this practitioner does, as things are now."""
    rows = await connection.fetch(SQL["waiting_for"], opening["practitioner_id"], now - LATELY, now)
    hole = Hole(
        practitioner_id=opening["practitioner_id"],
        procedures=frozenset(row["procedure_id"] for row in rows),
        starts_at=opening["starts_at"],
        ends_at=opening["ends_at"],
    )
    return hole, [await _candidate(ledger, connection, row, hole, now) for row in rows]


def asked_and_left(
    considered: Iterable[Candidate], offers: Iterable[Row]
) -> tuple[dict[UUID, datetime], dict[UUID, Candidate]]:
    """Who was asked and when, and who is still to be asked; by what they wait for.

    Whoever waits for two things is asked about the one that they have waited for longest: they come once.
    """
    offers = list(offers)
    asked = {row["waiting_id"]: row["asked_at"] for row in offers if row["ended_why"] != "not_sent"}
    people = {row["person_id"] for row in offers}
    longest: dict[UUID, Candidate] = {}
    for one in sorted(considered, key=lambda one: (one.waiting.since, one.waiting.id)):
        if one.hindrance is None and one.person_id not in people:
            longest.setdefault(one.person_id, one)
    return asked, {one.waiting.id: one for one in longest.values()}


async def _candidate(
    ledger: Ledger, connection: Connection, row: Row, hole: Hole, now: datetime
) -> Candidate:
    waiting = _waiting(row)
    choice = Choice(
        procedure_id=row["procedure_id"], practitioner_id=hole.practitioner_id, starts_at=hole.starts_at
    )
    why = hindrance(waiting, hole, now=now, zone=visit_words.zone_of(ledger))
    asked = Asked(choice, row["person_id"], "waitlist", moving=row["appointment_id"])
    if why is None and not await admitting.could_be(ledger, connection, asked):
        why = "not_free"
    return Candidate(waiting, row["person_id"], row["appointment_id"], choice, why)


def _waiting(row: Row) -> Waiting:
    return Waiting(
        id=row["id"],
        procedure_id=row["procedure_id"],
        length=timedelta(minutes=row["minutes"]),
        since=row["since"],
        practitioner_id=row["practitioner_id"],
        before=row["visit_at"],
        notice=max(timedelta(minutes=row["notice_minutes"]), SOONEST),
        part=_part(row["part_of_day"]),
        weekdays=frozenset(row["weekdays"]),
        offers=row["offers"],
    )


def _part(part_of_day: PartOfDay) -> tuple[int, int]:
    opens, closes = (at.hour * 3600 + at.minute * 60 for at in availability.PARTS[part_of_day])
    return opens, closes or DAY
