"""The practice at a glance: who treats, rooms and devices, procedures, days on which the clinic is closed."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Right
from medicalcor.core.database.pool import Connection
from medicalcor.operations import practice as operations
from medicalcor.operations.ledger import by_user
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.practice import queries as practice
from medicalcor.schemas.practice import Holiday
from medicalcor.web.pages.settings import practice_forms as forms
from medicalcor.web.request import Visitor, right, staff
from medicalcor.web.site import site_of, visit

PATH = "/settings/practice"
ALLOWED = right(Right.MANAGE_PRACTICE)
_YEAR = timedelta(days=366)


@get(PATH, opt=ALLOWED)
async def show(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        today = clock.now().astimezone(ZoneInfo(seen.site.settings.clinic_timezone)).date()
        return await seen.page(
            "pages/settings/practice.html",
            people=await practice.practitioners(seen.connection),
            resources=await practice.resources(seen.connection),
            procedures=await practice.procedures(seen.connection),
            holidays=await practice.holidays(seen.connection, first=today, last=today + _YEAR),
        )


@post(PATH + "/holidays", opt=ALLOWED)
async def add_holiday(request: Visitor) -> Redirect:
    typed = await request.form()
    holiday = Holiday(day=forms.day(forms.text(typed, "day")), title=forms.text(typed, "title") or "–")
    await operations.add_holiday(site_of(request).ledger, holiday=holiday, cause=cause(request))
    return Redirect(f"{PATH}#holidays", status_code=303)


@post(PATH + "/holidays/{holiday_id:uuid}/remove", opt=ALLOWED)
async def remove_holiday(request: Visitor, holiday_id: FromPath[UUID]) -> Redirect:
    await operations.remove_holiday(site_of(request).ledger, holiday_id=holiday_id, cause=cause(request))
    return Redirect(f"{PATH}#holidays", status_code=303)


@get(PATH + "/holidays/check", opt=ALLOWED)
async def check_holiday(request: Visitor) -> Response[str]:
    """Which visits lie on the day that is being typed."""
    async with visit(request) as seen:
        zone = ZoneInfo(seen.site.settings.clinic_timezone)
        written = request.query_params.get("day", "")
        hit: list[Any] = []
        if written:
            start = datetime.combine(forms.day(written), time(0), zone)
            hit = await appointments.between(
                seen.connection, start=start, end=start + timedelta(days=1), now=clock.now()
            )
        return seen.part("pages/settings/_hit.html", hit=hit, names=await titles(seen.connection))


async def titles(connection: Connection) -> dict[UUID, str]:
    """Of procedures, by id; of one that nobody has titled in this language the first there is."""
    return {
        one.id: next(iter(one.titles.values()), one.code) for one in await practice.procedures(connection)
    }


def cause(request: Visitor) -> Any:
    """What a colleague decided, on a page."""
    return by_user(staff(request).id, correlation_id=str(ids.new_id()))


ROUTES = [show, add_holiday, remove_holiday, check_holiday]
