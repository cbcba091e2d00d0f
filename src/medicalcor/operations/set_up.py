"""The clinic's set-up as availability needs it: read once, kept for as long as nobody changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.intervals import Interval, Intervals
from medicalcor.domain.scheduling.slots import Requirement, Room, Worker
from medicalcor.readmodels.practice import queries as practice

_BEHIND = timedelta(days=7)
"""Days and time off that were over so long ago matter to no visit any more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure, and who and what could serve for it."""

    seconds: int
    before: int
    after: int
    workers: Mapping[UUID, Worker]
    requirements: Sequence[Requirement]

    @property
    def numbers(self) -> set[int]:
        """Of all whose visits matter."""
        rooms = {room.resource_no for need in self.requirements for room in need.candidates}
        return rooms.union(worker.resource_no for worker in self.workers.values())

    @property
    def ahead(self) -> int:
        """How long before its beginning the visit may take something."""
        return max([self.before, *(need.before for need in self.requirements)])

    @property
    def behind(self) -> int:
        """How long after its beginning the visit may still take something."""
        return self.seconds + max([self.after, *(need.after for need in self.requirements)])


@dataclass(frozen=True, slots=True)
class SetUp:
    version: int
    offers: Mapping[UUID, Offer]
    """By procedure: those that are offered."""
    workers: Mapping[UUID, Worker]
    """Everybody who treats."""
    holidays: frozenset[date]


class Remembered:
    """Holds the set-up last read. Whoever reads something else sees in the same statement whether it still stands."""

    def __init__(self) -> None:
        self.last: SetUp | None = None
        """As it was a moment ago, or never read yet."""

    async def now(self, connection: Connection) -> SetUp:
        """As it was a moment ago: compare its version."""
        return self.last or await self.afresh(connection)

    async def afresh(self, connection: Connection) -> SetUp:
        self.last = _read(await practice.set_up(connection, since=clock.now() - _BEHIND))
        return self.last


def _read(known: practice.SetUp) -> SetUp:
    off: dict[int, list[Interval]] = {}
    for number, begins, stops in known.off:
        off.setdefault(number, []).append((begins, stops))
    workers = [(set(one["skills"]), _worker(one, off)) for one in known.workers]
    return SetUp(
        known.version,
        {UUID(one["id"]): _offer(one, workers, known.places, off) for one in known.procedures},
        {worker.id: worker for _, worker in workers},
        frozenset(known.holidays),
    )


def _offer(
    procedure: Mapping[str, Any],
    workers: Sequence[tuple[set[str], Worker]],
    places: Sequence[Mapping[str, Any]],
    off: Mapping[int, Intervals],
) -> Offer:
    skill = procedure["skill"]
    return Offer(
        procedure["minutes"] * 60,
        procedure["before_minutes"] * 60,
        procedure["after_minutes"] * 60,
        {worker.id: worker for skills, worker in workers if skill is None or skill in skills},
        [_requirement(need, places, off) for need in procedure["needs"]],
    )


def _worker(one: Mapping[str, Any], off: Mapping[int, Intervals]) -> Worker:
    weekly: dict[int, list[Interval]] = {}
    for hours in one["weekly"]:
        weekly.setdefault(hours["weekday"], []).append(_hours(hours))
    return Worker(
        id=UUID(one["id"]),
        resource_no=one["no"],
        weekly=weekly,
        days={date.fromisoformat(day): [_hours(h) for h in hours] for day, hours in one["days"].items()},
        off=off.get(one["no"], ()),
    )


def _requirement(
    need: Mapping[str, Any], places: Sequence[Mapping[str, Any]], off: Mapping[int, Intervals]
) -> Requirement:
    fit = [place for place in places if place["kind"] == need["kind"] and need["group"] in place["groups"]]
    return Requirement(
        candidates=[Room(resource_no=place["no"], off=off.get(place["no"], ())) for place in fit],
        before=need["before_minutes"] * 60,
        after=need["after_minutes"] * 60,
    )


def _hours(hours: Mapping[str, str]) -> Interval:
    closes = second(time.fromisoformat(hours["closes"]))
    return second(time.fromisoformat(hours["opens"])), closes or walltime.DAY


def second(shown: time) -> int:
    """Of the day, by the clock on the wall."""
    return shown.hour * 3600 + shown.minute * 60 + shown.second
