"""What the page shows: the calendar's place, the board, and what is being booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Right, may
from medicalcor.core.settings import Settings
from medicalcor.domain.language.countries import likely_language
from medicalcor.operations import admissions, availability
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.practice import queries as practice
from medicalcor.readmodels.practice.queries import Practitioner
from medicalcor.readmodels.users import queries as users
from medicalcor.schemas.appointments import Relation, Slot, SlotQuery
from medicalcor.schemas.common import LANGUAGES
from medicalcor.schemas.events.consents import ConsentPurpose
from medicalcor.web.forms import Form
from medicalcor.web.pages.appointments.board import Known, board, chosen, columns_of, week_of
from medicalcor.web.request import language_of, staff
from medicalcor.web.site import Visit

VIEWS = ("day", "week")
_MOST_OPENINGS = 500
_SOON = 6
"""How many of the next free times stand above the calendar."""
_FAR = timedelta(days=60)


AGREEABLE: tuple[ConsentPurpose, ...] = ("data_processing", "appointment_reminders")
"""What somebody new may agree to while they book."""
WAYS = ("phone", "in_person")


class Place(Form):
    """Where in the calendar, and for whom something is being booked. Dates, codes and ids only: it travels in addresses."""

    view: str = "day"
    day: str = ""
    who: str = ""
    lead: str = ""
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A place, understood: what makes no sense is left out."""

    view: Literal["day", "week"]
    day: date
    who: UUID | None
    lead: UUID | None
    procedure: UUID | None

    def fields(self, **other: Any) -> dict[str, str]:
        now = {
            "view": self.view,
            "day": self.day,
            "who": self.who,
            "lead": self.lead,
            "procedure": self.procedure,
        }
        return {name: str(value) for name, value in (now | other).items() if value is not None}

    def href(self, **other: Any) -> str:
        return f"/appointments?{urlencode(self.fields(**other))}"

    @property
    def days(self) -> Sequence[date]:
        return week_of(self.day) if self.view == "week" else (self.day,)


def looked(place: Place, *, today: date) -> Looked:
    try:
        day = date.fromisoformat(place.day)
    except ValueError:
        day = today
    if abs(day - today) > timedelta(days=3660):
        day = today
    view: Literal["day", "week"] = "week" if place.view == "week" else "day"
    return Looked(view, day, _uuid(place.who), _uuid(place.lead), _uuid(place.procedure))


def today_at(zone: ZoneInfo) -> date:
    return clock.now().astimezone(zone).date()


async def data_of(seen: Visit, place: Place, **say: Any) -> dict[str, Any]:
    """All that the page is drawn from. `say` is what has just happened: toast, undo, refusal."""
    zone = ZoneInfo(seen.site.settings.clinic_timezone)
    today = today_at(zone)
    at = looked(place, today=today)
    practitioners = [p for p in await practice.practitioners(seen.connection) if p.is_active]
    booking = await _booking(seen, at)
    places = columns_of(view=at.view, day=at.day, who=at.who, practitioners=practitioners)
    known = await _known(seen, at.days, zone, openings=booking["openings"] if booking else ())
    step = timedelta(days=7 if at.view == "week" else 1)
    return {
        "at": at,
        "today": today,
        "zone": zone,
        "board": board(places, known, zone=zone),
        "practitioners": practitioners,
        "names": {p.id: p.name for p in practitioners},
        "procedures": await _titles(seen),
        "booking": booking,
        "earlier": at.href(day=at.day - step),
        "later": at.href(day=at.day + step),
        "now": clock.now(),
        "may_book": may(staff(seen.request).role, Right.BOOK),
        "may_book_over": may(staff(seen.request).role, Right.BOOK_OVER),
        "toast": None,
        "undo": None,
        "refusal": None,
        "whom": {"for_name": "", "relation": ""},
        "relations": get_args(Relation),
        **blank(seen.site.settings),
        **say,
    }


