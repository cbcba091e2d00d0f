"""The clinic's set-up: who works when, and what a visit needs."""

from datetime import date, datetime, time
from typing import Annotated, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import Language

PractitionerId: TypeAlias = UUID
ResourceId: TypeAlias = UUID
ProcedureId: TypeAlias = UUID

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A word that the clinic chooses for itself, such as `surgery`."""
Preparation = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Buffer = Annotated[int, Field(ge=0, le=4 * 60)]
"""Minutes."""
RoomOrDevice = Literal["room", "device"]
ResourceKind = Literal["practitioner", "room", "device"]
TimeOffKind = Literal["holiday", "training", "sick", "maintenance", "other"]
MIDNIGHT = time(0)


class Hours(Shape):
    """A stretch of one day by the clock on the wall; closing at 00:00 is closing at the day's end."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo or (self.closes <= self.opens and self.closes != MIDNIGHT):
            raise ValueError("hours go from an earlier to a later time of the same day, without a time zone")
        return self


class WeekHours(Hours):
    """The same every week."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    """0 is Monday."""


class Need(Shape):
    """A room or device that a procedure takes, and how long it is busy before and after the visit."""

    kind: RoomOrDevice
    group: Code
    before_minutes: Buffer = 0
    after_minutes: Buffer = 0


class Practitioner(Shape):
    """What is known of somebody who treats."""

    name: Title
    languages: tuple[Language, ...]
    skills: tuple[Code, ...]
    is_active: bool = True


class Resource(Shape):
    """A room or a device."""

    kind: RoomOrDevice
    title: Title
    groups: tuple[Code, ...]
    """What it can serve as. A device is one thing only."""
    is_active: bool = True

    @model_validator(mode="after")
    def _serves(self) -> Self:
        if not self.groups or (self.kind == "device" and len(self.groups) > 1):
            raise ValueError("a room belongs to one group or more, a device to exactly one")
        return self


class Terms(Shape):
    """A procedure: how long it takes, what it needs and what it costs."""

    code: Code
    titles: dict[Language, Title]
    minutes: Annotated[int, Field(ge=5, le=12 * 60)]
    before_minutes: Buffer = 0
    after_minutes: Buffer = 0
    """The practitioner's own pause; rooms and devices have theirs in `needs`."""
    skill: Code | None = None
    """What a practitioner must be able to do; None: anybody."""
    needs: tuple[Need, ...] = ()
    preparation: dict[Language, Preparation] = Field(default_factory=dict)
    """How patients prepare for it, by language; where there is none, what holds for every visit is said."""
    price_from: Annotated[int, Field(ge=0)] | None = None
    price_to: Annotated[int, Field(ge=0)] | None = None
    """Both in the currency's smallest unit."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    is_active: bool = True

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if not self.titles:
            raise ValueError("a procedure has a title in one language or more")
        if self.price_from is not None and self.price_to is not None and self.price_to < self.price_from:
            raise ValueError("the price goes from the lower to the higher")
        taken = [("room", "") if need.kind == "room" else ("device", need.group) for need in self.needs]
        if len(taken) != len(set(taken)):
            raise ValueError("a procedure takes one room at most, and each kind of device once")
        return self


class TimeOff(Shape):
    """When a practitioner, room or device is not there."""

    resource_id: ResourceId
    starts_at: datetime
    ends_at: datetime
    kind: TimeOffKind

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None or self.ends_at <= self.starts_at:
            raise ValueError("time off goes from an earlier to a later moment, each with its time zone")
        return self


class Holiday(Shape):
    """A day on which the clinic is closed."""

    day: date
    title: Title
