"""The visit that is being arranged with a lead, on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Right, may
from medicalcor.core.database.pool import Row
from medicalcor.operations.booking_desk import STALE
from medicalcor.readmodels.bookings import queries as bookings
from medicalcor.readmodels.bookings.queries import Booking
from medicalcor.readmodels.practice import queries as practice
from medicalcor.schemas.appointments import Whose
from medicalcor.schemas.bookings import Asked, Goal, When
from medicalcor.web.dates import Dates
from medicalcor.web.request import language_of, staff
from medicalcor.web.site import Visit


@dataclass(frozen=True, slots=True)
class Shown:
    """A time that was offered."""

    starts_at: datetime
    procedure: str | None
    practitioner: str | None


@dataclass(frozen=True, slots=True)
class Arranging:
    """A dialogue as staff see it: what is wanted, what was offered, what is missing."""

    goal: Goal
    whose: Whose | None
    procedure: str | None
    practitioner: str | None
    days: str
    hours: str
    asked: Asked | None
    offered: Sequence[Shown]
    changed_at: datetime


async def booking_data(seen: Visit, lead: Row) -> dict[str, Any]:
    """What the page shows; `can_offer` where there is something to book and somebody who may."""
    now, connection = clock.now(), seen.connection
    procedures = {one.id: one for one in await practice.procedures(connection)}
    names = {one.id: one.name for one in await practice.practitioners(connection)}
    language = language_of(seen.request)
    dates = Dates(language, seen.site.settings.clinic_timezone)
    titles = {
        one.id: one.titles.get(language) or next(iter(one.titles.values()), one.code)
        for one in procedures.values()
    }
    last = await bookings.latest_of_person(connection, person_id=lead["person_id"])
    under_way = last is not None and last.is_open and now - last.changed_at < STALE
    role = staff(seen.request).role
    return {
        "titles": titles,
        "names": names,
        "arranging": _arranging(last, titles, names, dates) if last and under_way else None,
        "can_offer": bool(procedures and names)
        and lead["talk_id"] is not None
        and may(role, Right.WORK_LEADS),
        "offer_key": ids.token(12),
    }


def _arranging(
    booking: Booking, titles: dict[UUID, str], names: dict[UUID, str | None], dates: Dates
) -> Arranging:
    wanted = booking.wanted
    when = wanted.when if wanted else When()
    return Arranging(
        goal=booking.goal,
        whose=wanted.whose if wanted else None,
        procedure=titles.get(wanted.procedure_id) if wanted and wanted.procedure_id else None,
        practitioner=names.get(wanted.practitioner_id) if wanted and wanted.practitioner_id else None,
        days=_days(when, dates),
        hours=_hours(when),
        asked=booking.asked,
        offered=[
            Shown(o.starts_at, titles.get(o.procedure_id), names.get(o.practitioner_id))
            for o in booking.options
        ],
        changed_at=booking.changed_at,
    )


def _days(when: When, dates: Dates) -> str:
    if when.days:
        return ", ".join(dates.weekday(day) for day in when.days)
    first, last = (dates.weekday(day) if day else "" for day in (when.first_day, when.last_day))
    return f"{first} – {last}".strip(" –") if first or last else ""


def _hours(when: When) -> str:
    if when.at:
        return f"{when.at:%H:%M}"
    first, last = (f"{hour:%H:%M}" if hour else "" for hour in (when.not_before, when.not_after))
    return f"{first} – {last}".strip() if first or last else ""
