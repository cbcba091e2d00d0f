"""The booking agent: understand what is wanted, find times, offer them, book what was chosen. Also moves and cancels.

A dialogue of days is state in the event store (`bookings`), moved on by each message. Each of these functions can be
begun again at any point: what a message led to is recorded with it, and what was said or booked for it has its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from medicalcor.core import clock, ids, jobs
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.outreach.facts import window_open
from medicalcor.domain.scheduling import dialogue
from medicalcor.domain.scheduling.dialogue import Decision, State
from medicalcor.domain.scheduling.understanding.hearing import Heard, hear
from medicalcor.domain.scoring import rules
from medicalcor.integrations.openai.client import AiClient
from medicalcor.operations import booking_desk, booking_hearing, booking_replies
from medicalcor.operations.booking_desk import SQL, Desk
from medicalcor.operations.ledger import Act, Ledger, by_patient, by_system
from medicalcor.readmodels.bookings import queries as bookings
from medicalcor.schemas.base import Event
from medicalcor.schemas.bookings import Next
from medicalcor.schemas.events.bookings import (
    BookingChosen,
    BookingClosed,
    BookingOpened,
    BookingUnderstood,
)
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput, Turn

LISTENS = timedelta(hours=24)
"""For so long after the last turn whatever the patient writes belongs to the dialogue."""
_ELSEWHERE = frozenset({"opt_out", "complaint", "not_a_patient", "emergency"})
"""What always goes its own way."""
NOWHERE = "This lead cannot be written to: there is no WhatsApp or e-mail conversation with them."
TOO_LONG_AGO = "Not sent: the patient's last WhatsApp message is more than 24 hours old. Call them."
NOTHING_TO_BOOK = "Nothing can be booked yet: set up procedures and practitioners first."
_NEXT: dict[str, Next] = {"find": "find", "choose": "choose", "cancel": "cancel"}


@dataclass(frozen=True, slots=True)
class Understood:
    """Which dialogue the message belongs to, and what it leads to."""

    booking_id: UUID | None
    next: Next


async def takes(ledger: Ledger, *, message_id: UUID) -> bool:
    """Whether this message is the agent's to answer. Emergencies, opt-outs and complaints never are."""
    async with ledger.pool.acquire() as connection:
        message = await connection.fetchrow(SQL["message"], message_id)
        if message is None or message["guest"] or message["kind"] in ("call", "form") or not message["body"]:
            return False
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=message["conversation_id"])
        if desk is None or desk.about["taken_over"] or desk.about["erased_at"] is not None:
            return False
        if desk.about["channel"] not in ("whatsapp", "email"):
            return False
        words = await booking_desk.words_of(
            connection, conversation_id=message["conversation_id"], message_id=message_id
        )
        said = await connection.fetchval(SQL["last_of_clinic"], message["conversation_id"])
        judged = await connection.fetchrow(SQL["judged"], message["lead_id"], message_id)
    if judged is not None and judged["opt_out"]:
        return False
    seen = look(words, said, desk)
    heard = hear(words, desk.scene(words))
    gives_up = desk.open is not None and heard.stop and seen.intent == "not_a_patient"
    if seen.opt_out or seen.emergency or (seen.intent in _ELSEWHERE and not gives_up):
        return False
    return _is_ours(desk, heard, seen, asked=bool(judged and judged["wants_visit"]))


def look(words: str, said: str | None, desk: Desk) -> ScoringOutput:
    """The rules' reading of these words alone, in the light of what we said last."""
    turns = (*((Turn(role="assistant", content=said),) if said else ()), Turn(role="user", content=words))
    return rules.score(ScoringInput(channel="whatsapp", messages=turns, language=desk.language))


def _is_ours(desk: Desk, heard: Heard, seen: ScoringOutput, *, asked: bool) -> bool:
    if desk.open is not None:
        if heard.means_something:
            return True
        return seen.intent != "smalltalk" and desk.now - desk.open.changed_at < LISTENS
    if heard.move or heard.cancel:
        return bool(desk.visits)
    if desk.visits and (heard.absent or heard.shift):
        return True
    only_a_call = heard.human and not heard.when.says
    if seen.intent_to_book and not only_a_call and not heard.stop:
        return True
    return asked and heard.when.says and not desk.visits


