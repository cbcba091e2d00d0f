"""A tap on what the booking agent offered: now, late, twice, or on an old list. Each gets an honest answer.

What it leads to (a search, a booking) is recorded with it and done by the agent's own steps.
"""

import re
from typing import Final
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.scheduling.dialogue import State
from medicalcor.domain.scheduling.understanding.hearing import Heard
from medicalcor.operations import booking, booking_agent, booking_desk
from medicalcor.operations.booking_desk import Desk
from medicalcor.operations.booking_replies import say
from medicalcor.operations.booking_words import Words
from medicalcor.operations.ledger import Act, Ledger, by_patient
from medicalcor.operations.tapped import Tapped
from medicalcor.readmodels.bookings import queries as bookings
from medicalcor.readmodels.bookings.queries import Booking
from medicalcor.schemas.appointments import Appointment
from medicalcor.schemas.base import Event
from medicalcor.schemas.bookings import Next, Option, Wanted
from medicalcor.schemas.events.bookings import BookingChosen, BookingClosed, BookingOffered, BookingOpened

_OFFER: Final = re.compile(r"(\d{1,3})-(\d{1,2})")
_LISTED: Final = re.compile(r"(?:what|visit|sure)-(\d{1,2})")


async def take(ledger: Ledger, tapped: Tapped) -> bool:
    """False for what is none of its own; then the message is answered as any other."""
    old = await _booking(ledger, tapped)
    if old is None:
        return False
    if found := _OFFER.fullmatch(tapped.verb):
        option = old.option(int(found[1]), int(found[2]))
        if option is None:
            return False
        await _choose(ledger, tapped, old, option)
        return True
    heard = _heard(tapped.verb)
    if heard is None:
        return False
    if not await _is_late(ledger, tapped, old):
        await _advance(ledger, tapped, heard)
    return True


async def propose(ledger: Ledger, tapped: Tapped, heard: Heard) -> bool:
    """Begin to arrange what was tapped under another message. False where a colleague answers, or nothing can be booked."""
    async with ledger.pool.acquire() as connection:
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=tapped.conversation_id)
    if desk is None or desk.about["taken_over"]:
        return False
    await _advance(ledger, tapped, heard)
    return True


async def _advance(ledger: Ledger, tapped: Tapped, heard: Heard) -> None:
    await booking_agent.advance(
        ledger,
        conversation_id=tapped.conversation_id,
        message_id=tapped.message_id,
        heard=heard,
        correlation_id=tapped.correlation_id,
    )


async def _is_late(ledger: Ledger, tapped: Tapped, old: Booking) -> bool:
    """Whether the question is settled or another is open; that is said, with the visit that there is."""
    async with ledger.pool.acquire() as connection:
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=tapped.conversation_id)
    if desk is None or desk.about["taken_over"]:
        return True
    done_with_it = desk.last is not None and desk.last.message_id == tapped.message_id
    if (desk.open is not None and desk.open.id == old.id) or done_with_it:
        return False
    words = Words(ledger, desk)
    visit = next(iter(desk.visits), None)
    said = words.say("old")
    if visit is not None:
        booked = words.visit(visit)
        said = f"{said} {words.say('already', visit=booked)}"

    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_patient(tapped.correlation_id))
        key = f"booking-said:{tapped.message_id}"
        await say(act, desk, words.text(said), key=key, cause_id=tapped.message_id)

    await record(ledger.pool, decide, subject=tapped.person_id)
    return True


def _heard(verb: str) -> Heard | None:
    if verb == "other":
        return Heard(none=True)
    if verb == "keep":
        return Heard(stop=True)
    listed = _LISTED.fullmatch(verb)
    return Heard(option=int(listed[1])) if listed else None


async def _booking(ledger: Ledger, tapped: Tapped) -> Booking | None:
    """The dialogue that the list belonged to, if it is this person's."""
    try:
        booking_id = UUID(tapped.subject)
    except ValueError:
        return None
    async with ledger.pool.acquire() as connection:
        found = await bookings.by_id(connection, booking_id=booking_id)
    return found if found is not None and found.person_id == tapped.person_id else None


