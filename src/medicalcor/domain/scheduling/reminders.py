"""Which reminders are due now. Decided from the visits as they stand, so nothing has to be taken back.

Each visit has two, a day and two hours before. A reminder is due from its moment on until it is of no more use; so a
run that did not come by is made good by the next one. What was decided is told by key: each is decided once. The key
names the visit's place in time, so a visit that was moved has reminders of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal
from uuid import UUID

from medicalcor.schemas.appointments import Status

Kind = Literal["day", "hours"]
WhyNot = Literal["too_late", "just_booked"]
AHEAD: dict[Kind, timedelta] = {"day": timedelta(hours=24), "hours": timedelta(hours=2)}
USELESS: dict[Kind, timedelta] = {"day": timedelta(hours=3), "hours": timedelta(minutes=30)}
"""So long before the visit it is too late for the reminder."""
TOGETHER: Mapping[Kind, timedelta] = {"day": timedelta(hours=4), "hours": timedelta(hours=1)}
"""A family's visits whose reminders would follow within this long go into one message."""
HORIZON = timedelta(hours=30)
"""No reminder is sent longer before its visit than this."""
_FRESH = timedelta(hours=1)
"""Who has booked or moved within this long before a reminder's moment knows without being reminded."""


_STANDING: frozenset[Status] = frozenset({"booked", "confirmed"})


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
    moves: int = 0
    """How often it was moved."""


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
    """What is to be sent now. `sent` holds the keys of those that were decided; nothing comes in quiet hours.

    Whoever is reminded of one visit is told of those that follow soon after it, too.
    """
    if quiet.holds(now.astimezone(zone).time()):
        return []
    standing = sorted(visits, key=lambda v: (v.starts_at, v.id))
    ripe = {
        kind: [v for v in standing if _kind(v, now, zone, quiet) == kind and key(v, kind) not in sent]
        for kind in AHEAD
    }
    found = []
    for kind, first in ripe.items():
        for address in dict.fromkeys(visit.address for visit in first):
            soon = now + TOGETHER[kind]
            group = [
                v
                for v in standing
                if v.address == address
                and key(v, kind) not in sent
                and (v in first or _follows(v, kind, now, soon, zone, quiet))
            ]
            found.append(Reminder(kind, address, tuple(group), tuple(key(v, kind) for v in group)))
    return found


def not_sent(
    visits: Iterable[Visit], *, now: datetime, sent: Collection[str], zone: tzinfo, quiet: Quiet
) -> list[tuple[Visit, Kind, WhyNot]]:
    """Reminders whose moment has passed and that will not be sent, each with the reason. Those are decided, too."""
    found: list[tuple[Visit, Kind, WhyNot]] = []
    for visit in visits:
        if visit.status not in _STANDING:
            continue
        for kind in AHEAD:
            at = _planned(visit, kind, zone, quiet)
            if at > now or key(visit, kind) in sent:
                continue
            if visit.settled_at > at - _FRESH:
                found.append((visit, kind, "just_booked"))
            elif now >= visit.starts_at - USELESS[kind] or _overtaken(visit, kind, now, zone, quiet):
                found.append((visit, kind, "too_late"))
    return found


def _overtaken(visit: Visit, kind: Kind, now: datetime, zone: tzinfo, quiet: Quiet) -> bool:
    """The later one is due already, and says it all."""
    later = moment(visit, "hours", zone=zone, quiet=quiet)
    return kind == "day" and later is not None and later <= now


def _follows(visit: Visit, kind: Kind, now: datetime, soon: datetime, zone: tzinfo, quiet: Quiet) -> bool:
    at = moment(visit, kind, zone=zone, quiet=quiet)
    return visit.status in _STANDING and at is not None and now < at <= soon


def key(visit: Visit, kind: Kind) -> str:
    """The same for the same visit at the same time, however often it is looked at."""
    return f"{visit.id}.{visit.moves}.{kind}"


def moment(visit: Visit, kind: Kind, *, zone: tzinfo, quiet: Quiet) -> datetime | None:
    """When it is to be sent: outside quiet hours, earlier rather than too late. None when it never is.

    A day before moves to the end of the quiet hours. Two hours before moves to the evening before, just ahead of the
    quiet hours, where the morning would come too late.
    """
    at = _planned(visit, kind, zone, quiet)
    return None if visit.settled_at > at - _FRESH else at


def _planned(visit: Visit, kind: Kind, zone: tzinfo, quiet: Quiet) -> datetime:
    planned = visit.starts_at - AHEAD[kind]
    local = planned.astimezone(zone)
    if not quiet.holds(local.time()):
        return planned
    after = _next(local, quiet.ends)
    return after if after <= visit.starts_at - USELESS[kind] else _before(local, quiet.begins)


def _kind(visit: Visit, now: datetime, zone: tzinfo, quiet: Quiet) -> Kind | None:
    """The one that is due: of two, the later; the earlier has nothing to add by then."""
    if visit.status not in _STANDING:
        return None
    order: Sequence[Kind] = ("hours", "day")
    for kind in order:
        at = moment(visit, kind, zone=zone, quiet=quiet)
        if at is not None and at <= now < visit.starts_at - USELESS[kind]:
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