async def understand(
    ledger: Ledger, *, ai: AiClient | None, message_id: UUID, correlation_id: str
) -> Understood:
    """What is wanted and what comes next; what need not wait for a search is said at once."""
    async with ledger.pool.acquire() as connection:
        message = await connection.fetchrow(SQL["message"], message_id)
        if message is None:
            raise NotFound("There is no such message.")
        conversation_id = message["conversation_id"]
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=conversation_id)
        words = await booking_desk.words_of(
            connection, conversation_id=conversation_id, message_id=message_id
        )
    if desk is None:
        return Understood(None, "said")
    if desk.last is not None and desk.last.message_id == message_id and desk.last.next is not None:
        return Understood(desk.last.id, desk.last.next)  # begun again
    heard = await booking_hearing.hear_with(ledger, ai, desk, words)
    if desk.open is None and heard.whose is None and not (heard.own or heard.move or heard.cancel):
        async with ledger.pool.acquire() as connection:
            spoken_of = await booking_desk.spoken_for(connection, desk, message_id, since=desk.now - LISTENS)
        heard = replace(heard, whose=spoken_of)
    return await advance(
        ledger,
        conversation_id=conversation_id,
        message_id=message_id,
        heard=heard,
        correlation_id=correlation_id,
    )


async def led_to(ledger: Ledger, *, message_id: UUID) -> Understood:
    """The dialogue that this message moved on last, by a tap, and what comes next; nothing where it moved none."""
    async with ledger.pool.acquire() as connection:
        person_id = await connection.fetchval("select person_id from messages where id = $1", message_id)
        last = await bookings.latest_of_person(connection, person_id=person_id)
    if last is None or last.message_id != message_id or last.next is None:
        return Understood(None, "said")
    return Understood(last.id, last.next)


async def advance(
    ledger: Ledger, *, conversation_id: UUID, message_id: UUID, heard: Heard, correlation_id: str
) -> Understood:
    """Decide by what was heard, and record it, once for the message."""
    async with ledger.pool.acquire() as connection:
        person_id = await connection.fetchval(
            "select person_id from conversations where id = $1", conversation_id
        )

    async def decide(connection: Connection) -> Understood:
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=conversation_id)
        if desk is None:
            return Understood(None, "said")
        if desk.last is not None and desk.last.message_id == message_id and desk.last.next is not None:
            return Understood(desk.last.id, desk.last.next)
        decision = dialogue.decide(desk.state, heard, desk.facts)
        if desk.objected:
            decision = replace(decision, move="person")
        act = Act(ledger, connection, by_patient(correlation_id))
        return await _record(act, desk, decision, message_id)

    return await record(ledger.pool, decide, subject=person_id)


async def _record(act: Act, desk: Desk, decision: Decision, message_id: UUID) -> Understood:
    booking_id = desk.open.id if desk.open else ids.new_id()
    decision = _listed(desk, decision)
    following: Next = _NEXT.get(decision.move, "said")
    await _let_go(act, desk)
    await append(act, desk, booking_id, _opening(desk, booking_id, message_id))
    events: list[Event] = [understood(booking_id, message_id, decision.state, following)]
    if decision.place is not None and desk.open is not None:
        number = len(desk.open.offers)
        events.append(
            BookingChosen(booking_id=booking_id, message_id=message_id, number=number, place=decision.place)
        )
    await append(act, desk, booking_id, events)
    await booking_replies.reply(act, desk, decision, booking_id=booking_id, message_id=message_id)
    return Understood(booking_id, following)


async def _let_go(act: Act, desk: Desk) -> None:
    """A dialogue that rested too long is over when another begins."""
    last = desk.last
    if last is not None and last.is_open and desk.open is None:
        await append(act, desk, last.id, [BookingClosed(booking_id=last.id, because="begun_anew")])


