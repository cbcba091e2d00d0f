"""The calendar for other systems. A worker answers: the gateway may look at no visit."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import FromPath
from pydantic_core import from_json, to_json

from medicalcor.api import patience, problems
from medicalcor.api.callers import caller_of
from medicalcor.api.described import Described, Gives, Takes, described
from medicalcor.api.idempotency import Done
from medicalcor.api.reading import json_body, query_of, shape_of
from medicalcor.core import clock, ids
from medicalcor.core.auth.apikeys import Scope
from medicalcor.core.errors import NotFound
from medicalcor.schemas.appointments import BookedVisit
from medicalcor.schemas.base import Shape
from medicalcor.schemas.booking import (
    BookedVisits,
    FreeTimes,
    Practice,
    SlotsWanted,
    ToBook,
    ToCancel,
    ToChange,
    VisitsWanted,
)

Call = Request[Any, Any, State]
_TAG = "booking"
BEGUN_WITHIN = timedelta(seconds=patience.ANSWER_SECONDS - 5)
"""What no worker has begun by then is not done any more, so that whoever gave up waiting has no visit unawares."""
_ID = "0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d5e"
_PROCEDURE = "0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d60"
_PRACTITIONER = "0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d61"
_SLOT = {
    "procedure_id": _PROCEDURE,
    "practitioner_id": _PRACTITIONER,
    "starts_at": "2026-12-03T09:30:00+02:00",
}
_FREE = {**_SLOT, "ends_at": "2026-12-03T10:00:00+02:00"}
_VISIT = {
    **_FREE,
    "id": _ID,
    "person_id": "0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d62",
    "lead_id": None,
    "status": "booked",
    "expires_at": None,
    "version": 1,
}
_THE_VISIT = {"appointment_id": f"Id of the visit|{_ID}"}
_NONE = {404: "There is no such visit"}
_CHANGED = (
    "`appointment_changed`: somebody else was faster, `current` is the visit as it stands. `appointment_state`,"
    " `hold_lapsed`: it is too late for that, or too early. Or the first request with this Idempotency-Key is still"
    " being answered"
)
_GONE = (
    "`slot_taken`, `not_working`: the time cannot be had any more, and nothing was booked; `alternatives` are the"
    " nearest that can"
)


@get(
    "/booking/practice",
    opt=described(
        Described(
            "What can be booked, and with whom",
            {200: Gives("Procedures and practitioners", Practice)},
            scope=Scope.BOOKING_READ,
            tag=_TAG,
        )
    ),
)
async def practice(request: Call, state: State) -> Response[bytes]:
    return await _look(request, state, "practice")


@get(
    "/booking/slots",
    opt=described(
        Described(
            "Free times",
            {200: Gives("In order", FreeTimes, example={"slots": [_FREE], "time_zone": "Europe/Bucharest"})},
            scope=Scope.BOOKING_READ,
            query=SlotsWanted,
            refuses={404: "The clinic does not offer this procedure"},
            tag=_TAG,
            more="Each can be booked as it is, unless somebody else is faster.",
        )
    ),
)
async def slots(request: Call, state: State) -> Response[bytes]:
    return await _look(request, state, "slots", query_of(request, SlotsWanted))


@get(
    "/booking/appointments",
    opt=described(
        Described(
            "Visits, the earliest first",
            {200: Gives("A page of them", BookedVisits, example={"appointments": [_VISIT], "next": None})},
            scope=Scope.BOOKING_READ,
            query=VisitsWanted,
            tag=_TAG,
            more="For the next page send `next` as `cursor`.",
        )
    ),
)
async def visits(request: Call, state: State) -> Response[bytes]:
    return await _look(request, state, "list", query_of(request, VisitsWanted))


@post(
    "/booking/appointments",
    opt=described(
        Described(
            "Book a visit, or keep a time for a while",
            {
                201: Gives(
                    "It is booked, or held",
                    BookedVisit,
                    example=_VISIT,
                    headers={"Location": "Where the visit can be looked at"},
                )
            },
            scope=Scope.BOOKING_WRITE,
            takes=Takes(ToBook, {**_SLOT, "contact": {"name": "Ana Pop", "phone": "+40722000001"}}),
            refuses={
                404: "There is no such person or lead, or the clinic does not offer this procedure",
                409: f"{_GONE}. Or the first request with this Idempotency-Key is still being answered",
            },
            tag=_TAG,
            more="Nothing is ever booked but what was asked for. Send an Idempotency-Key, and it is booked once.",
        )
    ),
)
async def book(request: Call, state: State) -> Response[bytes]:
    body = await json_body(request)
    return await _do(request, state, "book", shape_of(body, ToBook), body)


@get(
    "/booking/appointments/{appointment_id:str}",
    opt=described(
        Described(
            "A visit as it stands",
            {200: Gives("The visit", BookedVisit, example=_VISIT)},
            scope=Scope.BOOKING_READ,
            path=_THE_VISIT,
            refuses=_NONE,
            tag=_TAG,
        )
    ),
)
async def visit(request: Call, appointment_id: FromPath[str], state: State) -> Response[bytes]:
    return await _look(request, state, "show", about=_checked(appointment_id))


@patch(
    "/booking/appointments/{appointment_id:str}",
    opt=described(
        Described(
            "Move a visit, confirm it, book what was held, or say what became of it",
            {200: Gives("The visit as it stands now", BookedVisit, example={**_VISIT, "version": 2})},
            scope=Scope.BOOKING_WRITE,
            takes=Takes(ToChange, {"version": 1, "starts_at": _SLOT["starts_at"]}),
            path=_THE_VISIT,
            refuses={**_NONE, 409: f"{_GONE}, and the visit stays where it was. {_CHANGED}"},
            tag=_TAG,
        )
    ),
)
async def change(request: Call, appointment_id: FromPath[str], state: State) -> Response[bytes]:
    about, body = _checked(appointment_id), await json_body(request)
    return await _do(request, state, "change", shape_of(body, ToChange), body, about=about)


@delete(
    "/booking/appointments/{appointment_id:str}",
    status_code=200,
    opt=described(
        Described(
            "Cancel a visit",
            {200: Gives("It is off", BookedVisit, example={**_VISIT, "status": "cancelled", "version": 2})},
            scope=Scope.BOOKING_WRITE,
            query=ToCancel,
            path=_THE_VISIT,
            refuses={**_NONE, 409: _CHANGED},
            tag=_TAG,
            more="Its time is free at once. The visit can still be looked at.",
        )
    ),
)
async def cancel(request: Call, appointment_id: FromPath[str], state: State) -> Response[bytes]:
    about, asked = _checked(appointment_id), query_of(request, ToCancel)
    return await _do(request, state, "cancel", asked, to_json(asked), about=about)


async def _look(
    request: Call, state: State, name: str, asked: Shape | None = None, *, about: UUID | None = None
) -> Response[bytes]:
    return (
        await _asked(request, state, name, _question(request, asked, about), token=ids.new_id())
    ).response()


async def _do(
    request: Call, state: State, name: str, asked: Shape, body: bytes, *, about: UUID | None = None
) -> Response[bytes]:
    """Once for each Idempotency-Key."""

    async def work(token: UUID) -> Done:
        return await _asked(request, state, name, _question(request, asked, about), token=token)

    answer: Response[bytes] = await state.once.answer(request, body, work)
    return answer


def _question(request: Call, asked: Shape | None, about: UUID | None) -> Mapping[str, Any]:
    return {
        "asked": asked,
        "id": about,
        "by": caller_of(request).owner,
        "names": Scope.BOOKING_WRITE in caller_of(request).scopes,
        "until": clock.now() + BEGUN_WITHIN,
    }


async def _asked(request: Call, state: State, name: str, question: Mapping[str, Any], *, token: UUID) -> Done:
    outcome = await state.asks.ask(
        f"booking.{name}",
        to_json(question),
        ask_id=token,
        within=patience.extend(request),
        owner=caller_of(request).owner,
    )
    if outcome is None:
        raise problems.try_later("No worker answered in time. Send it again.", code="not_answered")
    if outcome.status != 200:
        raise problems.of_outcome(outcome.status, outcome.body)
    if name != "book":
        return Done(200, outcome.body)
    place = f"/booking/appointments/{from_json(outcome.body)['id']}"
    return Done(201, outcome.body, {"Location": place})


def _checked(appointment_id: str) -> UUID:
    try:
        return UUID(appointment_id)
    except ValueError:
        raise NotFound("There is no such visit.") from None


ROUTES = [practice, slots, visits, book, visit, change, cancel]
