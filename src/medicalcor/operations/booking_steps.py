"""Finding times, offering them, and doing what was chosen: book, move or cancel."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.scheduling.news import News
from medicalcor.domain.scheduling.visits import NotPossible
from medicalcor.operations import appointments, booking_desk, offering, visit_confirmations
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.booking_desk import Desk
from medicalcor.operations.booking_replies import call_colleague, say
from medicalcor.operations.booking_words import Words
from medicalcor.operations.ledger import Act, Ledger, by_patient, by_system
from medicalcor.operations.offering import Found
from medicalcor.readmodels.bookings import queries as bookings
from medicalcor.readmodels.bookings.queries import Booking
from medicalcor.schemas.admissions import Through
from medicalcor.schemas.appointments import Appointment, Choice, Whose, Wish
from medicalcor.schemas.bookings import Option
from medicalcor.schemas.events.bookings import BookingClosed, BookingConfirmed, BookingOffered

Why = Literal["taken", "passed"]
"""Why what was chosen cannot be had."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Whether it is done; if not, why new times are to be looked for."""

    done: bool
    why: Why | None = None


async def find(ledger: Ledger, *, booking_id: UUID) -> Found:
    """Times that fit the wish as it stands; nothing is recorded."""
    booking = await _booking(ledger, booking_id)
    if booking.wanted is None or booking.wanted.procedure_id is None:
        return Found("none", ())
    seen = {one.starts_at for offer in booking.offers for one in offer} if booking.wanted.unseen else ()
    return await offering.find(
        ledger, wanted=booking.wanted, procedure_id=booking.wanted.procedure_id, but=seen
    )


async def offer(
    ledger: Ledger,
    *,
    booking_id: UUID,
    message_id: UUID | None,
    found: Found,
    why: Why | None,
    correlation_id: str,
) -> None:
    """Send the list, once for the message. With nothing to offer a colleague goes on."""
    booking = await _booking(ledger, booking_id)
    cause_id = message_id or booking_id

    async def decide(connection: Connection) -> None:
        key = f"booking-offer:{cause_id}:{booking.version if message_id is None else why or ''}"
        if await ledger.store.known(connection, key):
            return
        desk = await _desk(ledger, connection, booking)
        if desk.about["taken_over"]:
            return  # a colleague goes on with it
        act = Act(ledger, connection, by_system(correlation_id))
        stands = await _standing(connection, booking_id)
        words = Words(ledger, desk)
        before = [words.say(why)] if why else []
        if not found.options:
            closed = BookingClosed(booking_id=booking_id, because="to_a_person")
            await act.append(Append(_stream(booking_id), (closed,), booking.person_id, key=key))
            content = words.text(*before, words.say("no_times"))
            await say(act, desk, content, key=f"booking-none:{cause_id}", cause_id=cause_id)
            await call_colleague(act, desk, message_id=cause_id)
            return
        number = len(stands.offers) + 1
        event = BookingOffered(booking_id=booking_id, number=number, options=found.options)
        await act.append(Append(_stream(booking_id), (event,), booking.person_id, key=key))
        listed = words.offer(booking_id, number, found, *before)
        await say(act, desk, listed, key=f"booking-list:{cause_id}:{number}", cause_id=cause_id)

    await record(ledger.pool, decide, subject=booking.person_id)


async def settle(ledger: Ledger, *, booking_id: UUID, message_id: UUID, correlation_id: str) -> Settled:
    """Book or move to exactly what was chosen, or cancel; say so with all that belongs to it."""
    booking = await _booking(ledger, booking_id)
    if booking.closed_because == "done":
        return Settled(done=True)
    cause = by_patient(correlation_id)
    if booking.next == "cancel" and booking.appointment_id is not None:
        try:
            await appointments.cancel(
                ledger, appointment_id=booking.appointment_id, reason="patient", cause=cause
            )
        except NotPossible:
            return Settled(done=False, why="passed")
        await _done(ledger, booking, message_id, "cancelled", None, correlation_id)
        return Settled(done=True)
    option = booking.option(booking.chosen_number or 0, booking.chosen_place or 0)
    if option is None:
        raise NotFound("Nothing has been chosen.")
    try:
        made = await _make(ledger, booking, option, message_id, correlation_id)
    except (SlotTaken, NotWorking):
        return Settled(done=False, why="taken")
    except (InvalidInput, NotPossible):
        return Settled(done=False, why="passed")
    await _done(
        ledger, booking, message_id, "moved" if booking.goal == "move" else "booked", made, correlation_id
    )
    return Settled(done=True)


async def _make(
    ledger: Ledger, booking: Booking, option: Option, message_id: UUID, correlation_id: str
) -> Appointment:
    choice = Choice(
        procedure_id=option.procedure_id,
        practitioner_id=option.practitioner_id,
        starts_at=option.starts_at,
    )
    cause, through = by_patient(correlation_id), await _through(ledger, message_id)
    if booking.goal == "move" and booking.appointment_id is not None:
        return await appointments.move(
            ledger,
            appointment_id=booking.appointment_id,
            to=choice,
            version=None,
            cause=cause,
            through=through,
        )
    whose = (booking.wanted.whose if booking.wanted else None) or Whose()
    wish = Wish(
        person_id=booking.person_id,
        lead_id=booking.lead_id,
        choice=choice,
        key=f"booking:{booking.id}:{message_id}",
        for_name=whose.name,
        relation=whose.relation,
    )
    return await appointments.book(ledger, wish=wish, cause=cause, through=through)


async def _through(ledger: Ledger, message_id: UUID) -> Through:
    """Whether they tapped on a time or wrote which one they want."""
    async with ledger.pool.acquire() as connection:
        return "tap" if await connection.fetchval(booking_desk.SQL["was_tapped"], message_id) else "text"


async def _done(
    ledger: Ledger,
    booking: Booking,
    message_id: UUID,
    key: News,
    made: Appointment | None,
    correlation_id: str,
) -> None:
    async def decide(connection: Connection) -> None:
        done = f"booking-done:{message_id}"
        if await ledger.store.known(connection, done):
            return
        desk = await _desk(ledger, connection, booking)
        act = Act(ledger, connection, by_system(correlation_id))
        appointment_id = made.id if made else booking.appointment_id
        assert appointment_id is not None  # noqa: S101 - it was booked, or is the one that was cancelled
        events = (
            BookingConfirmed(booking_id=booking.id, appointment_id=appointment_id),
            BookingClosed(booking_id=booking.id, because="done"),
        )
        await act.append(Append(_stream(booking.id), events, booking.person_id, key=done))
        content = await visit_confirmations.content(ledger, connection, desk.line, key, appointment_id)
        await say(act, desk, content, key=f"booking-confirmed:{message_id}", cause_id=message_id)

    await record(ledger.pool, decide, subject=booking.person_id)


async def _desk(ledger: Ledger, connection: Connection, booking: Booking) -> Desk:
    desk = await booking_desk.desk_of(ledger, connection, conversation_id=booking.conversation_id)
    if desk is None:
        raise NotFound("The clinic has no practice set up any more.")
    return desk


async def _standing(connection: Connection, booking_id: UUID) -> Booking:
    found = await bookings.by_id(connection, booking_id=booking_id)
    if found is None:
        raise NotFound("There is no such booking.")
    return found


async def _booking(ledger: Ledger, booking_id: UUID) -> Booking:
    async with ledger.pool.acquire() as connection:
        return await _standing(connection, booking_id)


def _stream(booking_id: UUID) -> str:
    return f"booking-{booking_id}"
