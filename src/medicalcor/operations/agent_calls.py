"""Calls as the voice agent tells of them: how they stand, what was said, and that a caller wants a person."""

from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.operations import calls, effects, intents
from medicalcor.operations.arrivals import vapi as reading
from medicalcor.operations.inbox import Item, open_item, put_aside
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.events.calls import PersonWanted
from medicalcor.schemas.events.people import LanguageDetected
from medicalcor.schemas.wire import vapi

SQL = statements("medicalcor.operations")
_TAKEN = ("in-progress", "forwarding")


async def take_in(ledger: Ledger, *, inbox_id: UUID) -> UUID | None:
    """Record what the agent told, once. Answers the message that the caller's words became, when it is to be judged."""
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

    async def decide(connection: Connection) -> UUID | None:
        act = Act(ledger, connection, item.cause("system"))
        message_id = await _take_in(act, message, call, received_at=item.received_at)
        await connection.execute(SQL["inbox_handled"], [item.id], clock.now(), "received", None)
        return message_id

    return await record(ledger.pool, decide)


async def _set_aside(ledger: Ledger, item: Item, reason: str) -> None:
    async def decide(connection: Connection) -> None:
        await put_aside(connection, inbox_id=item.id, reason=reason)

    await record(ledger.pool, decide)


async def _take_in(
    act: Act, message: vapi.ServerMessage, call: vapi.Call, *, received_at: datetime
) -> UUID | None:
    about = await calls.take_up(
        act,
        party=reading.party(message),
        at=reading.began(message, received_at=received_at),
        twilio_sid=call.twilio_sid,
        vapi_id=call.id,
        direction="inbound" if call.inbound else "outbound",
    )
    match message:
        case vapi.EndOfCallReport():
            return await _reported(act, about, message, received_at=received_at)
        case vapi.StatusUpdate(status="ended"):
            await _ended_for_now(act, about, message)
        case vapi.StatusUpdate() if message.status in _TAKEN:
            await calls.agent_reached(act, about, answered=True, status=message.status)
        case vapi.TransferDestinationRequest():
            await wants_a_person(act, about, at_once=True)
    return None


async def _ended_for_now(act: Act, about: Row, message: vapi.StatusUpdate) -> None:
    """The report says more in a moment; should it be lost, the call is over all the same."""
    outcome = reading.outcome(
        message.ended_reason, inbound=about["direction"] == "inbound", talked=bool(about["agent_answered"])
    )
    await calls.ended(act, about, outcome=outcome, reason=message.ended_reason)


async def _reported(
    act: Act, about: Row, report: vapi.EndOfCallReport, *, received_at: datetime
) -> UUID | None:
    said = reading.turns(report)
    if said:
        await calls.agent_reached(act, about, answered=True, status="reported")
    inbound = about["direction"] == "inbound"
    await calls.ended(
        act,
        about,
        outcome=reading.outcome(report.ended_reason, inbound=inbound, talked=bool(said)),
        seconds=reading.seconds(report),
        reason=report.ended_reason,
        at=reading.over(report, received_at=received_at),
    )
    person = await act.connection.fetchrow(SQL["person"], about["person_id"])
    spoken = person["language"] if person else None
    read = reading.reading(said, language=spoken)
    language = read.language if read else None
    message_id = await calls.transcribed(act, about, source="vapi", turns=said, language=language)
    if message_id is not None and language is not None and language != spoken:
        heard = LanguageDetected(person_id=about["person_id"], language=language, message_id=message_id)
        await act.append(Append(f"person-{about['person_id']}", (heard,), about["person_id"]))
    judged = reading.analysis(report, read)
    if judged is not None:
        await calls.analysed(act, about, by="vapi", analysis=judged)
    if act.ledger.crm_on:
        told = [intents.call(call_id=about["id"])]
        await effects.plan(act, conversation_id=about["conversation_id"], intents=told)
    return message_id


async def wants_a_person(act: Act, about: Row, *, at_once: bool) -> None:
    """A colleague is told once a call, and once more when a call-back is not enough any longer."""
    key = f"person-wanted:{about['id']}:{'now' if at_once else 'back'}"
    if not await act.ledger.store.known(act.connection, key):
        event = PersonWanted(call_id=about["id"], lead_id=about["lead_id"], at_once=at_once)
        await act.append(Append(f"call-{about['id']}", (event,), about["person_id"], key=key))
    wish = intents.wants_a_person(act.ledger, call_id=about["id"], lead_id=about["lead_id"], at_once=at_once)
    await effects.plan(act, conversation_id=about["conversation_id"], intents=wish)