async def _known(seen: Visit, days: Sequence[date], zone: ZoneInfo, *, openings: Sequence[Slot]) -> Known:
    start = datetime.combine(days[0], time(0), zone)
    end = datetime.combine(days[-1] + timedelta(days=1), time(0), zone)
    connection = seen.connection
    return Known(
        entries=await appointments.between(connection, start=start, end=end, now=clock.now()),
        days=await practice.days(connection, first=days[0], last=days[-1]),
        time_off=await practice.time_off(connection, start=start, end=end),
        holidays=await practice.holidays(connection, first=days[0], last=days[-1]),
        openings=openings,
    )


async def _titles(seen: Visit) -> dict[UUID, str]:
    language = language_of(seen.request)
    return {p.id: chosen(p.titles, language) for p in await practice.procedures(seen.connection)}


async def _booking(seen: Visit, at: Looked) -> dict[str, Any] | None:
    """For whom a visit is being made, what can be done, and the times that are free for it."""
    if at.lead is None:
        return None
    lead = await leads.card(seen.connection, lead_id=at.lead, now=clock.now())
    offered = [p for p in await practice.procedures(seen.connection) if p.is_active]
    language = language_of(seen.request)
    procedure = next((p for p in offered if p.id == at.procedure), None)
    shown: list[Slot] = []
    soon: list[Slot] = []
    if procedure is not None:
        shown = await _free(seen, at, procedure.id, at.days[0], at.days[-1], limit=_MOST_OPENINGS)
        first = max(at.day, today_at(ZoneInfo(seen.site.settings.clinic_timezone)))
        soon = await _free(seen, at, procedure.id, first, first + _FAR, limit=_SOON)
    return {
        "lead": lead,
        "family": await appointments.family(seen.connection, person_id=lead["person_id"]),
        "offered": sorted(((p.id, chosen(p.titles, language)) for p in offered), key=lambda one: one[1]),
        "procedure": procedure,
        "openings": shown,
        "soon": soon,
        "key": str(ids.new_id()),
    }


async def _free(
    seen: Visit, at: Looked, procedure_id: UUID, first: date, last: date, *, limit: int
) -> list[Slot]:
    query = SlotQuery(
        procedure_id=procedure_id, practitioner_id=at.who, first_day=first, last_day=last, limit=limit
    )
    return await availability.find(seen.site.ledger, query=query)


def blank(settings: Settings, sought: str = "") -> dict[str, Any]:
    """The form for somebody new, before anything is typed but what was searched for."""
    digits = sum(one.isdigit() for one in sought) > len(sought) / 2
    return {
        "typed": {
            "name": "" if digits else sought,
            "phone": sought if digits else "",
            "email": "",
            "language": likely_language(None, hint=None, clinic_country=settings.clinic_country),
            "how": "phone",
            **dict.fromkeys(AGREEABLE, ""),
        },
        "languages_of_patients": LANGUAGES,
        "ways": WAYS,
        "agreeable": AGREEABLE,
        "met": None,
        "problem": None,
    }


async def visit_data(seen: Visit, appointment_id: UUID, place: Place) -> dict[str, Any] | None:
    """One visit with what can be done about it; None when there is none."""
    entry = await appointments.by_id(seen.connection, appointment_id=appointment_id)
    if entry is None:
        return None
    zone = ZoneInfo(seen.site.settings.clinic_timezone)
    practitioners = [
        p for p in await practice.practitioners(seen.connection) if _shows(p, entry.practitioner_id)
    ]
    names = await users.names(seen.connection)
    decided = await admissions.of_visits(seen.connection, [appointment_id])
    return {
        "visit": entry,
        "decisions": decided.get(appointment_id, ()),
        "by_actor": {f"user:{one}": name for one, name in names.items()},
        "at": looked(place, today=today_at(zone)),
        "zone": zone,
        "now": clock.now(),
        "practitioners": practitioners,
        "procedures": await _titles(seen),
        "booked_by": names.get(by) if (by := _uuid(entry.booked_by.removeprefix("user:"))) else None,
        "may_book": may(staff(seen.request).role, Right.BOOK),
    }


def _shows(one: Practitioner, also: UUID) -> bool:
    return one.is_active or one.id == also


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
