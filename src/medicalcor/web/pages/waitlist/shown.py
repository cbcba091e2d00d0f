"""What the waitlist's page shows: who waits, what is on offer and to whom it goes next, who has got a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right, may
from medicalcor.core.errors import NotFound
from medicalcor.domain.scheduling.waitlist import Hindrance
from medicalcor.operations import outlook
from medicalcor.operations.outlook import Outlook
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.practice import queries as practice
from medicalcor.readmodels.waitlist import queries as waitlist
from medicalcor.readmodels.waitlist.queries import Asked, Opening, Waiting
from medicalcor.schemas.appointments import PartOfDay
from medicalcor.schemas.waitlist import EVERY_DAY, MINUTES_OF_NOTICE
from medicalcor.web.request import language_of, staff
from medicalcor.web.site import Visit

LOOKED_BACK = timedelta(days=30)
NOTICES = (60, 180, 720, 1440, 2880, 4320)
"""Minutes that can be chosen."""
PARTS = get_args(PartOfDay)
_STANDING = ("booked", "confirmed")


@dataclass(frozen=True, slots=True)
class Next:
    """Somebody whom a time would be offered to. `offers`: how often they were asked in the last ninety days."""

    line: Waiting
    offers: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Free:
    """A time that came free, with whom it was and will be offered to."""

    opening: Opening
    state: Outlook
    asked: Sequence[Asked]
    order: Sequence[Next]
    unfit: Sequence[tuple[Waiting, Hindrance]]

    @property
    def concerns_somebody(self) -> bool:
        return bool(self.asked or self.order)


async def data_of(seen: Visit, **say: Any) -> dict[str, Any]:
    """All but the form. `say` is what has just happened: toast, undo."""
    now, connection = clock.now(), seen.connection
    lines = await waitlist.waiting(connection, now=now)
    free = await _free(seen, lines, now)
    return {
        "lines": lines,
        "free": [one for one in free if one.concerns_somebody],
        "idle": [one for one in free if not one.concerns_somebody],
        "placed": await waitlist.placed(connection, since=now - LOOKED_BACK),
        "filled": await waitlist.filled(connection, since=now - LOOKED_BACK),
        "days_back": LOOKED_BACK.days,
        "now": now,
        "may_book": may(staff(seen.request).role, Right.BOOK),
        "toast": None,
        "undo": None,
        **say,
    }


async def _free(seen: Visit, lines: Sequence[Waiting], now: datetime) -> list[Free]:
    ahead = await outlook.ahead(seen.site.ledger, seen.connection)
    asked = await waitlist.asked(seen.connection)
    known = {line.id: line for line in lines}
    return [
        Free(
            opening,
            state,
            [one for one in asked if one.opening_id == opening.id],
            [Next(known[one.id], one.offers, one.since) for one in state.order if one.id in known],
            [
                (known[c.waiting.id], c.hindrance)
                for c in state.unfit
                if c.waiting.id in known and c.hindrance
            ],
        )
        for opening in await waitlist.openings(seen.connection, now=now)
        if (state := ahead.get(opening.id)) is not None
    ]


async def form_of(seen: Visit, *, lead: UUID | None, change: UUID | None) -> dict[str, Any] | None:
    """What is filled in to put somebody on the list, or to change what they wait for; None when neither is done."""
    if not may(staff(seen.request).role, Right.BOOK):
        return None
    if change is not None:
        return await _changing(seen, change)
    if lead is None:
        return None
    now = clock.now()
    card = await leads.card(seen.connection, lead_id=lead, now=now)
    entries = await appointments.of_person(seen.connection, person_id=card["person_id"], now=now)
    ahead = [one for one in entries if one.status in _STANDING and one.starts_at > now]
    return {**await _choices(seen), "who": card, "visits": ahead[::-1], "line": None}


async def _changing(seen: Visit, waiting_id: UUID) -> dict[str, Any]:
    for line in await waitlist.waiting(seen.connection, now=clock.now()):
        if line.id == waiting_id:
            return {**await _choices(seen, line), "who": None, "visits": (), "line": line}
    raise NotFound("They wait no longer.")


async def _choices(seen: Visit, line: Waiting | None = None) -> dict[str, Any]:
    language = language_of(seen.request)
    offered = [one for one in await practice.procedures(seen.connection) if one.is_active]
    titles = {one.id: one.titles.get(language) or next(iter(one.titles.values())) for one in offered}
    people = [one for one in await practice.practitioners(seen.connection) if one.is_active]
    notice = line.notice_minutes if line else MINUTES_OF_NOTICE
    return {
        "procedures": sorted(titles.items(), key=lambda one: one[1]),
        "titles": titles,
        "practitioners": people,
        "practitioner": line.practitioner_id if line else None,
        "part": line.part_of_day if line else "any",
        "weekdays": frozenset(line.weekdays) if line else EVERY_DAY,
        "notice": notice,
        "notices": [(minutes, timedelta(minutes=minutes)) for minutes in sorted({*NOTICES, notice})],
        "parts": PARTS,
    }
