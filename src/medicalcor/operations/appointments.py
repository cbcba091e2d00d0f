"""Visits: book, hold, keep, confirm, move, cancel, and what became of them."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput, NotFound, ProductError
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.scheduling import visits
from medicalcor.operations import booking, openings, reminders, visit_news
from medicalcor.operations.admitting import Asked, Overlap
from medicalcor.operations.booking import Placed, stream
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.schemas.admissions import Through
from medicalcor.schemas.appointments import Appointment, AppointmentId, CancelReason, Choice, Wish
from medicalcor.schemas.base import Event
from medicalcor.schemas.events.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentCompleted,
    AppointmentConfirmed,
    AppointmentHeld,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
)

SQL = statements("medicalcor.operations", "appointments.sql")
HOLD = timedelta(minutes=10)
LONGEST_HOLD = timedelta(days=2)


class AppointmentChanged(ProductError):
    """Somebody else has changed this visit in the meantime. Look at it again, then decide."""

    code = "appointment_changed"
    http_status = 409

    def __init__(self, current: Appointment) -> None:
        super().__init__()
        self.current = current


async def book(
    ledger: Ledger,
    *,
    wish: Wish,
    cause: Cause,
    through: Through = "system",
    overlap: Overlap | None = None,
) -> Appointment:
    """Book exactly what was chosen, once for the wish's key; or `SlotTaken` or `NotWorking` with the nearest other times."""

    async def write(connection: Connection, placed: Placed) -> Appointment:
        appointment_id = ids.new_id()
        event = AppointmentBooked(
            appointment_id=appointment_id,
            person_id=wish.person_id,
            lead_id=wish.lead_id,
            visit=placed.visit,
            for_name=wish.for_name or None,
            relation=wish.relation,
            overlaps=placed.overlaps,
            overlap_reason=placed.overlap_reason,
            admission=placed.admission,
        )
        return await _begin(Act(ledger, connection, cause), wish, placed, event)

    return await _place(ledger, wish, cause, write, through=through, overlap=overlap)


async def hold(
    ledger: Ledger, *, wish: Wish, cause: Cause, through: Through = "system", length: timedelta = HOLD
) -> Appointment:
    """Keep a time free while somebody decides; after `length` it is free again of itself."""
    if not timedelta() < length <= LONGEST_HOLD:
        raise InvalidInput(f"A time can be held for up to {LONGEST_HOLD.days} days.")

    async def write(connection: Connection, placed: Placed) -> Appointment:
        event = AppointmentHeld(
            appointment_id=ids.new_id(),
            person_id=wish.person_id,
            lead_id=wish.lead_id,
            visit=placed.visit,
            for_name=wish.for_name or None,
            relation=wish.relation,
            expires_at=clock.now() + length,
            admission=placed.admission,
        )
        return await _begin(Act(ledger, connection, cause), wish, placed, event)

    return await _place(ledger, wish, cause, write, through=through)


async def _place(
    ledger: Ledger,
    wish: Wish,
    cause: Cause,
    write: booking.Write,
    *,
    through: Through,
    overlap: Overlap | None = None,
) -> Appointment:
    async def known(connection: Connection, standing: Row) -> Appointment | None:
        if standing["stream"] is None:
            return None
        return await _as_before(connection, wish, UUID(standing["stream"].removeprefix("appointment-")))

    asked = Asked(wish.choice, wish.person_id, through, lead_id=wish.lead_id, key=_key(wish), overlap=overlap)
    return await booking.place(ledger, asked=asked, cause=cause, known=known, write=write)


async def _as_before(connection: Connection, wish: Wish, appointment_id: UUID) -> Appointment:
    """What the key stands for; it may have been moved since, but it is never another's or another procedure."""
    found = await booking.read(connection, appointment_id)
    same = found and found.person_id == wish.person_id and found.procedure_id == wish.choice.procedure_id
    if found is None or not same:
        raise InvalidInput("This key was used for another booking. Use a new key for each wish.")
    return found


async def _begin(
    act: Act, wish: Wish, placed: Placed, event: AppointmentBooked | AppointmentHeld
) -> Appointment:
    entry = Append(stream(event.appointment_id), (event,), wish.person_id, expected=0, key=_key(wish))
    await act.append(*placed.before, entry)
    made = _as_begun(wish, placed, event)
    await visit_news.arrange(act, made)
    return made


def _as_begun(wish: Wish, placed: Placed, event: AppointmentBooked | AppointmentHeld) -> Appointment:
    return Appointment(
        id=event.appointment_id,
        person_id=wish.person_id,
        lead_id=wish.lead_id,
        procedure_id=placed.visit.procedure_id,
        practitioner_id=placed.visit.practitioner_id,
        starts_at=placed.visit.starts_at,
        ends_at=placed.visit.ends_at,
        status="held" if isinstance(event, AppointmentHeld) else "booked",
        expires_at=event.expires_at if isinstance(event, AppointmentHeld) else None,
        version=1,
        moves=0,
        for_name=event.for_name,
        relation=event.relation,
    )


def _key(wish: Wish) -> str:
    return f"appointment:{wish.person_id}:{wish.key}"


