"""Who would come earlier, and what becomes of a time that was given back."""

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator

from medicalcor.schemas.appointments import AppointmentId, PartOfDay
from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import LeadId, PersonId
from medicalcor.schemas.practice import PractitionerId, ProcedureId

WaitingId: TypeAlias = UUID
OpeningId: TypeAlias = UUID
OfferId: TypeAlias = UUID

LeaveReason = Literal["got_earlier", "asked", "visit_over"]
OfferEnd = Literal["accepted", "declined", "taken", "past", "left", "not_sent"]
"""`taken`: somebody else has it; `left`: they wait no longer; `not_sent`: the policy did not let it out."""
OpeningEnd = Literal["accepted", "taken", "past"]
EVERY_DAY = frozenset(range(7))
MINUTES_OF_NOTICE = 3 * 60


class Wants(Shape):
    """What would suit them."""

    procedure_id: ProcedureId
    practitioner_id: PractitionerId | None = None
    """None: anybody who can."""
    part_of_day: PartOfDay = "any"
    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]] = EVERY_DAY
    """0 is Monday."""
    notice_minutes: Annotated[int, Field(ge=0, le=14 * 24 * 60)] = MINUTES_OF_NOTICE
    """So long ahead they must know."""

    @property
    def notice(self) -> timedelta:
        return timedelta(minutes=self.notice_minutes)

    @model_validator(mode="after")
    def _some_day(self) -> "Wants":
        if not self.weekdays:
            raise ValueError("choose one day of the week or more")
        return self


class Joining(Shape):
    """Somebody asks to be put on the list; `appointment_id` is the visit that they have now, if they have one."""

    person_id: PersonId
    wants: Wants
    appointment_id: AppointmentId | None = None
    lead_id: LeadId | None = None
