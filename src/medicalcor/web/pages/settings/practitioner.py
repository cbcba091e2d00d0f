"""Somebody who treats: who they are, their week, days that go otherwise, time off, the address of their calendar."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect

from medicalcor.core import clock
from medicalcor.core.errors import NotFound
from medicalcor.domain.scheduling import walltime
from medicalcor.domain.scheduling.slots import Worker
from medicalcor.operations import calendar_feed, fitting
from medicalcor.operations import practice as operations
from medicalcor.operations.set_up import second
from medicalcor.readmodels.practice import queries as practice
from medicalcor.schemas.practice import Hours
from medicalcor.web.pages.settings import practice_forms as forms
from medicalcor.web.pages.settings.practice import ALLOWED, PATH, cause, titles
from medicalcor.web.request import Visitor, staff
from medicalcor.web.site import Visit, site_of, visit

_ONE = PATH + "/practitioners/{practitioner_id:uuid}"
_BEHIND, _AHEAD = timedelta(days=1), timedelta(days=400)


@get(PATH + "/practitioners/new", opt=ALLOWED)
async def new(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        return await seen.page("pages/settings/practitioner.html", one=None, skills=await _skills(seen))


@post(PATH + "/practitioners/new", opt=ALLOWED)
async def add(request: Visitor) -> Redirect:
    who = forms.practitioner(await request.form())
    made = await operations.add_practitioner(site_of(request).ledger, practitioner=who, cause=cause(request))
    return _there(made)


@get(_ONE, opt=ALLOWED)
async def show(request: Visitor, practitioner_id: FromPath[UUID]) -> Response[str]:
    async with visit(request) as seen:
        return await _page(seen, practitioner_id)


async def _page(seen: Visit, practitioner_id: UUID, *, address: str | None = None) -> Response[str]:
    one = await _found(seen, practitioner_id)
    now, connection = clock.now(), seen.connection
    today = now.astimezone(ZoneInfo(seen.site.settings.clinic_timezone)).date()
    days = await practice.days(connection, first=today, last=today + _AHEAD)
    off = await practice.time_off(connection, start=now, end=now + _AHEAD)
    feeds = await calendar_feed.known(connection)
    return await seen.page(
        "pages/settings/practitioner.html",
        one=one,
        skills=await _skills(seen),
        week=[[hours for hours in one.weekly if hours.weekday == nth] for nth in range(7)],
        days=[day for day in days if day.practitioner_id == practitioner_id],
        off=[time for time in off if time.resource_id == practitioner_id],
        hit=await fitting.unfit(seen.site.ledger, connection, practitioner_id=practitioner_id),
        names=await titles(connection),
        feed=feeds.get(practitioner_id),
        address=address,
    )


async def _found(seen: Visit, practitioner_id: UUID) -> practice.Practitioner:
    for one in await practice.practitioners(seen.connection):
        if one.id == practitioner_id:
            return one
    raise NotFound("There is no such practitioner.")


async def _skills(seen: Visit) -> list[str]:
    """All that anybody can do or any procedure asks for."""
    people = await practice.practitioners(seen.connection)
    asked = {one.skill for one in await practice.procedures(seen.connection) if one.skill}
    return sorted(asked.union(*(one.skills for one in people)))


@post(_ONE, opt=ALLOWED)
async def change(request: Visitor, practitioner_id: FromPath[UUID]) -> Redirect:
    typed = await request.form()
    await operations.change_practitioner(
        site_of(request).ledger,
        practitioner_id=practitioner_id,
        practitioner=forms.practitioner(typed),
        version=forms.whole(typed, "version"),
        cause=cause(request),
    )
    return _there(practitioner_id)


@post(_ONE + "/week", opt=ALLOWED)
async def set_week(request: Visitor, practitioner_id: FromPath[UUID]) -> Redirect:
    typed = await request.form()
    await operations.set_week(
        site_of(request).ledger,
        practitioner_id=practitioner_id,
        hours=forms.week(typed),
        version=forms.whole(typed, "version"),
        cause=cause(request),
    )
    return _there(practitioner_id)


@post(_ONE + "/days", opt=ALLOWED)
async def set_day(request: Visitor, practitioner_id: FromPath[UUID]) -> Redirect:
    typed = await request.form()
    await operations.set_day(
        site_of(request).ledger,
        practitioner_id=practitioner_id,
        day=forms.day(forms.text(typed, "day")),
        hours=forms.hours(forms.text(typed, "hours")),
        cause=cause(request),
    )
    return _there(practitioner_id)


@post(_ONE + "/days/clear", opt=ALLOWED)
async def clear_day(request: Visitor, practitioner_id: FromPath[UUID]) -> Redirect:
    day = forms.day(forms.text(await request.form(), "day"))
    await operations.clear_day(
        site_of(request).ledger, practitioner_id=practitioner_id, day=day, cause=cause(request)
    )
    return _there(practitioner_id)


@post(_ONE + "/off", opt=ALLOWED)
async def add_off(request: Visitor, practitioner_id: FromPath[UUID]) -> Redirect:
    typed = await request.form()
    site = site_of(request)
    zone = ZoneInfo(site.settings.clinic_timezone)
    await operations.add_time_off(
        site.ledger,
        time_off=forms.time_off(typed, resource_id=practitioner_id, zone=zone),
        cause=cause(request),
        note=forms.text(typed, "note") or None,
    )
    return _there(practitioner_id)


@post(_ONE + "/off/{time_off_id:uuid}/remove", opt=ALLOWED)
async def remove_off(
    request: Visitor, practitioner_id: FromPath[UUID], time_off_id: FromPath[UUID]
) -> Redirect:
    await operations.remove_time_off(site_of(request).ledger, time_off_id=time_off_id, cause=cause(request))
    return _there(practitioner_id)


@post(_ONE + "/check/{what:str}", opt=ALLOWED, status_code=200)
async def check(request: Visitor, practitioner_id: FromPath[UUID], what: FromPath[str]) -> Response[str]:
    """Which visits what is being typed would hit. Nothing is changed."""
    changed = _if(what, await request.form(), ZoneInfo(site_of(request).settings.clinic_timezone))
    async with visit(request) as seen:
        ledger = seen.site.ledger
        before = await fitting.unfit(ledger, seen.connection, practitioner_id=practitioner_id)
        after = await fitting.unfit(ledger, seen.connection, practitioner_id=practitioner_id, if_=changed)
        known = {one.id for one in before}
        hit = [one for one in after if one.id not in known]
        return seen.part("pages/settings/_hit.html", hit=hit, names=await titles(seen.connection))


def _if(what: str, typed: FormMultiDict, zone: ZoneInfo) -> Callable[[Worker], Worker]:
    match what:
        case "week":
            week = forms.week(typed)
            weekly = {nth: [_seconds(one) for one in week if one.weekday == nth] for nth in range(7)}
            return lambda worker: replace(worker, weekly=weekly)
        case "days":
            day = forms.day(forms.text(typed, "day"))
            hours = [_seconds(one) for one in forms.hours(forms.text(typed, "hours"))]
            return lambda worker: replace(worker, days={**worker.days, day: hours})
        case "off":
            off = forms.time_off(typed, resource_id=UUID(int=0), zone=zone)
            gone = walltime.seconds(off.starts_at), walltime.seconds(off.ends_at)
            return lambda worker: replace(worker, off=[*worker.off, gone])
    raise NotFound


def _seconds(hours: Hours) -> tuple[int, int]:
    return second(hours.opens), second(hours.closes) or walltime.DAY


@post(_ONE + "/calendar", opt=ALLOWED, status_code=200)
async def renew_calendar(request: Visitor, practitioner_id: FromPath[UUID]) -> Response[str]:
    """The address is in this answer and nowhere else, so there is no redirect."""
    typed = await request.form()
    address = await calendar_feed.renew(
        site_of(request).ledger,
        practitioner_id=practitioner_id,
        with_names=forms.ticked(typed, "with_names"),
        by=f"user:{staff(request).id}",
    )
    async with visit(request) as seen:
        return await _page(seen, practitioner_id, address=address)


@post(_ONE + "/calendar/revoke", opt=ALLOWED)
async def revoke_calendar(request: Visitor, practitioner_id: FromPath[UUID]) -> Redirect:
    await calendar_feed.revoke(site_of(request).ledger, practitioner_id=practitioner_id)
    return _there(practitioner_id)


def _there(practitioner_id: UUID) -> Redirect:
    return Redirect(f"{PATH}/practitioners/{practitioner_id}", status_code=303)


ROUTES: list[Any] = [
    new, add, show, change, set_week, set_day, clear_day, add_off, remove_off, check, renew_calendar, revoke_calendar,
]  # fmt: skip
