"""Rooms, devices and procedures: each on a page of its own."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from medicalcor.core import clock
from medicalcor.core.errors import NotFound
from medicalcor.operations import practice as operations
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.practice import queries as practice
from medicalcor.schemas.common import LANGUAGES
from medicalcor.web.pages.settings import practice_forms as forms
from medicalcor.web.pages.settings.practice import ALLOWED, PATH, cause, titles
from medicalcor.web.request import Visitor
from medicalcor.web.site import Visit, site_of, visit

_ROOM = PATH + "/resources/{resource_id:uuid}"
_PROCEDURE = PATH + "/procedures/{procedure_id:uuid}"
_AHEAD = timedelta(days=400)


@get(PATH + "/resources/new", opt=ALLOWED)
async def new_resource(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        known = await practice.resources(seen.connection)
        return await seen.page("pages/settings/resource.html", one=None, groups=_groups(known))


@post(PATH + "/resources/new", opt=ALLOWED)
async def add_resource(request: Visitor) -> Redirect:
    resource = forms.resource(await request.form())
    made = await operations.add_resource(site_of(request).ledger, resource=resource, cause=cause(request))
    return _at_resource(made)


@get(_ROOM, opt=ALLOWED)
async def show_resource(request: Visitor, resource_id: FromPath[UUID]) -> Response[str]:
    async with visit(request) as seen:
        known, now = await practice.resources(seen.connection), clock.now()
        one = next((one for one in known if one.id == resource_id), None)
        if one is None:
            raise NotFound("There is no such room or device.")
        off = await practice.time_off(seen.connection, start=now, end=now + _AHEAD)
        own = [time for time in off if time.resource_id == resource_id]
        hit = [
            entry
            for time in own
            for entry in await appointments.taking(
                seen.connection, resource_id=resource_id, start=max(time.starts_at, now), end=time.ends_at
            )
        ]
        return await seen.page(
            "pages/settings/resource.html",
            one=one,
            groups=_groups(known),
            off=own,
            hit=hit,
            names=await titles(seen.connection),
        )


def _groups(known: list[practice.Resource]) -> list[str]:
    return sorted({group for one in known for group in one.groups})


@post(_ROOM, opt=ALLOWED)
async def change_resource(request: Visitor, resource_id: FromPath[UUID]) -> Redirect:
    typed = await request.form()
    await operations.change_resource(
        site_of(request).ledger,
        resource_id=resource_id,
        resource=forms.resource(typed),
        version=forms.whole(typed, "version"),
        cause=cause(request),
    )
    return _at_resource(resource_id)


@post(_ROOM + "/off", opt=ALLOWED)
async def add_off(request: Visitor, resource_id: FromPath[UUID]) -> Redirect:
    typed, site = await request.form(), site_of(request)
    zone = ZoneInfo(site.settings.clinic_timezone)
    off = forms.time_off(typed, resource_id=resource_id, zone=zone)
    note = forms.text(typed, "note") or None
    await operations.add_time_off(site.ledger, time_off=off, cause=cause(request), note=note)
    return _at_resource(resource_id)


@post(_ROOM + "/off/{time_off_id:uuid}/remove", opt=ALLOWED)
async def remove_off(request: Visitor, resource_id: FromPath[UUID], time_off_id: FromPath[UUID]) -> Redirect:
    await operations.remove_time_off(site_of(request).ledger, time_off_id=time_off_id, cause=cause(request))
    return _at_resource(resource_id)


@post(_ROOM + "/check/off", opt=ALLOWED, status_code=200)
async def check(request: Visitor, resource_id: FromPath[UUID]) -> Response[str]:
    """Which visits the time off that is being typed would hit. Nothing is changed."""
    zone = ZoneInfo(site_of(request).settings.clinic_timezone)
    off = forms.time_off(await request.form(), resource_id=resource_id, zone=zone)
    async with visit(request) as seen:
        start = max(off.starts_at, clock.now())
        hit = (
            await appointments.taking(seen.connection, resource_id=resource_id, start=start, end=off.ends_at)
            if start < off.ends_at
            else []
        )
        return seen.part("pages/settings/_hit.html", hit=hit, names=await titles(seen.connection))


@get(PATH + "/procedures/new", opt=ALLOWED)
async def new_procedure(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        return await _procedure(seen, None)


@post(PATH + "/procedures/new", opt=ALLOWED)
async def add_procedure(request: Visitor) -> Redirect:
    terms = forms.terms(await request.form())
    made = await operations.add_procedure(site_of(request).ledger, terms=terms, cause=cause(request))
    return _at_procedure(made)


@get(_PROCEDURE, opt=ALLOWED)
async def show_procedure(request: Visitor, procedure_id: FromPath[UUID]) -> Response[str]:
    async with visit(request) as seen:
        known = await practice.procedures(seen.connection)
        one = next((one for one in known if one.id == procedure_id), None)
        if one is None:
            raise NotFound("There is no such procedure.")
        return await _procedure(seen, one)


async def _procedure(seen: Visit, one: practice.Procedure | None) -> Response[str]:
    places = await practice.resources(seen.connection)
    people = await practice.practitioners(seen.connection)
    return await seen.page(
        "pages/settings/procedure.html",
        one=one,
        titled_in=LANGUAGES,
        rooms=_groups([place for place in places if place.kind == "room"]),
        devices=_groups([place for place in places if place.kind == "device"]),
        needs={need.group if need.kind == "device" else "room": need for need in (one.needs if one else ())},
        skills=sorted({skill for person in people for skill in person.skills}),
    )


@post(_PROCEDURE, opt=ALLOWED)
async def change_procedure(request: Visitor, procedure_id: FromPath[UUID]) -> Redirect:
    typed = await request.form()
    await operations.change_procedure(
        site_of(request).ledger,
        procedure_id=procedure_id,
        terms=forms.terms(typed),
        version=forms.whole(typed, "version"),
        cause=cause(request),
    )
    return _at_procedure(procedure_id)


def _at_resource(resource_id: UUID) -> Redirect:
    return Redirect(f"{PATH}/resources/{resource_id}", status_code=303)


def _at_procedure(procedure_id: UUID) -> Redirect:
    return Redirect(f"{PATH}/procedures/{procedure_id}", status_code=303)


ROUTES: list[Any] = [
    new_resource, add_resource, show_resource, change_resource, add_off, remove_off, check,
    new_procedure, add_procedure, show_procedure, change_procedure,
]  # fmt: skip
