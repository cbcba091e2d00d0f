"""Putting visits into the calendar: all that one takes at once, in one transaction, or nothing.

Whoever changes what a resource is taken by holds its lock until the end. So what is read is true, the log tells
of one resource in the order in which it happened, and a rebuild never meets two visits at once. The constraint
`no_double_booking` stands behind it all, whoever writes.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection, ExclusionViolation, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_numbered, record
from medicalcor.core.errors import Forbidden, InvalidInput, NotFound, ProductError
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.scheduling.admission import admit
from medicalcor.operations import admitting, availability, refusals
from medicalcor.operations.admitting import Asked
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.admissions import Admission, Facts, Ground, Outcome
from medicalcor.schemas.appointments import Appointment, AppointmentId, Slot, Visit
from medicalcor.schemas.events.appointments import AppointmentExpired

SQL = statements("medicalcor.operations", "appointments.sql")
TRIES = 6
"""Each with another free room, when somebody else has just taken the one before."""
_WORDS: Mapping[Ground, str] = {
    "in_the_past": "That time lies in the past. Choose one that is still to come.",
    "not_on_the_minute": "A visit begins on a whole minute.",
    "not_offered": "The clinic does not offer this procedure.",
    "not_done_by": "This practitioner does not do that procedure.",
    "no_right": "Your role may not put a visit over another one or outside working hours.",
    "no_reason": "Say in 3 to 500 characters why this visit goes over another one.",
}


class SlotTaken(ProductError):
    """That time has just been taken. Nothing was booked; choose another time."""

    code = "slot_taken"
    http_status = 409

    def __init__(self, message: str | None = None, *, alternatives: Sequence[Slot] = ()) -> None:
        super().__init__(message)
        self.alternatives = tuple(alternatives)
        """The closest times that were free a moment ago."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A visit with its resources locked and free, or knowingly not; `before` is recorded first."""

    visit: Visit
    admission: Admission
    overlaps: tuple[AppointmentId, ...]
    overlap_reason: str | None
    before: tuple[Append, ...]


Known = Callable[[Connection, Row], Awaitable[Appointment | None]]
"""What was done before, so that it is not done again; the row is `standing`."""
Write = Callable[[Connection, Placed], Awaitable[Appointment]]


