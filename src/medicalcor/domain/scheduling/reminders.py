"""Which reminders are due now. Decided from the visits as they stand, so nothing has to be taken back.

Each visit has two, a day and two hours before. A reminder is due from its moment on until it is of no more use; so a
run that did not come by is made good by the next one. What was sent is told by key: a key is sent once. The key names
the visit's place in time, so a visit that was moved has reminders of its own.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal
from uuid import UUID

from medicalcor.schemas.appointments import Status

Kind = Literal["day", "hours"]
AHEAD: dict[Kind, timedelta] = {"day": timedelta(hours=24), "hours": timedelta(hours=2)}
USELESS: dict[Kind, timedelta] = {"day": timedelta(hours=3), "hours": timedelta(minutes=30)}
"""So long before the visit it is too late for the reminder."""
_FRESH = timedelta(hours=1)
"""Who has booked or moved within this long before a reminder's moment knows without being reminded."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nobody is written to, by the clock on the patient's wall; it may go over midnight."""

    begins: time = time(21)
    ends: time = time(8)

    def holds(self, shown: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= shown < self.ends
        return shown >= self.begins or shown < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit as it stands. Moments are zone-aware."""

    id: UUID
    address: str
    """Where its reminder goes: those of one address go together."""
    starts_at: datetime
    status: Status
    settled_at: datetime
    """When it was booked, or last moved."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message: for one visit, or for those of a family."""

    kind: Kind
    address: str
    visits: tuple[Visit, ...]
    keys: tuple[str, ...]


def due(
    visits: Iterable[Visit], *, now: datetime, sent: Collection[str], zone: tzinfo, quiet: Quiet
) -> list[Reminder]:
    """What is to be sent now. `sent` holds the keys of those that were; nothing comes in quiet hours."""
    if quiet.holds(now.astimezone(zone).time()):
        return []
    together: dict[tuple[str, Kind], list[Visit]] = {}
    for visit in sorted(visits, key=lambda v: (v.starts_at, v.id)):
        kind = _kind(visit, now, zone, quiet)
        if kind is not None and key(visit, kind) not in sent:
            together.setdefault((visit.address, kind), []).append(visit)
    return [
        Reminder(kind, address, tuple(group), tuple(key(visit, kind) for visit in group))
        for (address, kind), group in together.items()
    ]


def key(visit: Visit, kind: Kind) -> str:
    """The same for the same visit at the same time, however often it is looked at."""
    return f"reminder:{visit.id}:{int(visit.starts_at.timestamp())}:{kind}"


def moment(visit: Visit, kind: Kind, *, zone: tzinfo, quiet: Quiet) -> datetime | None:
    """When it is to be sent: outside quiet hours, earlier rather than too late. None when it never is.

    A day before moves to the end of the quiet hours. Two hours before moves to the evening before, just ahead of the
    quiet hours, where the morning would come too late.
    """
    planned = visit.starts_at - AHEAD[kind]
    local = planned.astimezone(zone)
    if not quiet.holds(local.time()):
        at = planned
    else:
        after = _next(local, quiet.ends)
        at = after if after <= visit.starts_at - USELESS[kind] else _before(local, quiet.begins)
    return None if visit.settled_at > at - _FRESH else at


def _kind(visit: Visit, now: datetime, zone: tzinfo, quiet: Quiet) -> Kind | None:
    """The one that is due: of two, the later; the earlier has nothing to add by then."""
    if visit.status not in {"booked", "confirmed"}:
        return None
    order: Sequence[Kind] = ("hours", "day")
    for kind in order:
        at = moment(visit, kind, zone=zone, quiet=quiet)
        if at is not None and at <= now <= visit.starts_at - USELESS[kind]:
            return kind
    return None


def _next(local: datetime, shown: time) -> datetime:
    """The next moment at which the wall shows this."""
    at = local.replace(hour=shown.hour, minute=shown.minute, second=0, microsecond=0)
    return at if at >= local else at + timedelta(days=1)


def _before(local: datetime, shown: time) -> datetime:
    """A quarter of an hour ahead of the last moment at which the wall showed this."""
    at = local.replace(hour=shown.hour, minute=shown.minute, second=0, microsecond=0)
    return (at if at <= local else at - timedelta(days=1)) - timedelta(minutes=15)
