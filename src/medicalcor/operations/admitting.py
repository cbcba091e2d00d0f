"""What is known about one wish: the set-up and the visits put before the rule that decides (`domain/scheduling/admission`)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right, Role, may
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_key
from medicalcor.core.errors import NotFound
from medicalcor.domain.scheduling import admission, slots, walltime
from medicalcor.domain.scheduling.intervals import Interval
from medicalcor.domain.scheduling.slots import Question, Requirement, Room, Worker
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.set_up import SetUp
from medicalcor.schemas.admissions import Against, Candidate, Facts, Leave, Need, Outcome, Through
from medicalcor.schemas.appointments import AppointmentId, Choice

SQL = statements("medicalcor.operations", "appointments.sql")
GRACE = timedelta(minutes=30)
"""A visit may be entered this long after it began: somebody stood at the desk."""
LEAST, MOST = 3, 500
"""Characters of the reason for which a visit goes over another one."""
Wanted = tuple[int, int, int]
"""A resource's number, from and to."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Leave to put a visit over others or outside working hours."""

    role: Role
    reason: str

    @property
    def said(self) -> str:
        return self.reason.replace("\x00", "").strip()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be put into the calendar, for whom, and how that was asked."""

    choice: Choice
    person_id: UUID
    through: Through
    lead_id: UUID | None = None
    key: str | None = None
    """Under which it is recorded."""
    overlap: Overlap | None = None
    moving: AppointmentId | None = None
    """The visit that leaves its old place."""


def hoped(ledger: Ledger, asked: Asked) -> Facts | None:
    """The facts if nothing has changed in the set-up and everything is free; without a look at either.

    None when that does not tell: nothing is remembered, or more is to be looked at.
    """
    set_up = ledger.set_up.last
    if set_up is None or asked.moving is not None or asked.overlap is not None:
        return None
    return _facts(ledger, asked, set_up)


async def looked_at(ledger: Ledger, connection: Connection, asked: Asked) -> tuple[Facts, Row]:
    """The facts as they are now, whoever else may change them in a moment; and how things stand."""
    set_up = await ledger.set_up.now(connection)
    while True:
        bare = _facts(ledger, asked, set_up)
        standing = await stand(connection, asked, _every(bare))
        if standing["set_up"] == set_up.version:
            return _with(bare, standing["clashes"]), standing
        set_up = await ledger.set_up.afresh(connection)


def in_turn(facts: Facts, outcome: Outcome, standing: Row) -> Facts:
    """The facts now that it is our turn with what was chosen: of each need its own room, and what stands there now."""
    needs = tuple(
        replace(need, candidates=tuple(one for one in need.candidates if one.resource_no == its.resource_no))
        for need, its in zip(facts.needs, outcome.takes[1:], strict=True)
    )
    narrowed = replace(facts, needs=needs, locked=True, now=clock.now())
    return _with(narrowed, standing["clashes"])


async def could_be(ledger: Ledger, connection: Connection, asked: Asked) -> bool:
    """Whether it could be booked as things are; nothing is promised."""
    facts, _ = await looked_at(ledger, connection, asked)
    return admission.admit(facts).placed


async def stand(
    connection: Connection, asked: Asked, wanted: Sequence[Wanted], *, turns: Collection[int] = ()
) -> Row:
    """How things stand; with `turns`, once it is our turn with these resources and the person."""
    row = await connection.fetchrow(
        SQL["standing"],
        asked.person_id,
        lock_key(asked.person_id) if turns else None,
        sorted(turns),
        asked.key,
        [number for number, _, _ in wanted],
        [begins for _, begins, _ in wanted],
        [ends for _, _, ends in wanted],
        asked.moving,
        clock.now(),
    )
    if row is None or row["erased_at"] is not None:
        raise NotFound("There is no such person.")
    return row


def taken(outcome: Outcome) -> list[Wanted]:
    return [
        (one.resource_no, walltime.seconds(one.starts_at), walltime.seconds(one.ends_at))
        for one in outcome.takes
    ]


def _every(facts: Facts) -> list[Wanted]:
    """All who could serve, each for as long as it would be needed."""
    begins = walltime.seconds(facts.starts_at)
    around = [(facts.practitioner, facts.before, facts.after)] if facts.practitioner else []
    around += [(one, need.before, need.after) for need in facts.needs for one in need.candidates]
    return [
        (one.resource_no, begins - before, begins + facts.duration + after) for one, before, after in around
    ]


def _facts(ledger: Ledger, asked: Asked, set_up: SetUp) -> Facts:
    """By the set-up alone: nothing stands in the way."""
    choice, zone = asked.choice, ZoneInfo(ledger.settings.clinic_timezone)
    offer = set_up.offers.get(choice.procedure_id)
    known: dict[str, Any] = {}
    if offer is not None:
        worker = offer.workers.get(choice.practitioner_id)
        day = _day(zone, choice.starts_at, offer.seconds)
        known = {
            "duration": offer.seconds,
            "before": offer.before,
            "after": offer.after,
            "needs": tuple(_need(requirement, day) for requirement in offer.requirements),
            **(_working(zone, day, worker, set_up.holidays) if worker else {}),
        }
    return Facts(
        through=asked.through,
        now=clock.now(),
        starts_at=choice.starts_at,
        grace=int(GRACE.total_seconds()),
        set_up=set_up.version,
        offered=offer is not None,
        leave=_leave(asked.overlap),
        moving=asked.moving,
        **known,
    )


def _leave(overlap: Overlap | None) -> Leave | None:
    if overlap is None:
        return None
    given = LEAST <= len(overlap.said) <= MOST
    return Leave(role=overlap.role, may=may(overlap.role, Right.BOOK_OVER), reason_given=given)


def _day(zone: ZoneInfo, starts_at: datetime, seconds: int) -> Interval:
    """From the midnight before the visit begins to the one after it ends, by the clinic's clock."""
    begins = walltime.seconds(starts_at)
    first = starts_at.astimezone(zone).date()
    last = walltime.moment(begins + seconds).astimezone(zone).date() + timedelta(days=1)
    return min(_midnight(first, zone), begins), max(_midnight(last, zone), begins + seconds)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return walltime.seconds(datetime.combine(day, time(0), zone))


