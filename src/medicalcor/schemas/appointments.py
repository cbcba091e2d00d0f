"""Visits: what is offered, what is chosen, what it takes."""

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import LeadId, PersonId
from medicalcor.schemas.practice import PractitionerId, ProcedureId

AppointmentId: TypeAlias = UUID
Status = Literal["held", "booked", "confirmed", "completed", "missed", "cancelled", "expired"]
ACTIVE: tuple[Status, ...] = ("held", "booked", "confirmed")
"""Those that keep their time; the constraint `no_double_booking` says the same."""
CancelReason = Literal["patient", "clinic", "illness", "duplicate", "not_needed", "other"]


class Slot(Shape):
    """A time that can be booked, with whom. Times are in UTC."""

    practitioner_id: PractitionerId
    starts_at: datetime
    ends_at: datetime


class Choice(Shape):
    """What somebody chose: exactly this is booked, or nothing."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime


class Taken(Shape):
    """A resource for a while, buffers included."""

    resource_no: int
    starts_at: datetime
    ends_at: datetime
    deliberate: bool = False
    """Over another visit, on purpose."""


class Visit(Shape):
    """A choice with its length and all that it takes."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime
    ends_at: datetime
    takes: tuple[Taken, ...]


class Appointment(Shape):
    """A visit as it stands."""

    id: AppointmentId
    person_id: PersonId
    lead_id: LeadId | None
    procedure_id: ProcedureId
    practitioner_id: PractitionerId
    starts_at: datetime
    ends_at: datetime
    status: Status
    expires_at: datetime | None
    version: int
    """Say it with a change: one that was decided on an older version is refused."""
    moves: int
    """How often it was moved: the SEQUENCE of a calendar file."""
