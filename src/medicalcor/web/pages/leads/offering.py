"""A colleague has times offered to a lead."""

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from medicalcor.core.auth.roles import Right
from medicalcor.operations import booking_agent
from medicalcor.web.forms import Form, read
from medicalcor.web.pages.leads.lead import about_data
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _

TOLD = (
    _("This lead cannot be written to: there is no WhatsApp or e-mail conversation with them."),
    _("Not sent: the patient's last WhatsApp message is more than 24 hours old. Call them."),
    _("Nothing can be booked yet: set up procedures and practitioners first."),
)
"""Why none are offered, for the catalogues."""


class OfferForm(Form):
    """`key` is made with the form: pressing twice offers once."""

    key: str = Field(min_length=8, max_length=40, pattern=r"^[\w-]+$")


@post("/leads/{lead_id:uuid}/offer-times", opt=right(Right.WORK_LEADS), status_code=200)
async def offer_times(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    """The booking agent offers times where the patient wrote last."""
    form, ledger, by = await read(request, OfferForm), site_of(request).ledger, staff(request).id
    await booking_agent.ask_for_offer(ledger, lead_id=lead_id, by=by, key=form.key)
    if not is_fragment(request):
        return Redirect(f"/leads/{lead_id}", status_code=303)
    async with visit(request) as seen:
        toast = seen.say(_("Free times are on their way to the patient."))
        return seen.part("pages/leads/_about.html", **{**await about_data(seen, lead_id), "toast": toast})


ROUTES = [offer_times]
