"""The call log: who called, when, how long, and what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Right, may
from medicalcor.readmodels.calls import queries as calls
from medicalcor.readmodels.calls.queries import PAGE
from medicalcor.web.components.lines import Piece, Spoken
from medicalcor.web.pages.calls import listening
from medicalcor.web.request import Visitor, is_fragment, right, staff
from medicalcor.web.site import Visit, site_of, visit

LONGEST = 500
"""Lines that the log shows at most."""
FILTERS: Mapping[str, Sequence[str]] = {"missed": ("missed", "failed"), "voicemail": ("voicemail",)}


@get("/calls", opt=right(Right.SEE_LEADS))
async def show_log(request: Visitor, only: FromQuery[str] = "", shown: FromQuery[str] = "") -> Response[str]:
    """Addresses hold codes only."""
    async with visit(request) as seen:
        data = await _data(seen, only=only if only in FILTERS else "", shown=_lines(shown))
        data["calls"] = [call.for_ears(may_hear=_may_hear(request)) for call in data["calls"]]
        if is_fragment(request):
            return seen.part("pages/calls/_log.html", **data)
        return await seen.page("pages/calls/log.html", **data)


@get("/calls/{call_id:uuid}", opt=right(Right.SEE_LEADS))
async def show_call(request: Visitor, call_id: FromPath[UUID]) -> Response[str]:
    """What was said; that it was opened is put on record."""
    async with visit(request) as seen:
        call = (await calls.one(seen.connection, call_id=call_id)).for_ears(may_hear=_may_hear(request))
        turns = [Spoken(turn["role"], [Piece(turn["text"])]) for turn in call.transcript]
        if is_fragment(request):
            answer = seen.part("pages/calls/_call.html", call=call, turns=turns)
        else:
            answer = await seen.page("pages/calls/call.html", call=call, turns=turns)
    await accounts.note_access(
        site_of(request).ledger.pool,
        user_id=staff(request).id,
        person_id=call.person_id,
        what="call",
        object_id=call_id,
    )
    return answer


def _may_hear(request: Visitor) -> bool:
    return may(staff(request).role, Right.HEAR_CALLS)


async def _data(seen: Visit, *, only: str, shown: int) -> dict[str, Any]:
    found = await calls.log(seen.connection, outcomes=FILTERS.get(only, ()), limit=shown + 1)
    counts = await calls.counts(seen.connection)
    return {
        "calls": found[:shown],
        "more": len(found) > shown and shown < LONGEST,
        "next_shown": min(shown + PAGE, LONGEST),
        "shown": shown,
        "only": only,
        "everything": sum(counts.values()),
        "counts": {name: sum(counts.get(code, 0) for code in codes) for name, codes in FILTERS.items()},
    }


def _lines(text: str) -> int:
    wanted = int(text) if text.isdecimal() and len(text) < 6 else PAGE
    return min(max(wanted, PAGE), LONGEST)


ROUTES = [show_log, show_call, listening.listen]
