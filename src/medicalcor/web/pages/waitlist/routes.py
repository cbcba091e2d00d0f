"""The waitlist: who would come earlier, and what came free; on the list, changed, off it, and back again."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from pydantic import ValidationError

from medicalcor.core import clock, ids
from medicalcor.core.auth.roles import Right
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.operations import waitlist as operations
from medicalcor.operations.ledger import Cause, by_user
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.waitlist import queries as waitlist
from medicalcor.schemas.waitlist import Joining, Wants
from medicalcor.web.forms import Form, read
from medicalcor.web.pages.waitlist.shown import data_of, form_of
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _

PATH = "/waitlist"
_ONE = PATH + "/{waiting_id:uuid}"
TOLD = (
    _("Choose what they wait for."),
    _("Choose one day of the week or more."),
    _("They wait no longer."),
    _("This visit is over or off. There is nothing to be earlier than."),
    _("There is no such procedure."),
)
"""What is answered to a form that cannot be used, for the catalogues."""


class FindForm(Form):
    q: str = ""


@get(PATH, opt=right(Right.SEE_CALENDAR))
async def show(request: Visitor, lead: FromQuery[str] = "", change: FromQuery[str] = "") -> Response[str]:
    async with visit(request) as seen:
        form = await form_of(seen, lead=_uuid(lead), change=_uuid(change))
        return await seen.page("pages/waitlist/page.html", form=form, **await data_of(seen))


@post(PATH + "/list", opt=right(Right.SEE_CALENDAR), status_code=200)
async def refresh(request: Visitor) -> Response[str]:
    """The list again, after a change."""
    async with visit(request) as seen:
        return seen.part("pages/waitlist/_list.html", **await data_of(seen))


@post(PATH + "/find", opt=right(Right.BOOK), status_code=200)
async def find(request: Visitor) -> Response[str]:
    """Known people by name or number."""
    form = await read(request, FindForm)
    async with visit(request) as seen:
        rows = await leads.found(seen.connection, search=form.q, now=clock.now())
        return seen.part("pages/waitlist/_found.html", rows=rows, q=form.q)


@post(PATH + "/join", opt=right(Right.BOOK))
async def join(request: Visitor) -> Redirect:
    typed = await request.form()
    lead_id = _uuid(str(typed.get("lead", "")))
    if lead_id is None:
        raise NotFound("There is no such lead.")
    kind, _colon, chosen = str(typed.get("what", "")).partition(":")
    async with visit(request) as seen:
        lead = await leads.card(seen.connection, lead_id=lead_id, now=clock.now())
        what = _uuid(chosen)
        entry = (
            await appointments.by_id(seen.connection, appointment_id=what)
            if kind == "visit" and what
            else None
        )
    if what is None or (kind == "visit" and entry is None):
        raise InvalidInput("Choose what they wait for.")
    joining = Joining(
        person_id=lead["person_id"],
        lead_id=lead_id,
        appointment_id=entry.id if entry else None,
        wants=_wants(typed, entry.procedure_id if entry else what),
    )
    waiting_id = await operations.join(site_of(request).ledger, joining=joining, cause=_cause(request))
    return Redirect(f"{PATH}#waiting-{waiting_id}", status_code=303)


@post(_ONE + "/change", opt=right(Right.BOOK))
async def change(request: Visitor, waiting_id: FromPath[UUID]) -> Redirect:
    """What would suit them; what for stays as it is, and so does their place in the order."""
    typed = await request.form()
    async with visit(request) as seen:
        lines = await waitlist.waiting(seen.connection, now=clock.now())
    line = next((one for one in lines if one.id == waiting_id), None)
    if line is None:
        raise NotFound("They wait no longer.")
    joining = Joining(
        person_id=line.person_id,
        lead_id=line.lead_id,
        appointment_id=line.appointment_id,
        wants=_wants(typed, line.procedure_id),
    )
    await operations.join(site_of(request).ledger, joining=joining, cause=_cause(request))
    return Redirect(f"{PATH}#waiting-{waiting_id}", status_code=303)


@post(_ONE + "/leave", opt=right(Right.BOOK), status_code=200)
async def leave(request: Visitor, waiting_id: FromPath[UUID]) -> Response[str] | Redirect:
    await operations.leave(site_of(request).ledger, waiting_id=waiting_id, cause=_cause(request))
    return await _after(request, _("Off the list."), undo=waiting_id)


@post(_ONE + "/back", opt=right(Right.BOOK), status_code=200)
async def back(request: Visitor, waiting_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Taking somebody off was a mistake."""
    await operations.put_back(site_of(request).ledger, waiting_id=waiting_id, cause=_cause(request))
    return await _after(request, _("On the list again, at their old place."))


async def _after(request: Visitor, toast: str, *, undo: UUID | None = None) -> Response[str] | Redirect:
    if not is_fragment(request):
        return Redirect(PATH, status_code=303)
    async with visit(request) as seen:
        data: dict[str, Any] = await data_of(seen, toast=seen.say(toast), undo=undo)
        return seen.part("pages/waitlist/_list.html", **data)


def _wants(typed: FormMultiDict, procedure_id: UUID) -> Wants:
    days = {str(one) for one in typed.getall("weekday", [])}
    if not days:
        raise InvalidInput("Choose one day of the week or more.")
    try:
        return Wants.model_validate(
            {
                "procedure_id": procedure_id,
                "practitioner_id": str(typed.get("practitioner", "")) or None,
                "part_of_day": typed.get("part", "any"),
                "weekdays": [int(one) for one in days if one.isdecimal()],
                "notice_minutes": typed.get("notice", ""),
            }
        )
    except ValidationError:
        raise InvalidInput("Something in the form cannot be used.") from None


def _cause(request: Visitor) -> Cause:
    return by_user(staff(request).id, correlation_id=str(ids.new_id()))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES = [show, refresh, find, join, change, leave, back]
