"""What a colleague does in the calendar: book, move, confirm, cancel, note who came; and take it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Right
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.operations import appointments
from medicalcor.operations.admitting import Overlap
from medicalcor.operations.appointments import AppointmentChanged
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.ledger import Cause, by_user
from medicalcor.readmodels.appointments import queries as calendar
from medicalcor.readmodels.leads import queries as leads
from medicalcor.schemas.appointments import Appointment, CancelReason, Choice, Relation, Slot, Wish
from medicalcor.web.forms import read
from medicalcor.web.pages.appointments.shown import Place, data_of, looked, today_at
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _

TOLD = (
    _("That time has just been taken. Nothing was booked; choose another time."),
    _("Nobody works there at that time: it is outside working hours, a holiday, or time off."),
    _("Somebody else has changed this visit in the meantime. Look at it again, then decide."),
    _("That time lies in the past. Choose one that is still to come."),
    _("A visit begins on a whole minute."),
    _("This practitioner does not do that procedure."),
    _("This visit has not begun yet. It can be moved or cancelled."),
    _("Say in 3 to 500 characters why this visit goes over another one."),
    _("Choose a day and a time."),
    _("There is no such visit."),
)
"""What the operations answer to somebody who books, for the catalogues."""


class PutForm(Place):
    """Where a visit is to be put. `starts` is the clinic's wall clock, `2026-03-12T10:30`."""

    starts: str = Field(max_length=40)
    practitioner: UUID
    treatment: UUID
    reason: str = Field(default="", max_length=500)
    """Given when it is to go over another visit or outside working hours."""


class BookForm(PutForm):
    """`key` is made with the page: pressing twice books once."""

    lead_id: UUID
    for_name: str = Field(default="", max_length=200)
    relation: Relation | Literal[""] = ""
    key: str = Field(min_length=8, max_length=40, pattern=r"^[\w-]+$")


class MoveForm(PutForm):
    version: int
    by: Literal["dialog", "drag"] = "dialog"


class ChangeForm(Place):
    version: int


class CancelForm(ChangeForm):
    why: CancelReason = "patient"


@dataclass(frozen=True, slots=True)
class Undo:
    """A button that takes the last act back: where it posts to, and what."""

    path: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was changed: why, what else is free, and what was wanted, so that it can be insisted on."""

    words: str
    alternatives: tuple[Slot, ...] = ()
    path: str | None = None
    fields: dict[str, str] | None = None


@post("/appointments/book", opt=right(Right.BOOK), status_code=200)
async def book(request: Visitor) -> Response[str] | Redirect:
    form = await read(request, BookForm)
    ledger = site_of(request).ledger
    async with ledger.pool.acquire() as connection:
        lead = await leads.card(connection, lead_id=form.lead_id, now=clock.now())
    wish = Wish(
        person_id=lead["person_id"],
        lead_id=form.lead_id,
        choice=_choice(request, form),
        key=form.key,
        for_name=form.for_name.strip() or None,
        relation=form.relation or None,
    )
    whom = {"for_name": form.for_name, "relation": form.relation}
    fields = {**_put(form), "lead_id": str(form.lead_id), "key": form.key, **whom}
    try:
        made = await appointments.book(
            ledger,
            wish=wish,
            cause=_cause(request),
            through="dialog",
            overlap=_overlap(request, form),
        )
    except (SlotTaken, NotWorking) as problem:
        return await _refused(request, form, problem, path="/appointments/book", fields=fields, whom=whom)
    undo = Undo(f"/appointments/{made.id}/cancel", {"version": str(made.version), "why": "other"})
    there = _at(request, form, made).model_copy(update={"lead": "", "procedure": ""})
    return await _done(request, there, _("Booked."), undo)


@post("/appointments/{appointment_id:uuid}/move", opt=right(Right.BOOK), status_code=200)
async def move(request: Visitor, appointment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, MoveForm)
    ledger, path = site_of(request).ledger, f"/appointments/{appointment_id}/move"
    fields = {**_put(form), "version": str(form.version)}
    async with ledger.pool.acquire() as connection:
        before = await calendar.by_id(connection, appointment_id=appointment_id)
    if before is None:
        raise NotFound("There is no such visit.")
    try:
        moved = await appointments.move(
            ledger,
            appointment_id=appointment_id,
            to=_choice(request, form),
            version=form.version,
            cause=_cause(request),
            through=form.by,
            overlap=_overlap(request, form),
        )
    except (SlotTaken, NotWorking) as problem:
        return await _refused(request, form, problem, path=path, fields=fields)
    except AppointmentChanged as problem:
        return await _refused(request, form, problem)
    back = {**_where(request, before), "version": str(moved.version)}
    undo = Undo(path, back) if moved.version != before.version else None
    return await _done(request, _at(request, form, moved), _("Moved."), undo)


@post("/appointments/{appointment_id:uuid}/cancel", opt=right(Right.BOOK), status_code=200)
async def cancel(request: Visitor, appointment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, CancelForm)
    try:
        gone = await appointments.cancel(
            site_of(request).ledger,
            appointment_id=appointment_id,
            reason=form.why,
            cause=_cause(request),
            version=form.version,
        )
    except AppointmentChanged as problem:
        return await _refused(request, form, problem)
    again = {
        **_where(request, gone),
        "lead_id": str(gone.lead_id),
        "key": str(ids.new_id()),
        "for_name": gone.for_name or "",
        "relation": gone.relation or "",
    }
    undo = Undo("/appointments/book", again) if gone.lead_id else None
    return await _done(request, form, _("Cancelled. The time is free again."), undo)


@post("/appointments/{appointment_id:uuid}/{act:str}", opt=right(Right.BOOK), status_code=200)
async def change(
    request: Visitor, appointment_id: FromPath[UUID], act: FromPath[Literal["confirm", "complete", "miss"]]
) -> Response[str] | Redirect:
    """Confirmed, was here, did not come."""
    form = await read(request, ChangeForm)
    does, words = {
        "confirm": (appointments.confirm, _("Confirmed.")),
        "complete": (appointments.complete, _("Noted: the patient was here.")),
        "miss": (appointments.miss, _("Noted: the patient did not come.")),
    }[act]
    try:
        await does(
            site_of(request).ledger,
            appointment_id=appointment_id,
            cause=_cause(request),
            version=form.version,
        )
    except AppointmentChanged as problem:
        return await _refused(request, form, problem)
    return await _done(request, form, words, None)


def _cause(request: Visitor) -> Cause:
    return by_user(staff(request).id, correlation_id=str(ids.new_id()))


def _zone(request: Visitor) -> ZoneInfo:
    return ZoneInfo(site_of(request).settings.clinic_timezone)


def _choice(request: Visitor, form: PutForm) -> Choice:
    return Choice(
        procedure_id=form.treatment,
        practitioner_id=form.practitioner,
        starts_at=_moment(request, form.starts),
    )


def _moment(request: Visitor, text: str) -> datetime:
    """A moment on the clinic's wall; one with an offset is taken as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Choose a day and a time.") from None
    return at if at.tzinfo else at.replace(tzinfo=_zone(request))


