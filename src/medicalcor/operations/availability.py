"""When something can be done: the set-up and the visits put before the pure search for free times."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.errors import NotFound, ProductError
from medicalcor.domain.scheduling import slots, walltime
from medicalcor.domain.scheduling.intervals import Interval
from medicalcor.domain.scheduling.slots import Question, Start
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.set_up import Offer, SetUp, second
from medicalcor.readmodels.practice import queries as practice
from medicalcor.readmodels.practice.queries import Busy
from medicalcor.schemas.appointments import Choice, PartOfDay, Slot, SlotQuery

PARTS: Mapping[PartOfDay, tuple[time, time]] = {
    "any": (time(0), time(0)),
    "morning": (time(0), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(0)),
}
_CLOSE = timedelta(hours=4)
_AROUND = timedelta(days=14)
"""Other times than a wanted one are looked for within this much of it."""
ALTERNATIVES = 3
_NEAR = timedelta(days=10)


class NotWorking(ProductError):
    """Nobody works there at that time: it is outside working hours, a holiday, or time off."""

    code = "not_working"
    http_status = 409

    def __init__(self, message: str | None = None, *, alternatives: Sequence[Slot] = ()) -> None:
        super().__init__(message)
        self.alternatives = tuple(alternatives)


@dataclass(frozen=True, slots=True)
class Sought:
    """What was looked for, with the procedure's own figures."""

    question: Question
    duration: timedelta


async def find(ledger: Ledger, *, query: SlotQuery) -> list[Slot]:
    """Free times, in order. Each can be booked as it is, unless somebody else is faster."""
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    start = max(datetime.combine(query.first_day, time(0), zone), clock.now())
    end = datetime.combine(query.last_day + timedelta(days=1), time(0), zone)
    found: list[Slot] = []
    for first, last in _stretches(start, end) if query.order == "earliest" else [(start, end)]:
        async with ledger.pool.acquire() as connection:
            sought = await look(
                ledger,
                connection,
                zone=zone,
                procedure_id=query.procedure_id,
                practitioner_id=query.practitioner_id,
                start=first,
                end=last,
            )
        question = _as_wished(sought.question, query)
        opening, left = slots.openings(question), query.limit - len(found)
        if query.order == "earliest":
            starts = slots.earliest(opening, limit=left)
        else:
            starts = slots.spread(question, opening, limit=left)
        found += [_slot(start, sought) for start in starts]
        if len(found) == query.limit:
            break
    return found


def _stretches(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each four times as long as the one before: who asks for the next times seldom needs to look far."""
    length = _NEAR
    while start < end:
        until = min(start + length, end)
        yield start, until
        start, length = until, length * 4


async def nearest(ledger: Ledger, *, choice: Choice, but: UUID | None = None) -> list[Slot]:
    """The closest other times for what somebody chose: with the same practitioner, or else with anybody."""
    wanted, same = walltime.seconds(choice.starts_at), choice.practitioner_id
    for practitioner_id, around in ((same, _CLOSE), (same, _AROUND), (None, _AROUND)):
        async with ledger.pool.acquire() as connection:
            sought = await look(
                ledger,
                connection,
                zone=ZoneInfo(ledger.settings.clinic_timezone),
                procedure_id=choice.procedure_id,
                practitioner_id=practitioner_id,
                start=max(choice.starts_at - around, clock.now()),
                end=max(choice.starts_at, clock.now()) + around,
                but=but,
            )
        question = sought.question
        found = slots.nearest(slots.openings(question), wanted=wanted, limit=ALTERNATIVES)
        if len(found) == ALTERNATIVES:
            break
    return [_slot(start, sought) for start in found]


async def look(
    ledger: Ledger,
    connection: Connection,
    *,
    zone: tzinfo,
    procedure_id: UUID,
    practitioner_id: UUID | None,
    start: datetime,
    end: datetime,
    but: UUID | None = None,
) -> Sought:
    """All that is known about the stretch. `NotFound` when the clinic does not offer the procedure."""
    between = _seconds(start, end)
    known = await _known(ledger, connection, procedure_id, practitioner_id, between, but)
    return _sought(zone, start, end, *known)


def _seconds(start: datetime, end: datetime) -> tuple[int, int]:
    return walltime.seconds(start + timedelta(microseconds=999_999)), walltime.seconds(end)


def _sought(zone: tzinfo, start: datetime, end: datetime, set_up: SetUp, offer: Offer, busy: Busy) -> Sought:
    first, last = _seconds(start, end)
    question = Question(
        zone=zone,
        start=first,
        end=last,
        duration=offer.seconds,
        before=offer.before,
        after=offer.after,
        workers=list(offer.workers.values()),
        requirements=offer.requirements,
        busy=busy,
        holidays=set_up.holidays,
    )
    return Sought(question, timedelta(seconds=offer.seconds))


async def _known(
    ledger: Ledger,
    connection: Connection,
    procedure_id: UUID,
    practitioner_id: UUID | None,
    between: tuple[int, int],
    but: UUID | None,
) -> tuple[SetUp, Offer, Busy]:
    """The set-up and the visits of one and the same moment: what was remembered is read again when it has changed."""
    set_up = await ledger.set_up.now(connection)
    while True:
        offer = _offer(set_up, procedure_id, practitioner_id)
        version, busy = await practice.busy(
            connection,
            numbers=list(offer.numbers) if offer else [],
            between=(between[0] - offer.ahead, between[1] + offer.behind) if offer else between,
            now=clock.now(),
            but=but,
        )
        if version == set_up.version and offer is not None:
            return set_up, offer, busy
        if version == set_up.version:
            raise NotFound("The clinic does not offer this procedure.")
        set_up = await ledger.set_up.afresh(connection)


def _offer(set_up: SetUp, procedure_id: UUID, practitioner_id: UUID | None) -> Offer | None:
    offer = set_up.offers.get(procedure_id)
    if offer is None or practitioner_id is None:
        return offer
    worker = offer.workers.get(practitioner_id)
    return replace(offer, workers={worker.id: worker} if worker else {})


def _as_wished(question: Question, query: SlotQuery) -> Question:
    workers = [replace(worker, preferred=worker.id == query.prefer) for worker in question.workers]
    return replace(question, workers=workers, part=_part(query), weekdays=query.weekdays)


def _part(query: SlotQuery) -> Interval:
    opens, closes = PARTS[query.part_of_day]
    first, last = second(opens), second(closes) or walltime.DAY
    if query.not_before is not None:
        first = max(first, second(query.not_before))
    if query.not_after is not None:
        last = min(last, second(query.not_after) + 1)
    return first, max(first, last)


def _slot(start: Start, sought: Sought) -> Slot:
    at = walltime.moment(start.at)
    return Slot(practitioner_id=start.worker.id, starts_at=at, ends_at=at + sought.duration)
