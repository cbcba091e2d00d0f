"""What Twilio tells of a call, taken in: in any order, as often as it likes, once each."""

from datetime import timedelta
from uuid import UUID

from pydantic import ValidationError

from medicalcor.core import clock, context, jobs
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_subject, record
from medicalcor.core.errors import InvalidInput
from medicalcor.integrations.twilio.forms import inbound_of, update_of
from medicalcor.operations import calls, conclusions
from medicalcor.operations.inbox import Item, open_item, put_aside
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.base import Shape
from medicalcor.schemas.calls import RecordingOf
from medicalcor.schemas.events.calls import CallRecorded
from medicalcor.schemas.wire.twilio import CallUpdate, DialResult, InboundCall, Party, RecordingUpdate

SQL = statements("medicalcor.operations")
CALLS = statements("medicalcor.operations", "calls.sql")
OPEN_FOR = timedelta(hours=4, minutes=15)
"""A call of which no end was told in this time is over all the same: Twilio ends every call after four hours."""
EARLIEST = timedelta(minutes=2)
AGAIN_AFTER = timedelta(seconds=1)
_PURPOSE = "twilio-item"
"""What the gateway hashes a call's SID with: all of a call goes one after the other."""

Told = InboundCall | DialResult | CallUpdate | RecordingUpdate


class _Kept(Shape):
    """What the gateway stored: the address that was posted to, and the form's fields."""

    path: str
    fields: dict[str, str]


async def take_in(ledger: Ledger, *, inbox_id: UUID) -> UUID | None:
    """The call that it was about; None when it could not be read and is shown to staff, or is taken in later."""
    item = await open_item(ledger, inbox_id=inbox_id)
    try:
        told = _read(item)
    except InvalidInput as fault:
        await _put_aside(ledger, item, fault.message)
        return None

    async def decide(connection: Connection) -> UUID | None:
        if await _is_early(connection, item, told):
            await _again(connection, item)
            return None
        return await _take_in(Act(ledger, connection, item.cause("provider:twilio")), item, told)

    return await record(ledger.pool, decide)


async def settle(ledger: Ledger, *, call_id: UUID, correlation_id: str) -> None:
    """All that was to be said about how the call went has been said by now."""

    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_system(correlation_id))
        about = await calls.call(connection, call_id=call_id)
        await lock_subject(connection, about["person_id"])
        await conclusions.conclude(act, call_id=call_id, final=True)

    await record(ledger.pool, decide)


async def sweep(ledger: Ledger) -> int:
    """Settle calls of which no end was ever told, and whose telling is long overdue."""
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(CALLS["calls_without_end"], clock.now() - OPEN_FOR)
    for row in rows:
        await settle(ledger, call_id=row["id"], correlation_id=str(row["id"]))
    return len(rows)


def _read(item: Item) -> Told:
    try:
        kept = _Kept.model_validate_json(item.body)
    except ValidationError:
        raise InvalidInput("What was stored of this call cannot be read.") from None
    if kept.path.endswith("/status") or (
        "RecordingSid" in kept.fields and "DialCallStatus" not in kept.fields
    ):
        return update_of(kept.fields)
    return inbound_of(kept.fields)


async def _put_aside(ledger: Ledger, item: Item, reason: str) -> None:
    async def decide(connection: Connection) -> None:
        await put_aside(connection, inbox_id=item.id, reason=reason)

    await record(ledger.pool, decide)


async def _is_early(connection: Connection, item: Item, told: Told) -> bool:
    """Word of a recording does not say who called: it waits for word of the call, which may have been overtaken."""
    if told.from_ is not None or clock.now() - item.received_at > EARLIEST:
        return False
    return await connection.fetchrow(CALLS["call_by_ids"], told.call_sid, None) is None


async def _again(connection: Connection, item: Item) -> None:
    due = clock.now() + max(AGAIN_AFTER, (clock.now() - item.received_at) / 2)
    await jobs.start(
        connection,
        jobs.VOICE_CALL,
        id=f"{jobs.VOICE_CALL.name}:{item.id}:{int(due.timestamp())}",
        args=(str(item.id),),
        partition=item.partition_key,
        not_before=due,
    )


async def _take_in(act: Act, item: Item, told: Told) -> UUID:
    about = await calls.take_up(act, party=_patient(told), at=item.received_at, twilio_sid=told.call_sid)
    if not await _is_handled(act.connection, item):
        await _note(act, about, told)
        await act.connection.execute(SQL["inbox_handled"], [item.id], clock.now(), "received", None)
    system = Act(act.ledger, act.connection, item.cause("system"))
    over = await conclusions.conclude(system, call_id=about["id"])
    if not over and _ends(told):
        await _settle_later(act, about, item.correlation_id)
    return UUID(int=about["id"].int)


async def _is_handled(connection: Connection, item: Item) -> bool:
    """Asked again under the call's lock: the same item may be taken in twice at once after a crash."""
    row = await connection.fetchrow(SQL["inbox_item"], item.id)
    return row is not None and row["handled_at"] is not None


def _patient(told: Told) -> Party:
    """The end that is not the clinic's."""
    outbound = (told.direction or "").startswith("outbound")
    return told.called if outbound else told.caller


async def _note(act: Act, about: Row, told: Told) -> None:
    match told:
        case InboundCall():
            await calls.status_changed(act, about, status=told.status or "ringing")
        case DialResult():
            seconds = told.dial_seconds if told.answered else None
            await calls.agent_reached(
                act, about, answered=told.answered, status=told.dial_status, seconds=seconds
            )
        case CallUpdate():
            await calls.status_changed(
                act, about, status=told.status, sequence=told.sequence, seconds=told.seconds
            )
        case RecordingUpdate():
            await _recorded(act, about, told)


async def _recorded(act: Act, about: Row, told: RecordingUpdate) -> None:
    if told.status == "in-progress":
        return
    nothing = told.status not in (None, "completed") or (told.ready and told.seconds == 0)
    of: RecordingOf = "voicemail" if told.status is None or told.source == "RecordVerb" else "call"
    event = CallRecorded(
        call_id=about["id"],
        lead_id=about["lead_id"],
        recording_sid=told.recording_sid,
        of=of,
        state="absent" if nothing else "ready" if told.ready else "said",
        seconds=told.seconds,
    )
    known = await act.connection.fetchrow(CALLS["recording"], told.recording_sid)
    if known is not None and (known["state"] != "said" or event.state == "said"):
        return
    await calls.append(act, about, event)
    if event.state == "ready":
        await jobs.start(
            act.connection,
            jobs.TRANSCRIPTION,
            id=f"{jobs.TRANSCRIPTION.name}:{told.recording_sid}",
            args=(told.recording_sid, act.cause.correlation_id, 0, context.traceparent()),
        )


def _ends(told: Told) -> bool:
    """Whether nothing more than loose ends should come after it."""
    match told:
        case DialResult():
            return told.answered or told.dial_status == "canceled"
        case CallUpdate():
            return calls.RANKS.get(told.status, calls.OVER) == calls.OVER
        case RecordingUpdate():
            return True
        case _:
            return False


async def _settle_later(act: Act, about: Row, correlation_id: str) -> None:
    seconds = act.ledger.settings.call_settle_seconds
    await jobs.start(
        act.connection,
        jobs.VOICE_SETTLE,
        id=f"{jobs.VOICE_SETTLE.name}:{about['id']}",
        args=(str(about["id"]), correlation_id, context.traceparent()),
        partition=act.ledger.vault.keyed_hash(_PURPOSE, about["twilio_sid"]),
        not_before=clock.now() + timedelta(seconds=seconds),
    )
