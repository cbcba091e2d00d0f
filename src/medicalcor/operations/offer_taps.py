"""What somebody answers to the offer of an earlier time. The first yes that can be booked has it; the calendar decides."""

from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.domain.language.phrases import phrase
from medicalcor.domain.scheduling.visits import NotPossible
from medicalcor.operations import appointments, openings, visit_taps, visit_words, waitlist
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.ledger import Act, Ledger, by_patient, by_system
from medicalcor.operations.tapped import Tapped
from medicalcor.schemas.appointments import Wish
from medicalcor.schemas.waitlist import OfferEnd

SQL = statements("medicalcor.operations", "waitlist.sql")


async def take(ledger: Ledger, tapped: Tapped) -> bool:
    """`offer:<id>:yes`, `no`, or `stop` for nothing more of the kind."""
    async with ledger.pool.acquire() as connection:
        offer = await connection.fetchrow(SQL["offer"], visit_taps.subject_of(tapped), tapped.person_id)
    if offer is None:
        return False
    match tapped.verb:
        case "yes":
            await _accept(ledger, tapped, offer)
        case "no":
            await _answer(ledger, tapped, offer, "offer_declined", "declined")
        case "stop":
            await _stop(ledger, tapped, offer)
        case _:
            return False
    return True


async def _accept(ledger: Ledger, tapped: Tapped, offer: Row) -> None:
    if offer["ended_why"] == "accepted" or await _books(ledger, tapped, offer):
        await _answer(ledger, tapped, offer, "offer_booked", "accepted")
    else:
        await _answer(ledger, tapped, offer, "offer_gone", "taken")
    await openings.settle(ledger, opening_id=offer["opening_id"])


async def _books(ledger: Ledger, tapped: Tapped, offer: Row) -> bool:
    """Whether it could be had: the visit that they have is moved, or one is booked."""
    if offer["closed_at"] is not None:
        return False
    cause, choice = by_patient(tapped.correlation_id), openings.choice_of(offer)
    try:
        if await _has_visit(ledger, offer["waiting_id"]):
            await appointments.move(
                ledger,
                appointment_id=offer["appointment_id"],
                to=choice,
                version=None,
                cause=cause,
                through="waitlist",
            )
        else:
            wish = Wish(
                person_id=offer["person_id"],
                choice=choice,
                key=openings.message_key(offer["id"]),
                lead_id=offer["lead_id"] or tapped.lead_id,
            )
            await appointments.book(ledger, wish=wish, cause=cause, through="waitlist")
    except (SlotTaken, NotWorking, NotPossible, InvalidInput, NotFound):
        return False
    return True


async def _has_visit(ledger: Ledger, waiting_id: UUID) -> bool:
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["entry"], waiting_id)
    return row is not None and row["status"] in {"booked", "confirmed"}


async def _stop(ledger: Ledger, tapped: Tapped, offer: Row) -> None:
    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_patient(tapped.correlation_id))
        await waitlist.strike(act, waiting_id=offer["waiting_id"], reason="asked")

    await record(ledger.pool, decide, subject=tapped.person_id)
    await _answer(ledger, tapped, offer, "offer_left", "left")


async def _answer(ledger: Ledger, tapped: Tapped, offer: Row, key: str, reason: OfferEnd) -> None:
    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_system(tapped.correlation_id))
        await openings.end(act, offer_id=offer["id"], person_id=offer["person_id"], reason=reason)
        line = await visit_taps.line_of(connection, tapped)
        told = await visit_words.of_choice(
            connection, openings.choice_of(offer), instead_of=offer["appointment_id"]
        )
        visit = visit_words.in_words(ledger, [told], line.language)
        said = phrase(key, line.language, clinic=ledger.settings.clinic_name, visit=visit)
        await visit_taps.say(act, tapped, line, said)

    await record(ledger.pool, decide, subject=tapped.person_id)
