"""How the clinic is set up. Streams `practitioner-<id>`, `resource-<id>`, `procedure-<id>`, `time_off-<id>`,
`holiday-<id>`; the subject of each is the thing itself."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from medicalcor.schemas.base import Event, Personal
from medicalcor.schemas.common import Language
from medicalcor.schemas.practice import (
    Code,
    Holiday,
    Hours,
    PractitionerId,
    ProcedureId,
    Resource,
    ResourceId,
    Terms,
    TimeOff,
    WeekHours,
)


class PractitionerDescribed(Event):
    """Hired, or known anew: the whole description, of which the latest stands."""

    type: ClassVar[str] = "practitioner.described"
    practitioner_id: PractitionerId
    resource_no: int
    name: Annotated[str, Personal()]
    languages: tuple[Language, ...]
    skills: tuple[Code, ...]
    is_active: bool


class WeekHoursSet(Event):
    type: ClassVar[str] = "practitioner.week_hours_set"
    practitioner_id: PractitionerId
    hours: tuple[WeekHours, ...]


class DayHoursSet(Event):
    """One day goes otherwise than the week says; without hours it is a day off."""

    type: ClassVar[str] = "practitioner.day_hours_set"
    practitioner_id: PractitionerId
    day: date
    hours: tuple[Hours, ...]


class DayHoursCleared(Event):
    """The day goes as the week says again."""

    type: ClassVar[str] = "practitioner.day_hours_cleared"
    practitioner_id: PractitionerId
    day: date


class ResourceDescribed(Event):
    """A room or device: the whole description, of which the latest stands."""

    type: ClassVar[str] = "resource.described"
    resource_id: ResourceId
    resource_no: int
    resource: Resource


class ProcedureDefined(Event):
    """The whole definition, of which the latest stands. Visits that are booked keep their length."""

    type: ClassVar[str] = "procedure.defined"
    procedure_id: ProcedureId
    terms: Terms


class TimeOffAdded(Event):
    type: ClassVar[str] = "time_off.added"
    time_off_id: UUID
    time_off: TimeOff
    note: Annotated[str | None, Personal()] = None


class TimeOffRemoved(Event):
    type: ClassVar[str] = "time_off.removed"
    time_off_id: UUID


class HolidayAdded(Event):
    type: ClassVar[str] = "holiday.added"
    holiday_id: UUID
    holiday: Holiday


class HolidayRemoved(Event):
    type: ClassVar[str] = "holiday.removed"
    holiday_id: UUID
