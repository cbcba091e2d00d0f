"""Calls as the voice agent tells of them: how they stand, what was said, and that a caller wants a person."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import Conflict
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.operations import calls, conclusions, effects, intents
from medicalcor.operations.arrivals import vapi as reading
from medicalcor.operations.inbox import Item, open_item, put_aside
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.calls import NOT_REACHED, Outcome
from medicalcor.schemas.events.calls import PersonWanted
from medicalcor.schemas.wire import vapi
from medicalcor.schemas.wire.twilio import Party

SQL = statements("medicalcor.operations")
T = TypeVar("T")
PATIENT = 8
"""Tries, over some seconds, before a call is opened that Twilio should have told of."""
_TAKEN = ("in-progress", "forwarding")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCall:
    """The call that something is told of, as the agent knows it."""

    vapi_id: str
    twilio_sid: str | None
    handed_over: bool
    party: Party
    at: datetime
    inbound: bool


async def take_in(ledger: Ledger, *, inbox_id: UUID) -> UUID | None:
    """Record what the agent told, once. Answers the call when there are words of the caller's to be judged."""
    item = await open_item(ledger, inbox_id=inbox_id)
    try:
        message = vapi.server_message(from_json(item.body))
    except ValidationError:
        await _set_aside(ledger, item, "The voice agent's message does not have the shape Vapi documents.")
        return None
    call = message.call
    if call is None:
        await _set_aside(ledger, item, "The voice agent's message names no call.")
        return None

    of = OfCall(
        vapi_id=call.id,
        twilio_sid=call.twilio_sid,
        handed_over=call.handed_over,
        party=reading.party(message),
        at=reading.began(message, received_at=item.received_at),
        inbound=call.inbound,
    )

    async def told(act: Act, about: Row) -> UUID | None:
        await _take_in(act, about, message, received_at=item.received_at)
        await act.connection.execute(SQL["inbox_handled"], [item.id], clock.now(), "received", None)
        return UUID(int=about["id"].int) if isinstance(message, vapi.EndOfCallReport) else None

    return await in_call(ledger, of, cause=item.cause("provider:vapi"), do=told)


async def in_call(ledger: Ledger, of: OfCall, *, cause: Cause, do: Callable[[Act, Row], Awaitable[T]]) -> T:
    """Do something about a call in one transaction; this may be the first that is heard of it.

    One that Twilio handed over is waited for a little: only Twilio knows who calls, and has told it before.
    """
    tries = 0

    async def decide(connection: Connection) -> T:
        nonlocal tries
        tries += 1
        if of.handed_over and tries < PATIENT and not await calls.known(connection, twilio_sid=of.twilio_sid):
            raise Conflict
        act = Act(ledger, connection, cause)
        about = await calls.take_up(
            act,
            party=of.party,
            at=of.at,
            twilio_sid=of.twilio_sid,
            vapi_id=of.vapi_id,
            direction="inbound" if of.inbound else "outbound",
        )
        return await do(act, about)

    return await record(ledger.pool, decide)


async def _set_aside(ledger: Ledger, item: Item, reason: str) -> None:
    async def decide(connection: Connection) -> None:
        await put_aside(connection, inbox_id=item.id, reason=reason)

    await record(ledger.pool, decide)


async def _take_in(act: Act, about: Row, message: vapi.ServerMessage, *, received_at: datetime) -> None:
    match message:
        case vapi.EndOfCallReport():
            await _reported(act, about, message, received_at=received_at)
        case vapi.StatusUpdate(status="ended"):
            await _ended(act, about, message)
        case vapi.StatusUpdate() if message.status in _TAKEN:
            await calls.agent_reached(act, about, answered=True, status=message.status)
        case vapi.TransferDestinationRequest():
            await wants_a_person(act, about, at_once=True)


async def _ended(act: Act, about: Row, message: vapi.StatusUpdate) -> None:
    """Of a call that the agent took the report tells more in a moment; one that it did not take has none to wait for."""
    outcome = _outcome(about, message.ended_reason, talked=bool(about["agent_answered"]))
    if outcome in NOT_REACHED:
        await calls.ended(act, about, outcome=outcome, reason=message.ended_reason)
        await _conclude(act, about)


async def _reported(act: Act, about: Row, report: vapi.EndOfCallReport, *, received_at: datetime) -> None:
    said, seconds = reading.turns(report), reading.seconds(report)
    if said:
        await calls.agent_reached(act, about, answered=True, status="reported", seconds=seconds)
    await calls.ended(
        act,
        about,
        outcome=_outcome(about, report.ended_reason, talked=bool(said)),
        seconds=seconds,
        reason=report.ended_reason,
        at=reading.over(report, received_at=received_at),
    )
    await calls.transcribed(act, about, source="vapi", turns=said, language=None)
    analysis = reading.analysis(report, said)
    if analysis is not None:
        await calls.analysed(act, about, by="vapi", analysis=analysis)
    if said and vapi.outcome_of(report.ended_reason) == "failed":
        # in the middle of it: whoever was talking waits for somebody now
        await wants_a_person(act, about, at_once=True)
    await _conclude(act, about)


def _outcome(about: Row, reason: str | None, *, talked: bool) -> Outcome:
    return reading.outcome(reason, inbound=about["direction"] == "inbound", talked=talked)


async def _conclude(act: Act, about: Row) -> None:
    """What follows from the end. Where Twilio tells of the line, it also tells when nothing more is to be expected."""
    await conclusions.conclude(_by_system(act), call_id=about["id"], final=about["status"] is None)


def _by_system(act: Act) -> Act:
    return replace(act, cause=replace(act.cause, actor="system"))


async def wants_a_person(act: Act, about: Row, *, at_once: bool) -> None:
    """A colleague is told once a call, and once more when a call-back is not enough any longer."""
    key = f"person-wanted:{about['id']}:{'now' if at_once else 'back'}"
    if not await act.ledger.store.known(act.connection, key):
        event = PersonWanted(call_id=about["id"], lead_id=about["lead_id"], at_once=at_once)
        await act.append(Append(f"call-{about['id']}", (event,), about["person_id"], key=key))
    wish = intents.wants_a_person(act.ledger, call_id=about["id"], lead_id=about["lead_id"], at_once=at_once)
    await effects.plan(_by_system(act), conversation_id=about["conversation_id"], intents=wish)