async def move(
    ledger: Ledger,
    *,
    appointment_id: AppointmentId,
    to: Choice,
    version: int | None,
    cause: Cause,
    through: Through = "system",
    overlap: Overlap | None = None,
) -> Appointment:
    """To another time, practitioner or procedure. It keeps its old time when the new one is gone."""
    before = await _found(ledger, appointment_id)

    async def known(connection: Connection, _standing: Row) -> Appointment | None:
        """Nothing is left to do when it is there already, as after a repeated request."""
        now_at = await _current(connection, appointment_id)
        is_there = all(getattr(now_at, name) == value for name, value in to)
        return now_at if is_there and now_at.status in {"booked", "confirmed"} else None

    async def write(connection: Connection, placed: Placed) -> Appointment:
        current = await _current(connection, appointment_id)
        _must_be_current(current, version if version is not None else before.version)
        _must_be_possible("move", current)
        act = Act(ledger, connection, cause)
        await act.append(*placed.before, _entry(current, _moved(current, placed)))
        await _given_back(act, current)
        moved = await _current(connection, appointment_id)
        await visit_news.arrange(act, moved)
        return moved

    who, lead_id = before.person_id, before.lead_id
    asked = Asked(to, who, through, lead_id=lead_id, overlap=overlap, moving=appointment_id)
    return await booking.place(ledger, asked=asked, cause=cause, known=known, write=write)


def _moved(current: Appointment, placed: Placed) -> AppointmentMoved:
    return AppointmentMoved(
        appointment_id=current.id,
        person_id=current.person_id,
        visit=placed.visit,
        moved_from=current.starts_at,
        overlaps=placed.overlaps,
        overlap_reason=placed.overlap_reason,
        admission=placed.admission,
    )


async def keep(
    ledger: Ledger, *, appointment_id: AppointmentId, cause: Cause, version: int | None = None
) -> Appointment:
    """Book what was held. `HoldLapsed` when the time for it is over, even if nobody else has taken it."""
    return await _change(
        ledger,
        appointment_id,
        "keep",
        version,
        cause,
        lambda a: AppointmentKept(
            appointment_id=a.id, person_id=a.person_id, starts_at=a.starts_at, held_until=a.expires_at
        ),
    )


async def confirm(
    ledger: Ledger, *, appointment_id: AppointmentId, cause: Cause, version: int | None = None
) -> Appointment:
    """The patient says that they come."""
    return await _change(
        ledger,
        appointment_id,
        "confirm",
        version,
        cause,
        lambda a: AppointmentConfirmed(appointment_id=a.id, person_id=a.person_id, starts_at=a.starts_at),
    )


async def cancel(
    ledger: Ledger,
    *,
    appointment_id: AppointmentId,
    reason: CancelReason,
    cause: Cause,
    version: int | None = None,
) -> Appointment:
    """Its time is free with the commit."""
    return await _change(
        ledger,
        appointment_id,
        "cancel",
        version,
        cause,
        lambda a: AppointmentCancelled(
            appointment_id=a.id, person_id=a.person_id, reason=reason, starts_at=a.starts_at
        ),
    )


async def miss(
    ledger: Ledger, *, appointment_id: AppointmentId, cause: Cause, version: int | None = None
) -> Appointment:
    """The patient did not come."""
    return await _change(
        ledger,
        appointment_id,
        "miss",
        version,
        cause,
        lambda a: AppointmentMissed(appointment_id=a.id, person_id=a.person_id, starts_at=a.starts_at),
    )


async def complete(
    ledger: Ledger, *, appointment_id: AppointmentId, cause: Cause, version: int | None = None
) -> Appointment:
    """The patient was here."""
    return await _change(
        ledger,
        appointment_id,
        "complete",
        version,
        cause,
        lambda a: AppointmentCompleted(appointment_id=a.id, person_id=a.person_id, starts_at=a.starts_at),
    )


async def _change(
    ledger: Ledger,
    appointment_id: AppointmentId,
    act: visits.Act,
    version: int | None,
    cause: Cause,
    event: Callable[[Appointment], Event],
) -> Appointment:
    before = await _found(ledger, appointment_id)

    async def decide(connection: Connection) -> Appointment:
        await booking.lock_of(connection, appointment_id)
        current = await _current(connection, appointment_id)
        if visits.is_done(current.status, act):
            return current
        if version is not None:
            _must_be_current(current, version)
        _must_be_possible(act, current)
        recording = Act(ledger, connection, cause)
        await recording.append(_entry(current, event(current)))
        if act == "cancel":
            await _given_back(recording, current)
        changed = await _current(connection, appointment_id)
        if act in ("cancel", "keep"):
            await visit_news.arrange(recording, changed)
        return changed

    return await record(ledger.pool, decide, subject=before.person_id)


async def _given_back(act: Act, was: Appointment) -> None:
    """What was still to be said of the old time is not, and others may have it."""
    await reminders.call_back(act, appointment_id=was.id)
    await openings.found(act, was=was)


def _entry(current: Appointment, event: Event) -> Append:
    return Append(stream(current.id), (event,), current.person_id, expected=current.version)


def _must_be_current(current: Appointment, version: int) -> None:
    if current.version != version:
        raise AppointmentChanged(current)


def _must_be_possible(act: visits.Act, current: Appointment) -> None:
    visits.must_be_possible(
        act,
        status=current.status,
        starts_at=current.starts_at,
        expires_at=current.expires_at,
        now=clock.now(),
    )


async def _found(ledger: Ledger, appointment_id: UUID) -> Appointment:
    async with ledger.pool.acquire() as connection:
        return await _current(connection, appointment_id)


async def _current(connection: Connection, appointment_id: UUID) -> Appointment:
    found = await booking.read(connection, appointment_id)
    if found is None:
        raise NotFound("There is no such visit.")
    return found