def _overlap(request: Visitor, form: PutForm) -> Overlap | None:
    return Overlap(role=staff(request).role, reason=form.reason) if form.reason else None


def _put(form: PutForm) -> dict[str, str]:
    return {"starts": form.starts, "practitioner": str(form.practitioner), "treatment": str(form.treatment)}


def _where(request: Visitor, visit_as_it_was: Appointment | calendar.Entry) -> dict[str, str]:
    local = visit_as_it_was.starts_at.astimezone(_zone(request))
    return {
        "starts": local.isoformat(timespec="minutes"),
        "practitioner": str(visit_as_it_was.practitioner_id),
        "treatment": str(visit_as_it_was.procedure_id),
    }


def _at(request: Visitor, place: Place, made: Appointment) -> Place:
    """The calendar where the visit is now, if it is not on what is shown."""
    at = looked(place, today=today_at(_zone(request)))
    day = made.starts_at.astimezone(_zone(request)).date()
    return place if day in at.days else place.model_copy(update={"day": day.isoformat()})


async def _done(request: Visitor, place: Place, toast: str, undo: Undo | None) -> Response[str] | Redirect:
    return await _shown(request, place, toast=toast, undo=undo)


async def _refused(
    request: Visitor,
    place: Place,
    problem: SlotTaken | NotWorking | AppointmentChanged,
    *,
    path: str | None = None,
    fields: dict[str, str] | None = None,
    whom: dict[str, str] | None = None,
) -> Response[str] | Redirect:
    alternatives = () if isinstance(problem, AppointmentChanged) else problem.alternatives
    refusal = Refusal(problem.message, alternatives, path, fields)
    more = {"whom": whom} if whom else {}
    return await _shown(request, place, refusal=refusal, **more)


async def _shown(request: Visitor, place: Place, **say: Any) -> Response[str] | Redirect:
    at = looked(place, today=today_at(_zone(request)))
    if not is_fragment(request) and "refusal" not in say:
        return Redirect(at.href(), status_code=303)
    async with visit(request) as seen:
        if say.get("toast"):
            say["toast"] = seen.say(say["toast"])
        data = await data_of(seen, place, **say)
        if not is_fragment(request):
            return await seen.page("pages/appointments/page.html", status=409, **data)
        return seen.part("pages/appointments/_calendar.html", **data)


ROUTES = [book, move, cancel, change]