class _Refused(Exception):
    """It was decided that it cannot be; that nothing is known under the key has been seen."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class _Outrun(Exception):
    """What it was decided on has changed: another room or device is to be found, or the set-up to be read again."""


async def place(ledger: Ledger, *, asked: Asked, cause: Cause, known: Known, write: Write) -> Appointment:
    """Find what the choice takes, lock it, and `write`. `known` answers instead when it was done before.

    `SlotTaken` and `NotWorking` carry the nearest other times. What is refused is kept with the reason when somebody asked.
    """
    try:
        return await _attempts(ledger, asked, known, write)
    except _Refused as refused:
        outcome = refused.outcome
    problem = await _problem(ledger, asked, outcome)
    offered = problem.alternatives if isinstance(problem, SlotTaken | NotWorking) else ()
    await refusals.keep(ledger, asked=asked, outcome=outcome, offered=offered, cause=cause)
    raise problem


async def _problem(ledger: Ledger, asked: Asked, outcome: Outcome) -> ProductError:
    ground = outcome.admission.reasons[0]
    if outcome.admission.verdict in {"slot_taken", "not_working"}:
        others = await availability.nearest(ledger, choice=asked.choice, but=asked.moving)
        kind = SlotTaken if outcome.admission.verdict == "slot_taken" else NotWorking
        return kind(alternatives=others)
    kinds: dict[Ground, type[ProductError]] = {"not_offered": NotFound, "no_right": Forbidden}
    return kinds.get(ground, InvalidInput)(_WORDS[ground])


async def _attempts(ledger: Ledger, asked: Asked, known: Known, write: Write) -> Appointment:
    hoped = admitting.hoped(ledger, asked)
    if hoped is not None and (outcome := admit(hoped)).placed:
        with suppress(_Outrun, ExclusionViolation):
            return await _put(ledger, asked, hoped, outcome, known, write)
    for _ in range(TRIES):
        with suppress(_Outrun, ExclusionViolation):
            return await _attempt(ledger, asked, known, write)
    raise SlotTaken(alternatives=await availability.nearest(ledger, choice=asked.choice, but=asked.moving))


async def _attempt(ledger: Ledger, asked: Asked, known: Known, write: Write) -> Appointment:
    async with ledger.pool.acquire() as connection:
        facts, standing = await admitting.looked_at(ledger, connection, asked)
        if (earlier := await known(connection, standing)) is not None:
            return earlier
        outcome = admit(facts)
        if not outcome.placed:
            raise _Refused(outcome)
        leaves = await _taken_by(connection, asked.moving) if asked.moving else []
    return await _put(ledger, asked, facts, outcome, known, write, leaves=leaves)


async def _put(
    ledger: Ledger,
    asked: Asked,
    facts: Facts,
    planned: Outcome,
    known: Known,
    write: Write,
    *,
    leaves: Collection[int] = (),
) -> Appointment:
    """Decide once more when it is our turn with all that was planned: now nothing can change any more."""
    wanted = admitting.taken(planned)

    async def decide(connection: Connection) -> Appointment:
        touched = {*leaves, *(number for number, _, _ in wanted)}
        standing = await admitting.stand(connection, asked, wanted, turns=touched)
        if (earlier := await known(connection, standing)) is not None:
            return earlier
        if standing["set_up"] != facts.set_up:
            raise _Outrun
        outcome = admit(admitting.in_turn(facts, planned, standing))
        if outcome.placed:
            return await write(connection, _placed(asked, outcome, standing["clashes"]))
        if outcome.admission.reasons == ("nothing_free",):
            raise _Outrun
        raise _Refused(outcome)

    return await record(ledger.pool, decide)


def _placed(asked: Asked, outcome: Outcome, clashes: Sequence[Mapping[str, Any]]) -> Placed:
    """What has lapsed is given up; what stands in the way is knowingly overlapped."""
    choice, length = asked.choice, outcome.admission.facts.duration
    found = {UUID(clash["appointment_id"]): clash for clash in clashes}
    return Placed(
        Visit(
            procedure_id=choice.procedure_id,
            practitioner_id=choice.practitioner_id,
            starts_at=choice.starts_at,
            ends_at=choice.starts_at + timedelta(seconds=length),
            takes=outcome.takes,
        ),
        outcome.admission,
        outcome.overlaps,
        asked.overlap.said if asked.overlap else None,
        tuple(
            expiry(appointment_id=one, person_id=UUID(found[one]["person_id"]), version=found[one]["version"])
            for one in outcome.lapsed
        ),
    )


async def lock_of(connection: Connection, appointment_id: AppointmentId) -> None:
    """Lock what a visit takes; the caller holds the person's lock."""
    await lock_numbered(connection, await _taken_by(connection, appointment_id))


async def _taken_by(connection: Connection, appointment_id: AppointmentId) -> list[int]:
    return [row["resource_no"] for row in await connection.fetch(SQL["taken_by"], appointment_id)]


def expiry(*, appointment_id: AppointmentId, person_id: UUID, version: int) -> Append:
    """That a hold is over, decided on the version that was read."""
    event = AppointmentExpired(appointment_id=appointment_id, person_id=person_id)
    return Append(stream(appointment_id), (event,), person_id, expected=version)


def stream(appointment_id: AppointmentId) -> str:
    return f"appointment-{appointment_id}"


def appointment(row: Row) -> Appointment:
    return Appointment.model_validate(dict(row))


async def read(connection: Connection, appointment_id: UUID) -> Appointment | None:
    row = await connection.fetchrow(SQL["appointment"], appointment_id)
    return appointment(row) if row else None