def _listed(desk: Desk, decision: Decision) -> Decision:
    """With the procedures that are asked about, in the order in which they are listed."""
    if decision.state.asked != "procedure":
        return decision
    among = decision.narrowed or tuple(one.id for one in desk.procedures[: booking_desk.MOST_LISTED])
    wanted = decision.state.wanted.model_copy(update={"among": among})
    return replace(decision, state=replace(decision.state, wanted=wanted))


def _opening(desk: Desk, booking_id: UUID, message_id: UUID | None, by: UUID | None = None) -> list[Event]:
    if desk.open is not None:
        return []
    return [
        BookingOpened(
            booking_id=booking_id,
            person_id=desk.about["person_id"],
            lead_id=desk.about["lead_id"],
            conversation_id=desk.about["conversation_id"],
            message_id=message_id,
            by=by,
        )
    ]


def understood(booking_id: UUID, message_id: UUID | None, state: State, following: Next) -> BookingUnderstood:
    return BookingUnderstood(
        booking_id=booking_id,
        message_id=message_id,
        goal=state.goal,
        wanted=state.wanted,
        asked=state.asked,
        appointment_id=state.visit_id,
        missed=state.missed,
        next=following,
    )


async def append(act: Act, desk: Desk, booking_id: UUID, events: Sequence[Event]) -> None:
    if events:
        await act.append(Append(f"booking-{booking_id}", events, desk.about["person_id"]))


async def begin(
    ledger: Ledger, *, lead_id: UUID, by: UUID | None, request: str, correlation_id: str
) -> Understood:
    """Offer times to a lead without having been asked just now: a colleague, or another system, wants it. Once a request."""
    async with ledger.pool.acquire() as connection:
        conversation_id = await connection.fetchval(SQL["talk_of_lead"], lead_id)
        person_id = await connection.fetchval("select person_id from leads where id = $1", lead_id)
    if conversation_id is None:
        raise InvalidInput(NOWHERE)
    heard = Heard(wants_visit=True)

    async def decide(connection: Connection) -> Understood:
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=conversation_id)
        if desk is None:
            raise InvalidInput(NOTHING_TO_BOOK)
        key = f"booking-begun:{request}"
        if desk.last is not None and await ledger.store.known(connection, key):
            return Understood(desk.last.id, desk.last.next or "said")
        act = Act(ledger, connection, by_system(correlation_id))
        booking_id = desk.open.id if desk.open else ids.new_id()
        decision = dialogue.decide(replace(desk.state, asked=None), heard, desk.facts)
        decision = _listed(desk, decision)
        following: Next = _NEXT.get(decision.move, "said")
        await _let_go(act, desk)
        opening = _opening(desk, booking_id, None, by)
        heard_of = understood(booking_id, None, decision.state, following)
        stream, person = f"booking-{booking_id}", desk.about["person_id"]
        await act.append(Append(stream, (*opening, heard_of), person, key=key))
        cause = booking_id
        await booking_replies.reply(act, desk, decision, booking_id=booking_id, message_id=cause)
        return Understood(booking_id, following)

    return await record(ledger.pool, decide, subject=person_id)


async def ask_for_offer(ledger: Ledger, *, lead_id: UUID, by: UUID, key: str) -> None:
    """Start a run that offers times, in turn with what the patient writes. The same `key` starts one."""
    async with ledger.pool.acquire() as connection:
        talk = await connection.fetchrow(SQL["talk_of_lead"], lead_id)
        if talk is None:
            raise InvalidInput(NOWHERE)
        if talk["channel"] == "whatsapp" and not window_open(clock.now(), talk["last_inbound_at"]):
            raise InvalidInput(TOO_LONG_AGO)
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=talk["id"])
    if desk is None:
        raise InvalidInput(NOTHING_TO_BOOK)

    async def decide(connection: Connection) -> None:
        await jobs.start(
            connection,
            jobs.BOOKING_AGENT,
            id=f"{jobs.BOOKING_AGENT.name}:{lead_id}:{key}",
            args=(str(lead_id), str(by), str(lead_id)),
            partition=talk["partition_key"],
        )

    await record(ledger.pool, decide)
