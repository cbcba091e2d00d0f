"""Why a visit was placed, or was not: kept with every booking, and with every wish that was refused.

Moments are seconds since 1970, as everything in the search for times counts. Nothing personal is in it: people are not
named, other visits by their id alone. Dataclasses, because two of each are made for every attempt to book, and what we
make ourselves need not be looked through; what is read from the log is.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime

from medicalcor.schemas.appointments import AppointmentId, Taken

Stretch = tuple[int, int]
"""From and to, the end not included."""
Through = Literal["text", "tap", "voice", "dialog", "drag", "api", "waitlist", "system"]
"""How it was asked: by what somebody wrote, tapped or said; by a colleague's form or by dragging; by another system; by a yes
to an earlier time; by the machine itself."""
Verdict = Literal["placed", "slot_taken", "not_working", "not_possible", "no_leave"]
Ground = Literal[
    "free",
    "practitioner_taken",
    "place_taken",
    "place_closed",
    "nothing_free",
    "closed_day",
    "time_off",
    "outside_hours",
    "in_the_past",
    "not_on_the_minute",
    "not_offered",
    "not_done_by",
    "no_right",
    "no_reason",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A visit that takes the same resource then. `lapsed`: only held, and too long ago to keep anybody out."""

    appointment_id: AppointmentId
    begins: int
    ends: int
    lapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody, a room or a device that could serve, with what is known of the time around the visit."""

    resource_no: int
    off: tuple[Stretch, ...] = ()
    against: tuple[Against, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One of these rooms or devices, with this many free seconds around the visit."""

    before: int = 0
    after: int = 0
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Somebody wants it over other visits or outside working hours: in which role, and whether they said why.

    The reason itself is kept apart, sealed.
    """

    role: str
    may: bool
    reason_given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the decision looks at, as it was at that moment."""

    through: Through
    now: datetime
    starts_at: AwareDatetime
    grace: int
    """A visit may be entered this many seconds after it began: somebody stood at the desk."""
    set_up: int
    """The version of the clinic's set-up."""
    offered: bool
    """Whether the clinic offers the procedure."""
    duration: int = 0
    before: int = 0
    after: int = 0
    """Of the practitioner's time, around the visit."""
    practitioner: Candidate | None = None
    """None: they do not do this procedure."""
    hours: tuple[Stretch, ...] = ()
    """The practitioner's windows of that day, time off not counted."""
    closed: tuple[date, ...] = ()
    """Days that the visit touches on which the clinic is closed."""
    needs: tuple[Need, ...] = ()
    leave: Leave | None = None
    moving: AppointmentId | None = None
    """The visit that leaves its old place."""
    locked: bool = False
    """Read when it was our turn with all that the visit takes: nothing could change any more. Of rooms and devices only those
    are listed that were chosen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A decision with its reasons: when placed, what was overridden on purpose, or that all was free."""

    verdict: Verdict
    reasons: tuple[Ground, ...]
    facts: Facts
    rules: str
    """The version of the rules that it was made by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A decision, and what the visit takes when it is placed."""

    admission: Admission
    takes: tuple[Taken, ...] = ()
    """The practitioner first, then one room or device for each need, in their order."""
    overlaps: tuple[AppointmentId, ...] = ()
    """Visits that it is knowingly put over."""
    lapsed: tuple[AppointmentId, ...] = ()
    """Holds that are over and stood there."""

    @property
    def placed(self) -> bool:
        return self.admission.verdict == "placed"
