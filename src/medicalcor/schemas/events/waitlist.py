"""Who waits for an earlier time, the times that came free, and what was offered to whom.

Streams `waiting-<id>` and `offer-<id>` of a person, `opening-<id>` of nobody: its subject is the opening itself.
"""

from datetime import datetime
from typing import ClassVar

from medicalcor.schemas.appointments import AppointmentId, Choice
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import LeadId, PersonId
from medicalcor.schemas.practice import PractitionerId
from medicalcor.schemas.waitlist import (
    LeaveReason,
    OfferEnd,
    OfferId,
    OpeningEnd,
    OpeningId,
    WaitingId,
    Wants,
)


class WaitlistJoined(Event):
    type: ClassVar[str] = "waitlist.joined"
    waiting_id: WaitingId
    person_id: PersonId
    lead_id: LeadId | None
    appointment_id: AppointmentId | None
    """The visit that they have, and would have earlier."""
    wants: Wants


class WaitlistLeft(Event):
    type: ClassVar[str] = "waitlist.left"
    waiting_id: WaitingId
    person_id: PersonId
    reason: LeaveReason


class OpeningFound(Event):
    """A visit has given back its time."""

    type: ClassVar[str] = "opening.found"
    opening_id: OpeningId
    practitioner_id: PractitionerId
    starts_at: datetime
    ends_at: datetime


class OpeningClosed(Event):
    type: ClassVar[str] = "opening.closed"
    opening_id: OpeningId
    reason: OpeningEnd


class OfferMade(Event):
    """One of those who wait was asked; those who are asked at one moment are a wave."""

    type: ClassVar[str] = "offer.made"
    offer_id: OfferId
    opening_id: OpeningId
    waiting_id: WaitingId
    person_id: PersonId
    choice: Choice
    asked_at: datetime


class OfferEnded(Event):
    type: ClassVar[str] = "offer.ended"
    offer_id: OfferId
    person_id: PersonId
    reason: OfferEnd
