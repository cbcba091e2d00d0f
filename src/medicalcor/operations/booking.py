"""Putting visits into the calendar: all that one takes at once, in one transaction, or nothing.

Whoever changes what a resource is taken by holds its lock until the end. So what is read is true, the log tells
of one resource in the order in which it happened, and a rebuild never meets two visits at once. The constraint
`no_double_booking` stands behind it all, whoever writes.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right, Role, may
from medicalcor.core.database.pool import Connection, ExclusionViolation, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_key, lock_numbered, record
from medicalcor.core.errors import Forbidden, InvalidInput, NotFound, ProductError
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.scheduling import walltime
from medicalcor.operations import availability
from medicalcor.operations.availability import NotFree, NotWorking
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.appointments import Appointment, AppointmentId, Choice, Slot, Taken, Visit
from medicalcor.schemas.events.appointments import AppointmentExpired

SQL = statements("medicalcor.operations", "appointments.sql")
TRIES = 6
"""Each with another free room, when somebody else has just taken the one before."""


class SlotTaken(ProductError):
    """That time has just been taken. Nothing was booked; choose another time."""

    code = "slot_taken"
    http_status = 409

    def __init__(self, message: str | None = None, *, alternatives: Sequence[Slot] = ()) -> None:
        super().__init__(message)
        self.alternatives = tuple(alternatives)
        """The closest times that were free a moment ago."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Leave to put a visit over others or outside working hours."""

    role: Role
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be put into the calendar, and for whom."""

    choice: Choice
    person_id: UUID
    key: str | None = None
    """Under which it is recorded."""
    overlap: Overlap | None = None
    moving: AppointmentId | None = None
    """The visit that leaves its old place."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A visit with its resources locked and free, or knowingly not; `before` is recorded first."""

    visit: Visit
    overlaps: tuple[AppointmentId, ...]
    overlap_reason: str | None
    before: tuple[Append, ...]


Known = Callable[[Connection, Row], Awaitable[Appointment | None]]
"""What was done before, so that it is not done again; the row is `standing`."""
Write = Callable[[Connection, Placed], Awaitable[Appointment]]


class _RoomGone(Exception):
    """Somebody has just taken the room or device that was planned; there may be others."""


class _Outdated(Exception):
    """The set-up has changed since it was read."""


class _JustTaken(NotFree):
    """Somebody was faster by a moment; that nothing is known under the key has been seen."""


async def place(ledger: Ledger, *, asked: Asked, known: Known, write: Write) -> Appointment:
    """Find what the choice takes, lock it, and `write`. `known` answers instead when it was done before.

    `SlotTaken` and `NotWorking` carry the nearest other times.
    """
    reason = _reason(asked.overlap)
    try:
        return await _attempts(ledger, asked, reason, known, write)
    except (NotFree, NotWorking, InvalidInput) as problem:
        if not isinstance(problem, _JustTaken) and (earlier := await _earlier(ledger, asked, known)):
            return earlier
        if isinstance(problem, InvalidInput):
            raise
        others = await availability.nearest(ledger, choice=asked.choice, but=asked.moving)
        kind = SlotTaken if isinstance(problem, NotFree) else NotWorking
        raise kind(alternatives=others) from None


async def _earlier(ledger: Ledger, asked: Asked, known: Known) -> Appointment | None:
    async with ledger.pool.acquire() as connection:
        return await known(connection, await _standing(connection, asked, ()))


async def _attempts(
    ledger: Ledger, asked: Asked, reason: str | None, known: Known, write: Write
) -> Appointment:
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    guessed = None if asked.moving or reason else availability.guess(ledger, zone=zone, choice=asked.choice)
    if guessed is not None:
        with suppress(_RoomGone, ExclusionViolation, _Outdated):
            visit, version = guessed
            return await _put(ledger, asked, visit, reason, known, write, version=version)
    for _ in range(TRIES):
        try:
            return await _attempt(ledger, asked, zone, reason, known, write)
        except (_RoomGone, ExclusionViolation):
            continue
    raise NotFree


