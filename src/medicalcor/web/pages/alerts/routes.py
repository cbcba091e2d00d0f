"""Alerts to staff: what nobody sees to yet, what somebody does, and what is done; each with its lead."""

from typing import Any, Literal, get_args
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right, may
from medicalcor.domain.triage.alerts import URGENCY, Urgency, of_urgency
from medicalcor.operations import alerts as acts
from medicalcor.readmodels.alerts import queries as alerts
from medicalcor.readmodels.alerts.queries import Filters
from medicalcor.readmodels.users import queries as users
from medicalcor.schemas.effects import AlertCode
from medicalcor.web.forms import Form, read
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import Visit, site_of, visit
from medicalcor.web.translate import marked as _

_MINE, _NOBODYS = "me", "nobody"
_WITHOUT_JAVASCRIPT = "/alerts"

TOLD = (_("There is no such alert."),)
"""What the operations answer, for the catalogues."""


class ListForm(Form):
    """Which are looked at. Codes and ids only: it travels in addresses."""

    urgency: str = ""
    kind: str = ""
    whose: str = ""


@get("/alerts", opt=right(Right.SEE_LEADS))
async def show_alerts(
    request: Visitor, urgency: FromQuery[str] = "", kind: FromQuery[str] = "", whose: FromQuery[str] = ""
) -> Response[str]:
    form = ListForm(urgency=urgency, kind=kind, whose=whose)
    async with visit(request) as seen:
        return await seen.page("pages/alerts/page.html", **await _data(seen, form))


@post("/alerts/list", opt=right(Right.SEE_LEADS), status_code=200)
async def refresh(request: Visitor) -> Response[str]:
    """The list again, after a change."""
    form = await read(request, ListForm)
    async with visit(request) as seen:
        return seen.part("pages/alerts/_list.html", **await _data(seen, form))


@post("/alerts/count", opt=right(Right.SEE_LEADS), status_code=200)
async def count(request: Visitor) -> Response[str]:
    """How many wait: it changes also while the list may not."""
    async with visit(request) as seen:
        return seen.part("pages/alerts/_head.html", counts=await alerts.counts(seen.connection))


@post("/alerts/{alert_id:uuid}/{act:str}", opt=right(Right.WORK_LEADS), status_code=200)
async def do(
    request: Visitor, alert_id: FromPath[UUID], act: FromPath[Literal["take", "resolve", "reopen"]]
) -> Response[str] | Redirect:
    form = await read(request, ListForm)
    does, words = {
        "take": (acts.take, _("You see to it.")),
        "resolve": (acts.resolve, _("Done.")),
        "reopen": (acts.reopen, _("It is open again.")),
    }[act]
    can_be_undone = await does(site_of(request).ledger, alert_id=alert_id, by=staff(request).id)
    if not is_fragment(request):
        return Redirect(_WITHOUT_JAVASCRIPT, status_code=303)
    async with visit(request) as seen:
        undo = alert_id if can_be_undone else None
        data = await _data(seen, form, toast=seen.say(words), undo=undo)
        return seen.part("pages/alerts/_list.html", **data)


async def _data(
    seen: Visit, form: ListForm, *, toast: str | None = None, undo: UUID | None = None
) -> dict[str, Any]:
    me = staff(seen.request)
    names = await users.names(seen.connection)
    filters = _filters(form, me.id)
    return {
        "waiting": await alerts.waiting(seen.connection, filters=filters),
        "done": await alerts.done(seen.connection, filters=filters, now=clock.now()),
        "counts": await alerts.counts(seen.connection),
        "most": alerts.MOST,
        "form": _understood(form),
        "filtered": filters != Filters(),
        "urgencies": get_args(Urgency),
        "urgency_of": URGENCY,
        "kinds": list(URGENCY),
        "colleagues": sorted(
            ((id_, name) for id_, name in names.items() if id_ != me.id), key=lambda one: one[1]
        ),
        "me": me.id,
        "may_work": may(me.role, Right.WORK_LEADS),
        "toast": toast,
        "undo": undo,
    }


def _understood(form: ListForm) -> dict[str, str]:
    """What makes no sense is left out."""
    return {
        "urgency": form.urgency if form.urgency in get_args(Urgency) else "",
        "kind": form.kind if form.kind in URGENCY else "",
        "whose": form.whose if form.whose in (_MINE, _NOBODYS) or _uuid(form.whose) else "",
    }


def _filters(form: ListForm, me: UUID) -> Filters:
    codes: list[AlertCode] | None = None
    urgency = next((one for one in get_args(Urgency) if one == form.urgency), None)
    if urgency is not None:
        codes = of_urgency(urgency)
    kind = next((one for one in URGENCY if one == form.kind), None)
    if kind is not None:
        codes = [kind] if codes is None or kind in codes else []
    whose = me if form.whose == _MINE else _uuid(form.whose)
    return Filters(codes=codes, whose=whose, nobodys=form.whose == _NOBODYS)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES = [show_alerts, refresh, count, do]
