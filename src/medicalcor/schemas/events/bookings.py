"""A visit being arranged in a conversation, over days if need be. Stream `booking-<id>`; the subject is the person."""

from typing import Annotated, ClassVar

from medicalcor.schemas.appointments import AppointmentId
from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.bookings import Asked, BookingId, ClosedBecause, Goal, Next, Option, Wanted
from medicalcor.schemas.common import ConversationId, LeadId, MessageId, PersonId, UserId


class BookingOpened(Event):
    type: ClassVar[str] = "booking.opened"
    booking_id: BookingId
    person_id: PersonId
    lead_id: LeadId
    conversation_id: ConversationId
    message_id: MessageId | None
    """What the patient wrote; None when the clinic began."""
    by: UserId | None = None
    """The colleague who had times offered."""


class BookingUnderstood(Event):
    """What is known of the wish now, and what was asked next."""

    type: ClassVar[str] = "booking.understood"
    booking_id: BookingId
    message_id: MessageId | None
    goal: Goal
    wanted: Annotated[Wanted | None, Personal()]
    asked: Asked | None
    appointment_id: AppointmentId | None
    """The visit that is to be moved or cancelled."""
    missed: int
    """How many messages in a row were not understood."""
    next: Next


class BookingOffered(Event):
    type: ClassVar[str] = "booking.offered"
    booking_id: BookingId
    number: int
    """Of the offer, from 1: a choice says which list it was made from."""
    options: tuple[Option, ...]


class BookingChosen(Event):
    type: ClassVar[str] = "booking.chosen"
    booking_id: BookingId
    message_id: MessageId
    number: int
    place: int
    """Of the option in its offer, from 1."""


class BookingConfirmed(Event):
    """The visit is in the calendar as it was chosen."""

    type: ClassVar[str] = "booking.confirmed"
    booking_id: BookingId
    appointment_id: AppointmentId


class BookingClosed(Event):
    type: ClassVar[str] = "booking.closed"
    booking_id: BookingId
    because: ClosedBecause
