"""The list of leads, ordered by who needs a person now."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromQuery, QueryParameter
from pydantic import Field

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right
from medicalcor.readmodels.inbox import queries as inbox
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.leads.queries import PAGE, Filters
from medicalcor.web.forms import Form, read
from medicalcor.web.pages.leads import filters as filtering
from medicalcor.web.request import Visitor, is_fragment, right
from medicalcor.web.site import Visit, visit

PALETTE_LINES = 8


class ListForm(Form):
    """What the list is asked for with a POST: a search never stands in an address."""

    q: str = ""
    classification: str = Field("", alias="class")
    channel: str = ""
    language: str = ""
    needs: str = ""
    archived: str = ""
    shown: str = ""


class FindForm(Form):
    q: str = ""


@get("/leads", opt=right(Right.SEE_LEADS))
async def show_list(
    request: Visitor,
    classification: Annotated[str, QueryParameter(name="class")] = "",
    channel: FromQuery[str] = "",
    language: FromQuery[str] = "",
    needs: FromQuery[str] = "",
    archived: FromQuery[str] = "",
    shown: FromQuery[str] = "",
) -> Response[str]:
    """The page. Addresses hold codes only."""
    filters = filtering.parsed(
        classification=classification, channel=channel, language=language, needs=needs, archived=archived
    )
    async with visit(request) as seen:
        data = await _data(seen, filters, search="", shown=filtering.shown_lines(shown))
        return await seen.page("pages/leads/list.html", **data)


@post("/leads/list", opt=right(Right.SEE_LEADS), status_code=200)
async def refresh_list(request: Visitor) -> Response[str]:
    """The lines again: after a change, a search, or for more of them."""
    form = await read(request, ListForm)
    filters = filtering.parsed(**form.model_dump(exclude={"q", "shown"}))
    async with visit(request) as seen:
        data = await _data(seen, filters, search=form.q, shown=filtering.shown_lines(form.shown))
        if is_fragment(request):
            return seen.part("pages/leads/_refresh.html", **data)
        return await seen.page("pages/leads/list.html", **data)


@post("/leads/find", opt=right(Right.SEE_LEADS), status_code=200)
async def find(request: Visitor) -> Response[str]:
    """What the search on top finds while somebody types."""
    form = await read(request, FindForm)
    async with visit(request) as seen:
        rows = []
        if form.q:
            now = clock.now()
            for archived in (False, True):
                rows += await leads.page(
                    seen.connection,
                    filters=Filters(archived=archived),
                    now=now,
                    search=form.q,
                    limit=PALETTE_LINES,
                )
        return seen.part("pages/leads/_found.html", rows=rows[:PALETTE_LINES], q=form.q)


@get("/leads/queue", opt=right(Right.SEE_LEADS))
async def queue(request: Visitor, current: FromQuery[UUID]) -> Response[str]:
    """The narrow list beside the lead that is open."""
    async with visit(request) as seen:
        rows = await leads.page(seen.connection, filters=Filters(), now=clock.now())
        return seen.part("pages/leads/_queue.html", queue=rows, current=current)


async def _data(seen: Visit, filters: Filters, *, search: str, shown: int) -> dict[str, Any]:
    now = clock.now()
    rows = await leads.page(seen.connection, filters=filters, now=now, search=search, limit=shown + 1)
    facets = await leads.facets(seen.connection, filters=filters, now=now)
    return {
        "rows": rows[:shown],
        "more": len(rows) > shown,
        "shown": shown,
        "next_shown": min(shown + PAGE, filtering.LONGEST),
        "page_size": PAGE,
        "q": search,
        "filters": filters,
        "fields": filtering.fields(filters),
        "choices": filtering.choices(filters, facets),
        "facets": facets,
        "everything_href": filtering.href(replace(filters, needs=False)),
        "needs_href": filtering.href(replace(filters, needs=not filters.needs)),
        "archived_href": filtering.href(replace(filters, archived=not filters.archived, needs=False)),
        "filtered": bool(filtering.fields(replace(filters, archived=False))) or bool(search),
        "unread": await inbox.unread_count(seen.connection),
        "now": now,
    }


ROUTES = [show_list, refresh_list, find, queue]
