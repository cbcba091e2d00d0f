"""Money: what came in, what failed, and what nobody was found for."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right
from medicalcor.operations import assigning
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.payments import queries as payments
from medicalcor.schemas.payments import CORRECTION_REASONS, CorrectionReason
from medicalcor.web.forms import Form, read
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import Visit, site_of, visit
from medicalcor.web.translate import marked as _

PERIODS = ("today", "month")
MONTH = timedelta(days=30)


class ListForm(Form):
    """Which of the list is looked at. Codes only."""

    show: str = ""
    period: str = ""


class FindForm(Form):
    q: str = ""
    reason: CorrectionReason | None = None
    """Of a payment that stands with the wrong person."""


class AssignForm(ListForm):
    lead_id: UUID


class MoveForm(AssignForm):
    reason: CorrectionReason


@get("/payments", opt=right(Right.SEE_MONEY))
async def show_payments(
    request: Visitor, show: FromQuery[str] = "", period: FromQuery[str] = ""
) -> Response[str]:
    async with visit(request) as seen:
        return await seen.page("pages/payments/list.html", **await _data(seen, show, period))


@post("/payments/list", opt=right(Right.SEE_MONEY), status_code=200)
async def refresh(request: Visitor) -> Response[str]:
    """The page's body again, after a change."""
    form = await read(request, ListForm)
    return await _shown(request, form, toast=None)


@post("/payments/{payment_id:uuid}/find", opt=right(Right.SEE_MONEY), status_code=200)
async def find(request: Visitor, payment_id: FromPath[UUID]) -> Response[str]:
    """Known people by name or number, each with a button that assigns the payment."""
    form = await read(request, FindForm)
    async with visit(request) as seen:
        return seen.part(
            "pages/payments/_found.html",
            rows=await leads.found(seen.connection, search=form.q, now=clock.now()),
            q=form.q,
            payment_id=payment_id,
            reason=form.reason,
        )


@post("/payments/{payment_id:uuid}/assign", opt=right(Right.SEE_MONEY), status_code=200)
async def assign(request: Visitor, payment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, AssignForm)
    await assigning.assign(
        site_of(request).ledger, payment_id=payment_id, lead_id=form.lead_id, by=staff(request).id
    )
    words = _("Assigned. What the same customer pays later fits by itself.")
    return await _after(request, form, toast=words)


@post("/payments/{payment_id:uuid}/move", opt=right(Right.SEE_MONEY), status_code=200)
async def move(request: Visitor, payment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, MoveForm)
    await assigning.move(
        site_of(request).ledger,
        payment_id=payment_id,
        lead_id=form.lead_id,
        reason=form.reason,
        by=staff(request).id,
    )
    return await _after(request, form, toast=_("Moved. What the same customer pays later fits by itself."))


@post("/payments/{payment_id:uuid}/not-ours", opt=right(Right.SEE_MONEY), status_code=200)
async def not_ours(request: Visitor, payment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, ListForm)
    await assigning.set_aside(site_of(request).ledger, payment_id=payment_id, by=staff(request).id)
    return await _after(request, form, toast=_("Marked as not ours."), undo=payment_id)


@post("/payments/{payment_id:uuid}/take-back", opt=right(Right.SEE_MONEY), status_code=200)
async def take_back(request: Visitor, payment_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, ListForm)
    await assigning.take_back(site_of(request).ledger, payment_id=payment_id, by=staff(request).id)
    return await _after(request, form, toast=_("It is on the list again."))


async def _after(
    request: Visitor, form: ListForm, *, toast: str, undo: UUID | None = None
) -> Response[str] | Redirect:
    if not is_fragment(request):
        return Redirect("/payments", status_code=303)
    return await _shown(request, form, toast=toast, undo=undo)


async def _shown(
    request: Visitor, form: ListForm, *, toast: str | None, undo: UUID | None = None
) -> Response[str]:
    async with visit(request) as seen:
        words = seen.say(toast) if toast else None
        data = await _data(seen, form.show, form.period)
        return seen.part("pages/payments/_body.html", **{**data, "toast": words, "undo": undo})


async def _data(seen: Visit, show: str, period: str) -> dict[str, Any]:
    show = show if show in payments.SHOWS else "all"
    period = period if period in PERIODS else "today"
    lines = await payments.page(seen.connection, show=show)
    return {
        "show": show,
        "period": period,
        "most": payments.MOST,
        "reasons": CORRECTION_REASONS,
        "counts": await payments.counts(seen.connection),
        "sums": await payments.sums(
            seen.connection, since=_since(period, zone=seen.site.settings.clinic_timezone)
        ),
        "waiting": await payments.waiting(seen.connection),
        "lines": [] if show == "needs" else [line for line in lines if not line.waits],
        "toast": None,
        "undo": None,
    }


def _since(period: str, *, zone: str) -> datetime:
    """The clinic's midnight, or thirty days ago."""
    now = clock.now()
    if period == "month":
        return now - MONTH
    here = now.astimezone(ZoneInfo(zone))
    return datetime.combine(here.date(), time(), here.tzinfo)


ROUTES = [show_payments, refresh, find, assign, move, not_ours, take_back]
