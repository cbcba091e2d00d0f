"""Asking for a deposit on a lead's page."""

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from medicalcor.core.auth.roles import Right
from medicalcor.domain.payments import money
from medicalcor.operations import deposits
from medicalcor.schemas.payments import DepositReason
from medicalcor.web.forms import Form, read
from medicalcor.web.pages.leads.lead import about_data
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import site_of, visit
from medicalcor.web.translate import marked as _


class DepositForm(Form):
    """`key` is made with the form: pressing twice asks once."""

    amount: str = Field(min_length=1, max_length=14)
    currency: str = Field(min_length=3, max_length=3)
    reason: DepositReason
    key: str = Field(min_length=8, max_length=40, pattern=r"^[\w-]+$")


@post("/leads/{lead_id:uuid}/deposit", opt=right(Right.SEE_MONEY), status_code=200)
async def request_deposit(request: Visitor, lead_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, DepositForm)
    ask = deposits.Ask(
        amount=money.read(form.amount, form.currency), currency=form.currency, reason=form.reason
    )
    ledger, by = site_of(request).ledger, staff(request).id
    await deposits.request(ledger, lead_id=lead_id, ask=ask, by=by, key=form.key)
    if not is_fragment(request):
        return Redirect(f"/leads/{lead_id}", status_code=303)
    async with visit(request) as seen:
        toast = seen.say(_("Asked for. The link goes out as soon as Stripe has made it."))
        return seen.part("pages/leads/_about.html", **{**await about_data(seen, lead_id), "toast": toast})


ROUTES = [request_deposit]
