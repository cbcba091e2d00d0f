"""Times to offer: as wished, or else the closest that there are, and how far they are from the wish."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.operations import availability
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels.practice import queries as practice
from medicalcor.schemas.appointments import Slot, SlotQuery
from medicalcor.schemas.bookings import Option, Wanted, When
from medicalcor.schemas.practice import ProcedureId

How = Literal["as_wished", "other_hours", "other_days", "other_practitioner", "none"]
MOST = 8
"""Times in one list: WhatsApp takes ten rows, and nobody compares more."""
_SOON = timedelta(days=10)
_WEEKS = timedelta(days=21)
"""So far ahead times are spread where only a beginning or an hour was said."""
_APART = timedelta(minutes=45)
"""Times that are closer together are hardly a choice."""
_AHEAD = timedelta(days=60)
_NOTICE = timedelta(minutes=45)
"""Nobody is offered a time that they can hardly reach."""
_WHOLE_DAY = 96
"""Beginnings of one day, at most."""
_ANY_HOUR: Mapping[str, object] = {"at": None, "not_before": None, "not_after": None, "part": "any"}
_ANY_DAY: Mapping[str, object] = {"days": (), "last_day": None, "soonest": True}


@dataclass(frozen=True, slots=True)
class Found:
    how: How
    options: tuple[Option, ...]


async def find(
    ledger: Ledger, *, wanted: Wanted, procedure_id: ProcedureId, but: Collection[datetime] = ()
) -> Found:
    """Times in order, the fewer concessions the better; those in `but` are not wanted."""
    async for how, wish in _concessions(ledger, wanted):
        near = wanted.when.at if how == "other_hours" else None
        slots = await _slots(ledger, wish, procedure_id, near=near, but=but)
        if slots:
            return Found(how, tuple(_option(slot, procedure_id) for slot in slots[:MOST]))
    return Found("none", ())


def _option(slot: Slot, procedure_id: ProcedureId) -> Option:
    return Option(procedure_id=procedure_id, practitioner_id=slot.practitioner_id, starts_at=slot.starts_at)


async def _concessions(ledger: Ledger, wanted: Wanted) -> AsyncIterator[tuple[How, Wanted]]:
    """The wish, then the same days at any hour, then other days, then other practitioners."""
    when = wanted.when
    yield "as_wished", wanted
    if when.says_hour and when.says_day:
        yield "other_hours", _with(wanted, _ANY_HOUR)
    first = _first_day(when, _today(ledger))
    if when.says:
        yield "other_days", _with(wanted, {**_ANY_DAY, "first_day": first})
        yield "other_days", _with(wanted, {**_ANY_DAY, **_ANY_HOUR, "first_day": first, "weekdays": ()})
        yield "other_days", wanted.model_copy(update={"when": When(soonest=True)})
    if wanted.practitioner_id is not None:
        anybody = wanted.model_copy(update={"practitioner_id": None})
        yield "other_practitioner", anybody
        yield "other_practitioner", anybody.model_copy(update={"when": When(soonest=True)})


def _with(wanted: Wanted, update: Mapping[str, object]) -> Wanted:
    return wanted.model_copy(update={"when": wanted.when.model_copy(update=update)})


async def _slots(
    ledger: Ledger,
    wanted: Wanted,
    procedure_id: ProcedureId,
    *,
    near: time | None,
    but: Collection[datetime],
) -> list[Slot]:
    """In their order; those that are closest to `near` where that is wished for."""
    found: list[Slot] = []
    ranges = _ranges(wanted.when, _today(ledger))
    limit = _WHOLE_DAY if near or but or wanted.when.soonest else max(MOST // len(ranges), 2) + 1
    for who in await _practitioners(ledger, wanted):
        for first, last in ranges:
            query = _query(wanted.when, procedure_id, who, first, last, limit=limit)
            found += await availability.find(ledger, query=query)
    earliest = clock.now() + _NOTICE
    fitting = (s for s in reversed(found) if s.starts_at >= earliest and s.starts_at not in but)
    distinct = {slot.starts_at: slot for slot in fitting}
    slots = [distinct[at] for at in sorted(distinct)]
    if near is not None:
        return _around(slots, near, ledger)
    if len(slots) > MOST and wanted.when.soonest:
        return _thinned(slots)
    return slots if len(slots) <= MOST else _spread(slots)


def _thinned(slots: Sequence[Slot]) -> list[Slot]:
    """The earliest first, none right after another."""
    kept = [slots[0]]
    for slot in slots[1:]:
        if slot.starts_at - kept[-1].starts_at >= _APART:
            kept.append(slot)
    return kept if len(kept) >= MOST // 2 else list(slots)


def _spread(slots: Sequence[Slot]) -> list[Slot]:
    return [slots[n * (len(slots) - 1) // (MOST - 1)] for n in range(MOST)]


async def _practitioners(ledger: Ledger, wanted: Wanted) -> Sequence[UUID | None]:
    """Anybody, one, or all but one."""
    if wanted.but is None:
        return [wanted.practitioner_id]
    async with ledger.pool.acquire() as connection:
        everybody = await practice.practitioners(connection)
    return [one.id for one in everybody if one.is_active and one.id != wanted.but]


def _query(
    when: When, procedure_id: UUID, who: UUID | None, first: date, last: date, *, limit: int
) -> SlotQuery:
    return SlotQuery(
        procedure_id=procedure_id,
        practitioner_id=who,
        first_day=first,
        last_day=last,
        part_of_day=when.part,
        not_before=when.at or when.not_before,
        not_after=when.at or when.not_after,
        weekdays=frozenset(when.weekdays or range(7)),
        order="earliest" if when.soonest else "spread",
        limit=limit,
    )


def _ranges(when: When, today: date) -> list[tuple[date, date]]:
    """Each day that was named; else one stretch, short where nothing was said of when."""
    days = [day for day in when.days if day >= today]
    if days:
        return [(day, day) for day in days[:4]]
    first = _first_day(when, today)
    ahead = _AHEAD if when.soonest or when.weekdays else _WEEKS if when.says else _SOON
    last = when.last_day if when.last_day and when.last_day >= first else first + ahead
    return [(first, last)]


def _first_day(when: When, today: date) -> date:
    return max(min(when.days, default=when.first_day or today), today)


def _today(ledger: Ledger) -> date:
    return clock.now().astimezone(ZoneInfo(ledger.settings.clinic_timezone)).date()


def _around(slots: Sequence[Slot], at: time, ledger: Ledger) -> list[Slot]:
    """The closest to the hour that was wished, in their order."""
    zone = ZoneInfo(ledger.settings.clinic_timezone)

    def away(slot: Slot) -> timedelta:
        local = slot.starts_at.astimezone(zone)
        return abs(datetime.combine(local.date(), at) - local.replace(tzinfo=None))

    return sorted(sorted(slots, key=away)[: MOST - 2], key=lambda slot: slot.starts_at)
