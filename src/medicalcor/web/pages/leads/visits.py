"""A lead's visits as its page shows them: each with what was and what will be sent about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right
from medicalcor.core.database.pool import Row
from medicalcor.core.errors import NotFound
from medicalcor.domain.outreach import hours
from medicalcor.domain.scheduling.reminders import AHEAD, Kind, Quiet, Visit, moment
from medicalcor.operations import admissions, waitlist
from medicalcor.operations.admissions import Decided
from medicalcor.operations.ledger import by_user
from medicalcor.operations.reminders import quiet_of
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.appointments.queries import Entry, Reminder
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.waitlist import queries as waiting
from medicalcor.schemas.waitlist import Joining, Wants
from medicalcor.web.request import Visitor, right, staff
from medicalcor.web.site import Visit as Seen
from medicalcor.web.site import site_of, visit

MOST = 6
_STANDING = ("booked", "confirmed")


@dataclass(frozen=True, slots=True)
class Line:
    """One visit. `ahead` is when reminders are to be sent that nothing has been decided about yet."""

    visit: Entry
    reminders: Sequence[Reminder]
    ahead: Sequence[tuple[Kind, datetime]]
    waits: bool
    """Whether they would have it earlier."""
    waiting_id: UUID | None
    decisions: Sequence[Decided]
    """Why it has its time."""


async def visits_of(seen: Seen, lead: Row, now: datetime) -> list[Line]:
    """The latest first."""
    person_id = lead["person_id"]
    entries = await appointments.of_person(seen.connection, person_id=person_id, now=now)
    agreed = await appointments.agreed_at(seen.connection, person_id=person_id)
    decided = await appointments.reminders_of(seen.connection, person_id=person_id)
    wishes = await waiting.waiting(seen.connection, now=now, person_id=person_id)
    by_visit = {wish.appointment_id: wish.id for wish in wishes}
    zone = ZoneInfo(hours.zone_of(lead["phone"], clinic_zone=seen.site.settings.clinic_timezone, at=now))
    quiet = quiet_of(seen.site.ledger)
    reasons = await admissions.of_visits(seen.connection, [entry.id for entry in entries[:MOST]])
    lines = []
    for entry in entries[:MOST]:
        own = [one for one in decided if one.appointment_id == entry.id]
        lines.append(
            Line(
                entry,
                own,
                _ahead(_visit(entry, agreed[entry.id]), {one.ahead for one in own}, now, zone, quiet),
                entry.id in by_visit,
                by_visit.get(entry.id),
                reasons.get(entry.id, ()),
            )
        )
    return lines


def _visit(entry: Entry, settled_at: datetime) -> Visit:
    return Visit(
        id=entry.id,
        address=str(entry.person_id),
        starts_at=entry.starts_at,
        status=entry.status,
        settled_at=settled_at,
        moves=entry.moves,
    )


def _ahead(
    one: Visit, decided: set[str], now: datetime, zone: ZoneInfo, quiet: Quiet
) -> list[tuple[Kind, datetime]]:
    """What will still be sent, if nothing changes."""
    if one.status not in _STANDING or one.starts_at <= now:
        return []
    planned = ((kind, moment(one, kind, zone=zone, quiet=quiet)) for kind in AHEAD if kind not in decided)
    return [(kind, at) for kind, at in planned if at is not None and at >= now]


@post("/leads/{lead_id:uuid}/visits/{visit_id:uuid}/earlier", opt=right(Right.WORK_LEADS), status_code=200)
async def want_earlier(request: Visitor, lead_id: FromPath[UUID], visit_id: FromPath[UUID]) -> Redirect:
    """They would come earlier: on the waitlist, or off it when they are on it."""
    ledger, cause = site_of(request).ledger, by_user(staff(request).id, correlation_id=str(lead_id))
    async with visit(request) as seen:
        now = clock.now()
        lead = await leads.card(seen.connection, lead_id=lead_id, now=now)
        entry = await appointments.by_id(seen.connection, appointment_id=visit_id)
        if entry is None or entry.person_id != lead["person_id"]:
            raise NotFound("There is no such visit.")
        wishes = await waiting.waiting(seen.connection, now=now, person_id=entry.person_id)
    known = next((wish.id for wish in wishes if wish.appointment_id == visit_id), None)
    if known is not None:
        await waitlist.leave(ledger, waiting_id=known, cause=cause)
    else:
        joining = Joining(
            person_id=entry.person_id,
            appointment_id=visit_id,
            lead_id=lead_id,
            wants=Wants(procedure_id=entry.procedure_id),
        )
        await waitlist.join(ledger, joining=joining, cause=cause)
    return Redirect(f"/leads/{lead_id}", status_code=303)


ROUTES = [want_earlier]
