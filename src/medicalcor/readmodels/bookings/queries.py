"""Visits being arranged, for the lead's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.schemas.bookings import Asked, ClosedBecause, Goal, Next, Option, Wanted

_SQL = statements("medicalcor.readmodels.bookings")


@dataclass(frozen=True, slots=True)
class Booking:
    """A dialogue about a visit."""

    id: UUID
    person_id: UUID
    lead_id: UUID
    conversation_id: UUID
    goal: Goal
    wanted: Wanted | None
    """None before anything was understood, and once the person is erased."""
    asked: Asked | None
    missed: int
    message_id: UUID | None
    next: Next | None
    """What that message leads to."""
    offers: Sequence[Sequence[Option]]
    chosen_number: int | None
    chosen_place: int | None
    appointment_id: UUID | None
    closed_because: ClosedBecause | None
    opened_by: UUID | None
    opened_at: datetime
    changed_at: datetime
    version: int

    @property
    def is_open(self) -> bool:
        return self.closed_because is None

    @property
    def options(self) -> Sequence[Option]:
        """The times of the last offer."""
        return self.offers[-1] if self.offers else ()

    def option(self, number: int, place: int) -> Option | None:
        """What a choice from that offer meant."""
        if 1 <= number <= len(self.offers) and 1 <= place <= len(self.offers[number - 1]):
            return self.offers[number - 1][place - 1]
        return None


async def by_id(connection: Connection, *, booking_id: UUID) -> Booking | None:
    row = await connection.fetchrow(_SQL["by_id"], booking_id)
    return _booking(row) if row else None


async def latest_of_person(connection: Connection, *, person_id: UUID) -> Booking | None:
    """The one that is open, or was last."""
    row = await connection.fetchrow(_SQL["latest_of_person"], person_id)
    return _booking(row) if row else None


def _booking(row: Row) -> Booking:
    values = dict(row)
    wanted = values["wanted"]
    values["wanted"] = Wanted.model_validate(wanted) if wanted else None
    values["offers"] = [[Option.model_validate(one) for one in offer] for offer in values["offers"]]
    return Booking(**values)
