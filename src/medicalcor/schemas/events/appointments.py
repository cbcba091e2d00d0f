"""What happens to a visit. Stream `appointment-<id>`; the subject is the person who comes or who booked it."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from medicalcor.schemas.admissions import Admission
from medicalcor.schemas.appointments import AppointmentId, CancelReason, Choice, Relation, Slot, Visit
from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.common import LeadId, PersonId


class AppointmentHeld(Event):
    """Kept free for somebody who is choosing, until `expires_at`."""

    type: ClassVar[str] = "appointment.held"
    appointment_id: AppointmentId
    person_id: PersonId
    lead_id: LeadId | None
    visit: Visit
    for_name: Annotated[str | None, Personal()] = None
    relation: Annotated[Relation | None, Personal()] = None
    expires_at: datetime
    admission: Admission | None = None
    """Why it could be; None: it was held before this was kept."""


class AppointmentBooked(Event):
    type: ClassVar[str] = "appointment.booked"
    appointment_id: AppointmentId
    person_id: PersonId
    lead_id: LeadId | None
    visit: Visit
    for_name: Annotated[str | None, Personal()] = None
    relation: Annotated[Relation | None, Personal()] = None
    overlaps: tuple[AppointmentId, ...] = ()
    """The visits that it was put over, on purpose."""
    overlap_reason: Annotated[str | None, Personal()] = None
    admission: Admission | None = None


class AppointmentKept(Event):
    """What was held is booked."""

    type: ClassVar[str] = "appointment.kept"
    appointment_id: AppointmentId
    person_id: PersonId
    starts_at: datetime | None = None
    held_until: datetime | None = None


class AppointmentExpired(Event):
    """Nobody booked what was held; its time is free."""

    type: ClassVar[str] = "appointment.expired"
    appointment_id: AppointmentId
    person_id: PersonId


class AppointmentConfirmed(Event):
    """The patient says that they come."""

    type: ClassVar[str] = "appointment.confirmed"
    appointment_id: AppointmentId
    person_id: PersonId
    starts_at: datetime | None = None


class AppointmentMoved(Event):
    """Another time or another practitioner; a confirmation of the old time is gone."""

    type: ClassVar[str] = "appointment.moved"
    appointment_id: AppointmentId
    person_id: PersonId
    visit: Visit
    moved_from: datetime
    overlaps: tuple[AppointmentId, ...] = ()
    overlap_reason: Annotated[str | None, Personal()] = None
    admission: Admission | None = None


class AppointmentRefused(Event):
    """Somebody asked for a visit, or to move one, and it could not be. Stream `wishes-<person id>`."""

    type: ClassVar[str] = "appointment.refused"
    refusal_id: UUID
    person_id: PersonId
    lead_id: LeadId | None
    wanted: Choice
    appointment_id: AppointmentId | None = None
    """The visit that was to be moved there."""
    admission: Admission
    offered: tuple[Slot, ...] = ()
    """What was offered instead."""


class AppointmentCancelled(Event):
    type: ClassVar[str] = "appointment.cancelled"
    appointment_id: AppointmentId
    person_id: PersonId
    reason: CancelReason
    starts_at: datetime | None = None
    """The time that it gave back."""


class AppointmentMissed(Event):
    """The patient did not come."""

    type: ClassVar[str] = "appointment.missed"
    appointment_id: AppointmentId
    person_id: PersonId
    starts_at: datetime | None = None


class AppointmentCompleted(Event):
    """The patient was here."""

    type: ClassVar[str] = "appointment.completed"
    appointment_id: AppointmentId
    person_id: PersonId
    starts_at: datetime | None = None
