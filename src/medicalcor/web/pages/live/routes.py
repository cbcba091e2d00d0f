"""What keeps open pages true."""

import json
from collections.abc import AsyncIterator

from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right
from medicalcor.web.live import Changed
from medicalcor.web.request import Visitor, right
from medicalcor.web.site import site_of, visit

LONGEST_SECONDS = 600.0
"""Then the browser comes again, and its session is looked at anew."""


@get("/events", opt=right(Right.SEE_LEADS), media_type="text/event-stream")
async def events(request: Visitor, after: FromQuery[int] = 0) -> Stream:
    """Server-sent events from a position on; `Last-Event-ID` goes on where the line broke."""
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isdecimal() else max(after, 0)
    headers = {"x-accel-buffering": "no"}
    return Stream(_lines(request, start), media_type="text/event-stream", headers=headers)


async def _lines(request: Visitor, after: int) -> AsyncIterator[str]:
    until = clock.monotonic() + LONGEST_SECONDS
    yield "retry: 1000\n\n"
    async for change in site_of(request).stream.watch(after=after):
        yield _line(change)
        if clock.monotonic() > until:
            return


def _line(change: Changed | None) -> str:
    if change is None:
        return ": still here\n\n"
    subjects = ["*"] if change.subjects is None else sorted(str(subject) for subject in change.subjects)
    return f"id: {change.position}\nevent: change\ndata: {json.dumps({'subjects': subjects})}\n\n"


@get("/frame", opt=right(Right.SEE_LEADS))
async def frame(request: Visitor) -> Response[str]:
    """The frame's figures: what waits, and whether messages go out."""
    async with visit(request) as seen:
        figures = await seen.site.figures(seen.connection)
        return seen.part("components/frame_now.html", figures=figures)


ROUTES = [events, frame]
