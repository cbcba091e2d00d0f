"""What was decided about reminding of a visit. Stream `reminder-<appointment id>`."""

from typing import ClassVar, Literal
from uuid import UUID

from medicalcor.schemas.appointments import AppointmentId
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import PersonId

Ahead = Literal["day", "hours"]
Outcome = Literal["planned", "too_late", "just_booked", "unreachable"]


class ReminderDecided(Event):
    """Its moment had come. `planned` says that the policy was asked: the effect tells what it answered."""

    type: ClassVar[str] = "reminder.decided"
    appointment_id: AppointmentId
    person_id: PersonId
    moves: int
    """How often the visit had been moved: a visit at another time has reminders of its own."""
    ahead: Ahead
    outcome: Outcome
    message_id: UUID
    """The same for all visits that one message reminds of."""
    effect_key: str | None