async def _attempt(
    ledger: Ledger, asked: Asked, zone: ZoneInfo, reason: str | None, known: Known, write: Write
) -> Appointment:
    async with ledger.pool.acquire() as connection:
        visit = await availability.plan(
            ledger, connection, zone=zone, choice=asked.choice, but=asked.moving, anyhow=reason is not None
        )
        leaves = await _taken_by(connection, asked.moving) if asked.moving else []
    return await _put(ledger, asked, visit, reason, known, write, leaves=leaves)


async def _put(
    ledger: Ledger,
    asked: Asked,
    visit: Visit,
    reason: str | None,
    known: Known,
    write: Write,
    *,
    leaves: Collection[int] = (),
    version: int | None = None,
) -> Appointment:
    """`version`: of the set-up, if the visit was planned on one that may have changed since."""

    async def decide(connection: Connection) -> Appointment:
        touched = {*leaves, *(taken.resource_no for taken in visit.takes)}
        standing = await _standing(connection, asked, visit.takes, turns=touched)
        if (earlier := await known(connection, standing)) is not None:
            return earlier
        if version is not None and standing["set_up"] != version:
            raise _Outdated
        return await write(connection, _placed(visit, standing["clashes"], reason))

    return await record(ledger.pool, decide)


async def lock_of(connection: Connection, appointment_id: AppointmentId) -> None:
    """Lock what a visit takes; the caller holds the person's lock."""
    await lock_numbered(connection, await _taken_by(connection, appointment_id))


async def _taken_by(connection: Connection, appointment_id: AppointmentId) -> list[int]:
    return [row["resource_no"] for row in await connection.fetch(SQL["taken_by"], appointment_id)]


async def _standing(
    connection: Connection, asked: Asked, takes: Sequence[Taken], *, turns: Collection[int] = ()
) -> Row:
    """How things stand; with `turns`, once it is our turn with these resources and the person."""
    row = await connection.fetchrow(
        SQL["standing"],
        asked.person_id,
        lock_key(asked.person_id) if turns else None,
        sorted(turns),
        asked.key,
        [taken.resource_no for taken in takes],
        [walltime.seconds(taken.starts_at) for taken in takes],
        [walltime.seconds(taken.ends_at) for taken in takes],
        asked.moving,
        clock.now(),
    )
    if row is None or row["erased_at"] is not None:
        raise NotFound("There is no such person.")
    return row


def _placed(visit: Visit, clashes: Sequence[Mapping[str, Any]], reason: str | None) -> Placed:
    """What has lapsed is given up; what stands in the way is knowingly overlapped, or ends the attempt."""
    crowded = {clash["no"] for clash in clashes if not clash["lapsed"]}
    if crowded and reason is None:
        raise _JustTaken if visit.takes[0].resource_no in crowded else _RoomGone
    takes = tuple(
        taken.model_copy(update={"deliberate": taken.resource_no in crowded}) for taken in visit.takes
    )
    lapsed = {clash["appointment_id"]: clash for clash in clashes if clash["lapsed"]}
    return Placed(
        visit.model_copy(update={"takes": takes}),
        tuple(UUID(one) for one in sorted({c["appointment_id"] for c in clashes} - lapsed.keys())),
        reason,
        tuple(
            expiry(appointment_id=UUID(one), person_id=UUID(clash["person_id"]), version=clash["version"])
            for one, clash in lapsed.items()
        ),
    )


def expiry(*, appointment_id: AppointmentId, person_id: UUID, version: int) -> Append:
    """That a hold is over, decided on the version that was read."""
    event = AppointmentExpired(appointment_id=appointment_id, person_id=person_id)
    return Append(stream(appointment_id), (event,), person_id, expected=version)


def stream(appointment_id: AppointmentId) -> str:
    return f"appointment-{appointment_id}"


def _reason(overlap: Overlap | None) -> str | None:
    if overlap is None:
        return None
    if not may(overlap.role, Right.BOOK_OVER):
        raise Forbidden("Your role may not put a visit over another one or outside working hours.")
    reason = overlap.reason.replace("\x00", "").strip()
    if not 3 <= len(reason) <= 500:
        raise InvalidInput("Say in 3 to 500 characters why this visit goes over another one.")
    return reason


def appointment(row: Row) -> Appointment:
    return Appointment.model_validate(dict(row))


async def read(connection: Connection, appointment_id: UUID) -> Appointment | None:
    row = await connection.fetchrow(SQL["appointment"], appointment_id)
    return appointment(row) if row else None