async def _choose(ledger: Ledger, tapped: Tapped, old: Booking, option: Option) -> None:
    """The choice is recorded, in the dialogue that is open or in a new one; or it is said that it is settled already."""

    async def decide(connection: Connection) -> None:
        desk = await booking_desk.desk_of(ledger, connection, conversation_id=tapped.conversation_id)
        if desk is None or desk.about["taken_over"]:
            return
        last = desk.last
        if last is not None and last.message_id == tapped.message_id and last.next is not None:
            return  # begun again
        act = Act(ledger, connection, by_patient(tapped.correlation_id))
        has = await _arranged(connection, old)
        if has is not None and old.closed_because == "done" and old.goal != "cancel":
            await _settled_already(act, desk, tapped, has, option)
        else:
            await _chosen(act, desk, tapped, option, old)

    await record(ledger.pool, decide, subject=tapped.person_id)


async def _arranged(connection: Connection, old: Booking) -> Appointment | None:
    """The visit that came of it, if it still stands."""
    if old.appointment_id is None:
        return None
    stands = await booking.read(connection, old.appointment_id)
    is_on = stands and stands.status in ("booked", "confirmed") and stands.starts_at > clock.now()
    return stands if is_on else None


async def _settled_already(act: Act, desk: Desk, tapped: Tapped, has: Appointment, option: Option) -> None:
    """The same time again is confirmed again; another one is a wish to move, which is asked about first."""
    words = Words(act.ledger, desk)
    visit = words.visit(has)
    if (has.starts_at, has.practitioner_id) == (option.starts_at, option.practitioner_id):
        content = words.text(words.say("already", visit=visit))
        await say(act, desk, content, key=f"booking-said:{tapped.message_id}", cause_id=tapped.message_id)
        return
    wanted = Wanted(procedure_id=has.procedure_id, practitioner_id=option.practitioner_id)
    state = State(goal="move", wanted=wanted, asked="choice", visit_id=has.id)
    booking_id = await _begin(act, desk, tapped, state, "said", [option])
    time = words.when(option.starts_at)
    asked = words.move_instead(booking_id, visit, time)
    await say(act, desk, asked, key=f"booking-said:{tapped.message_id}", cause_id=tapped.message_id)


async def _chosen(act: Act, desk: Desk, tapped: Tapped, option: Option, old: Booking) -> None:
    open_ = desk.open
    wanted = old.wanted or Wanted(procedure_id=option.procedure_id)
    if open_ is not None and open_.id == old.id:
        state = desk.state
        number, place = next(
            (n, p)
            for n, offer in enumerate(old.offers, 1)
            for p, one in enumerate(offer, 1)
            if f"{n}-{p}" == tapped.verb
        )
        events: list[Event] = [
            booking_agent.understood(old.id, tapped.message_id, state, "choose"),
            BookingChosen(booking_id=old.id, message_id=tapped.message_id, number=number, place=place),
        ]
        await act.append(Append(f"booking-{old.id}", events, tapped.person_id))
        return
    state = State(goal="book", wanted=wanted, asked="choice")
    if old.goal == "move" and old.appointment_id and old.closed_because != "done":
        state = State(goal="move", wanted=wanted, asked="choice", visit_id=old.appointment_id)
    booking_id = await _begin(act, desk, tapped, state, "choose", [option])
    chosen = BookingChosen(booking_id=booking_id, message_id=tapped.message_id, number=1, place=1)
    await act.append(Append(f"booking-{booking_id}", (chosen,), tapped.person_id))


async def _begin(
    act: Act, desk: Desk, tapped: Tapped, state: State, following: Next, options: list[Option]
) -> UUID:
    """A new dialogue in place of the one that is open, if any."""
    if desk.open is not None:
        over = BookingClosed(booking_id=desk.open.id, because="begun_anew")
        await act.append(Append(f"booking-{desk.open.id}", (over,), tapped.person_id))
    booking_id = ids.new_id()
    events: list[Event] = [
        BookingOpened(
            booking_id=booking_id,
            person_id=tapped.person_id,
            lead_id=tapped.lead_id,
            conversation_id=tapped.conversation_id,
            message_id=tapped.message_id,
        ),
        booking_agent.understood(booking_id, tapped.message_id, state, following),
        BookingOffered(booking_id=booking_id, number=1, options=tuple(options)),
    ]
    await act.append(Append(f"booking-{booking_id}", events, tapped.person_id))
    return booking_id
