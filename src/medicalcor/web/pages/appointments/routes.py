"""The calendar: a day of all practitioners, a week of one; and for whom something is being booked."""

from typing import Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from pydantic import Field

from medicalcor.core import clock
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Right
from medicalcor.core.errors import NotFound
from medicalcor.readmodels.leads import queries as leads
from medicalcor.schemas.appointments import Relation
from medicalcor.web.forms import read
from medicalcor.web.pages.appointments.shown import Place, blank, data_of, visit_data
from medicalcor.web.request import Visitor, right, staff
from medicalcor.web.site import visit


class ShownForm(Place):
    """What is on the page, with for whom a visit is being booked: that is no part of an address."""

    for_name: str = Field(default="", max_length=200)
    relation: Relation | Literal[""] = ""


class FindForm(Place):
    q: str = ""


@get("/appointments", opt=right(Right.SEE_CALENDAR))
async def show_calendar(
    request: Visitor,
    view: FromQuery[str] = "day",
    day: FromQuery[str] = "",
    who: FromQuery[str] = "",
    lead: FromQuery[str] = "",
    procedure: FromQuery[str] = "",
) -> Response[str]:
    place = Place(view=view, day=day, who=who, lead=lead, procedure=procedure)
    async with visit(request) as seen:
        return await seen.page("pages/appointments/page.html", **await data_of(seen, place))


@post("/appointments/calendar", opt=right(Right.SEE_CALENDAR), status_code=200)
async def refresh(request: Visitor) -> Response[str]:
    """The calendar again, after a change."""
    form = await read(request, ShownForm)
    whom = {"for_name": form.for_name, "relation": form.relation}
    async with visit(request) as seen:
        return seen.part("pages/appointments/_calendar.html", **await data_of(seen, form, whom=whom))


@post("/appointments/find", opt=right(Right.BOOK), status_code=200)
async def find(request: Visitor) -> Response[str]:
    """Known people by name or number, to book for."""
    form = await read(request, FindForm)
    async with visit(request) as seen:
        rows = await leads.found(seen.connection, search=form.q, now=clock.now())
        return seen.part(
            "pages/appointments/_found.html",
            rows=rows,
            q=form.q,
            place=form,
            **blank(seen.site.settings, form.q),
        )


@post("/appointments/{appointment_id:uuid}/card", opt=right(Right.SEE_CALENDAR), status_code=200)
async def card(request: Visitor, appointment_id: FromPath[UUID]) -> Response[str]:
    """One visit, with what can be done about it."""
    place = await read(request, Place)
    async with visit(request) as seen:
        data = await visit_data(seen, appointment_id, place)
        if data is None:
            raise NotFound("There is no such visit.")
        entry = data["visit"]
        await accounts.note_access(
            seen.site.ledger.pool,
            user_id=staff(request).id,
            person_id=entry.person_id,
            what="visit",
            object_id=entry.id,
        )
        return seen.part("pages/appointments/_visit.html", **data)


ROUTES = [show_calendar, refresh, find, card]
