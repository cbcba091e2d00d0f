"""Where AI and rules came to different classes: a person says who was right, and the verdicts can be taken away as cases."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from medicalcor.core.auth.roles import Right
from medicalcor.operations import reviewing
from medicalcor.readmodels.leads import queries as leads
from medicalcor.web.forms import Form, read
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import Visit, site_of, visit

_PATH = "/settings/scoring/disagreements"
_MAY = right(Right.MANAGE_SCORING)


class VerdictForm(Form):
    right: reviewing.Right


@get(_PATH, opt=_MAY)
async def show(request: Visitor) -> Response[str]:
    async with visit(request) as seen:
        return await _page(seen)


@post(_PATH + "/{message_id:uuid}", opt=_MAY, status_code=200)
async def decide(request: Visitor, message_id: FromPath[UUID]) -> Response[str] | Redirect:
    form = await read(request, VerdictForm)
    ledger, by = site_of(request).ledger, staff(request).id
    await reviewing.review(ledger, message_id=message_id, right=form.right, by=by)
    if not is_fragment(request):
        return Redirect(_PATH, status_code=303)
    async with visit(request) as seen:
        return await _page(seen)


@get(_PATH + "/cases.jsonl", opt=_MAY)
async def take_away(request: Visitor) -> Response[str]:
    """The judged conversations with the labels of who was right; whose this reads is put on record."""
    text = await reviewing.labelled(site_of(request).ledger, by=staff(request).id)
    headers = {
        "Content-Disposition": 'attachment; filename="scoring-cases.jsonl"',
        "Cache-Control": "no-store",
    }
    return Response(text, media_type="application/x-ndjson; charset=utf-8", headers=headers)


async def _page(seen: Visit) -> Response[str]:
    data: dict[str, Any] = {
        "waiting": await leads.disagreements(seen.connection, reviewed=False),
        "decided": await leads.disagreements(seen.connection, reviewed=True),
        "tally": await leads.verdicts(seen.connection),
    }
    if is_fragment(seen.request):
        return seen.part("pages/settings/_disagreements.html", **data)
    return await seen.page("pages/settings/disagreements.html", **data)


ROUTES = [show, decide, take_away]