def _working(zone: ZoneInfo, day: Interval, worker: Worker, holidays: frozenset[date]) -> dict[str, Any]:
    around = Question(zone=zone, start=day[0], end=day[1], duration=0, workers=(worker,), holidays=holidays)
    return {
        "practitioner": _candidate(worker, day),
        "hours": tuple(slots.hours(around, worker)),
        "closed": tuple(one for one, _, _ in around.dates if one in holidays),
    }


def _need(requirement: Requirement, day: Interval) -> Need:
    rooms = tuple(_candidate(room, day) for room in requirement.candidates)
    return Need(before=requirement.before, after=requirement.after, candidates=rooms)


def _candidate(one: Worker | Room, day: Interval) -> Candidate:
    if not one.off:
        return _open(one.resource_no)
    off = tuple((start, stop) for start, stop in one.off if start < day[1] and day[0] < stop)
    return Candidate(resource_no=one.resource_no, off=off)


@cache
def _open(resource_no: int) -> Candidate:
    """Of the many that are never closed there need be one of each only."""
    return Candidate(resource_no=resource_no)


def _with(facts: Facts, clashes: Sequence[Mapping[str, Any]]) -> Facts:
    """With what stands there; what stood there before is forgotten."""
    if not clashes and not any(one.against for one in _candidates(facts)):
        return facts
    found: dict[int, dict[UUID, Against]] = {}
    for clash in clashes:
        one = Against(
            appointment_id=UUID(clash["appointment_id"]),
            begins=clash["begins"],
            ends=clash["ends"],
            lapsed=clash["lapsed"],
        )
        found.setdefault(clash["no"], {})[one.appointment_id] = one

    def seen(one: Candidate) -> Candidate:
        return replace(one, against=tuple(found.get(one.resource_no, {}).values()))

    needs = (replace(need, candidates=tuple(map(seen, need.candidates))) for need in facts.needs)
    practitioner = seen(facts.practitioner) if facts.practitioner else None
    return replace(facts, practitioner=practitioner, needs=tuple(needs))


def _candidates(facts: Facts) -> Iterator[Candidate]:
    if facts.practitioner:
        yield facts.practitioner
    for need in facts.needs:
        yield from need.candidates
