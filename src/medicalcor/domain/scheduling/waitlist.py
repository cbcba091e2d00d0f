"""Who is offered a time that has become free, and when.

In waves: a few first, more when they do not answer, so that most of those who are asked can have it. Fair over time:
who was offered least lately comes first; among equals, who has waited longest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal
from uuid import UUID

from medicalcor.domain.scheduling.intervals import Interval
from medicalcor.domain.scheduling.walltime import DAY

WAVES = (3, 5, 10)
"""How many are asked at a time; the last goes on until nobody is left."""
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(hours=2)
_SHARE = 12
"""A wave has this share of the time that is left to answer in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who would come earlier. Moments are zone-aware."""

    id: UUID
    procedure_id: UUID
    length: timedelta
    since: datetime
    practitioner_id: UUID | None = None
    """None: anybody will do."""
    before: datetime | None = None
    """The visit they have now: only an earlier time is of use."""
    notice: timedelta = timedelta(hours=3)
    """So long ahead they must know."""
    part: Interval = (0, DAY)
    """Seconds since midnight on the wall in which they can begin."""
    weekdays: frozenset[int] = frozenset(range(7))
    offers: int = 0
    """How often they were offered something else lately."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A stretch that somebody has given back, and what the practitioner can do in it."""

    practitioner_id: UUID
    procedures: frozenset[UUID]
    starts_at: datetime
    ends_at: datetime


Hindrance = Literal[
    "procedure", "practitioner", "too_short", "not_earlier", "notice", "hour", "weekday", "not_free"
]
"""Why a time is of no use to somebody; `not_free`: a room or device is taken, which the calendar says."""


def hindrance(one: Waiting, hole: Hole, *, now: datetime, zone: tzinfo) -> Hindrance | None:
    """The first thing that keeps the hole from being of use to them; None when it fits."""
    local = hole.starts_at.astimezone(zone)
    begins = local.hour * 3600 + local.minute * 60 + local.second
    hindrances: tuple[tuple[bool, Hindrance], ...] = (
        (one.procedure_id not in hole.procedures, "procedure"),
        (one.practitioner_id not in {None, hole.practitioner_id}, "practitioner"),
        (one.length > hole.ends_at - hole.starts_at, "too_short"),
        (one.before is not None and hole.starts_at >= one.before, "not_earlier"),
        (now + one.notice > hole.starts_at, "notice"),
        (not one.part[0] <= begins < one.part[1], "hour"),
        (local.weekday() not in one.weekdays, "weekday"),
    )
    return next((why for hinders, why in hindrances if hinders), None)


def in_turn(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The fair order: who was offered least first; among equals, who has waited longest."""
    return sorted(waiting, key=lambda one: (one.offers, one.since, one.id))


def next_wave(
    waiting: Iterable[Waiting], hole: Hole, *, asked: Mapping[UUID, datetime], now: datetime, zone: tzinfo
) -> list[Waiting]:
    """Whom to ask now. `asked` says who was offered this hole, and when; nobody is asked twice.

    Empty while the last wave still has time to answer, and when there is nobody left whom it fits.
    """
    if asked and now < turn_ends(hole, asked=asked.values()):
        return []
    size = WAVES[min(_waves_so_far(list(asked.values())), len(WAVES) - 1)]
    left = [
        one for one in waiting if one.id not in asked and hindrance(one, hole, now=now, zone=zone) is None
    ]
    return in_turn(left)[:size]


def patience(hole: Hole, *, asked_at: datetime) -> timedelta:
    """How long a wave has for itself before the next are asked, too."""
    return min(max((hole.starts_at - asked_at) / _SHARE, _SHORTEST), _LONGEST)


def turn_ends(hole: Hole, *, asked: Iterable[datetime]) -> datetime:
    """Until when those who were asked last have it for themselves; somebody was."""
    last = max(asked)
    return last + patience(hole, asked_at=last)


def _waves_so_far(asked: Sequence[datetime]) -> int:
    """Those of one wave were asked at one moment."""
    return len(set(asked))
