"""Somebody whom nobody knows yet, at the desk or on the telephone: entered in a minute, then booked as anybody."""

from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, post
from litestar.response import Redirect
from pydantic import Field, ValidationError

from medicalcor.core.auth.roles import Right
from medicalcor.core.errors import Conflict, InvalidInput
from medicalcor.operations import front_desk
from medicalcor.operations.front_desk import Met, Newcomer
from medicalcor.schemas.booking import Contact
from medicalcor.schemas.common import Language
from medicalcor.web.forms import read
from medicalcor.web.pages.appointments.shown import AGREEABLE, Place, blank
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _

TOLD = (
    _("This is no telephone number. Write it with the country code, as +40722000001."),
    _("This is no e-mail address."),
    _("Write their name and their telephone number."),
    _("This number or address belongs to somebody already. Look for them in the list."),
)
"""What is answered to a form that cannot be used, for the catalogues."""
_SAID = _("Said to a colleague when the visit was arranged.")


class NewForm(Place):
    """`known`: a colleague saw whose number it is, and books for them."""

    name: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=254)
    language: Language
    how: Literal["phone", "in_person"] = "phone"
    data_processing: str = ""
    appointment_reminders: str = ""
    known: str = ""


@post("/appointments/person", opt=right(Right.BOOK), status_code=200)
async def add_person(request: Visitor) -> Response[str] | Redirect:
    """Straight on to the times that are free for them; or whose number it is already, to choose."""
    form = await read(request, NewForm)
    try:
        met = await _meet(request, form)
    except InvalidInput as problem:
        if not is_fragment(request):
            raise
        return await _again(request, form, problem=problem.message)
    if met.lead_id is not None:
        return _on(request, form, met.lead_id)
    if not is_fragment(request):
        raise Conflict("This number or address belongs to somebody already. Look for them in the list.")
    return await _again(request, form, met=met)


async def _meet(request: Visitor, form: NewForm) -> Met:
    if not form.name or not form.phone:
        raise InvalidInput("Write their name and their telephone number.")
    try:
        contact = Contact(name=form.name, phone=form.phone, email=form.email or None)
    except ValidationError:
        raise InvalidInput("Something in the form cannot be used.") from None
    async with visit(request) as seen:
        note = seen.say(_SAID)
    newcomer = Newcomer(
        contact=contact,
        language=form.language,
        how=form.how,
        agreed=tuple(purpose for purpose in AGREEABLE if getattr(form, purpose)),
        note=note,
    )
    by = staff(request).id
    return await front_desk.meet(
        site_of(request).ledger, newcomer=newcomer, by=by, known_will_do=bool(form.known)
    )


def _on(request: Visitor, form: NewForm, lead_id: UUID) -> Response[str] | Redirect:
    place = {"view": form.view, "day": form.day, "who": form.who, "lead": lead_id}
    address = f"/appointments?{urlencode({name: value for name, value in place.items() if value})}"
    if not is_fragment(request):
        return Redirect(address, status_code=303)
    return Response("", status_code=200, headers={"HX-Redirect": address})


async def _again(
    request: Visitor, form: NewForm, *, problem: str | None = None, met: Met | None = None
) -> Response[str]:
    async with visit(request) as seen:
        data = {**blank(seen.site.settings), "typed": form.model_dump(), "problem": problem, "met": met}
        return seen.part("pages/appointments/_new.html", is_open=True, **data)


ROUTES = [add_person]
