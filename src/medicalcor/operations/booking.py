"""Putting visits into the calendar: all that one takes at once, in one transaction, or nothing.

Whoever changes what a resource is taken by holds its lock until the end. So what is read is true, the log tells
of one resource in the order in which it happened, and a rebuild never meets two visits at once. The constraint
`no_double_booking` stands behind it all, whoever writes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock
from medicalcor.core.auth.roles import Right, Role, may
from medicalcor.core.database.pool import Connection, ExclusionViolation, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import Forbidden, InvalidInput, ProductError
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.scheduling import walltime
from medicalcor.operations import availability
from medicalcor.operations.availability import NotFree, NotWorking
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.appointments import Appointment, AppointmentId, Choice, Slot, Visit
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
class Placed:
    """A visit with its resources locked and free, or knowingly not; `before` is recorded first."""

    visit: Visit
    overlaps: tuple[AppointmentId, ...]
    overlap_reason: str | None
    before: tuple[Append, ...]


Write = Callable[[Connection, Placed], Awaitable[Appointment]]
Known = Callable[[Connection], Awaitable[Appointment | None]]


class _Clash(Exception):
    """Somebody was faster between planning and locking."""


async def place(
    ledger: Ledger,
    *,
    choice: Choice,
    person_id: UUID,
    overlap: Overlap | None,
    known: Known,
    write: Write,
    moving: AppointmentId | None = None,
) -> Appointment:
    """Find what the choice takes, lock it, and `write`. `known` answers instead when it was done before.

    `SlotTaken` and `NotWorking` carry the nearest other times.
    """
    reason = _reason(overlap)
    try:
        return await _attempts(ledger, choice, person_id, reason, known, write, moving)
    except (NotFree, NotWorking) as problem:
        async with ledger.pool.acquire() as connection:
            if (earlier := await known(connection)) is not None:
                return earlier
        others = await availability.nearest(ledger, choice=choice, but=moving)
        kind = SlotTaken if isinstance(problem, NotFree) else NotWorking
        raise kind(alternatives=others) from None


async def _attempts(
    ledger: Ledger,
    choice: Choice,
    person_id: UUID,
    reason: str | None,
    known: Known,
    write: Write,
    moving: AppointmentId | None,
) -> Appointment:
    for _ in range(TRIES):
        try:
            return await _attempt(ledger, choice, person_id, reason, known, write, moving)
        except (_Clash, ExclusionViolation):
            continue
    raise NotFree


async def _attempt(
    ledger: Ledger,
    choice: Choice,
    person_id: UUID,
    reason: str | None,
    known: Known,
    write: Write,
    moving: AppointmentId | None,
) -> Appointment:
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    async with ledger.pool.acquire() as connection:
        visit = await availability.plan(
            connection, zone=zone, choice=choice, but=moving, anyhow=reason is not None
        )
        leaves = await _taken_by(connection, moving)

    async def decide(connection: Connection) -> Appointment:
        if (earlier := await known(connection)) is not None:
            return earlier
        await lock(connection, [*leaves, *(taken.resource_no for taken in visit.takes)])
        return await write(connection, await _placed(connection, visit, reason, moving))

    return await record(ledger.pool, decide, subject=person_id)


async def lock(connection: Connection, resources: Sequence[int]) -> None:
    """Until the end of the transaction. Once in a transaction, for all that it changes."""
    await connection.execute(SQL["lock_resources"], sorted(set(resources)))


async def lock_of(connection: Connection, appointment_id: AppointmentId) -> None:
    """Lock what a visit takes."""
    await lock(connection, await _taken_by(connection, appointment_id))


async def _taken_by(connection: Connection, appointment_id: AppointmentId | None) -> list[int]:
    if appointment_id is None:
        return []
    return [row["resource_no"] for row in await connection.fetch(SQL["taken_by"], appointment_id)]


async def _placed(
    connection: Connection, visit: Visit, reason: str | None, moving: AppointmentId | None
) -> Placed:
    """What has lapsed is given up; what stands in the way is knowingly overlapped, or a clash."""
    rows = await connection.fetch(
        SQL["clashes"],
        [taken.resource_no for taken in visit.takes],
        [walltime.seconds(taken.starts_at) for taken in visit.takes],
        [walltime.seconds(taken.ends_at) for taken in visit.takes],
        moving,
    )
    now = clock.now()
    lapsed = {row["appointment_id"]: row for row in rows if row["expires_at"] and row["expires_at"] <= now}
    standing = [row for row in rows if row["appointment_id"] not in lapsed]
    if standing and reason is None:
        raise _Clash
    crowded = {row["resource_no"] for row in standing}
    takes = tuple(
        taken.model_copy(update={"deliberate": taken.resource_no in crowded}) for taken in visit.takes
    )
    return Placed(
        visit.model_copy(update={"takes": takes}),
        tuple(sorted({row["appointment_id"] for row in standing})),
        reason,
        tuple(
            expiry(appointment_id=one, person_id=row["person_id"], version=row["version"])
            for one, row in lapsed.items()
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
