"""Setting up the clinic: who treats and when, rooms and devices, procedures, days off.

Changes are rare and take turns with each other. Visits that are booked stay as they were booked; who is on time
off then is told which visits that concerns.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from medicalcor.core import ids
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import lock_numbered, record
from medicalcor.core.errors import InvalidInput, NotFound, ProductError
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.operations.ledger import Act, Ledger
from medicalcor.readmodels.appointments import queries as appointments
from medicalcor.schemas.base import Event
from medicalcor.schemas.events.practice import (
    DayHoursCleared,
    DayHoursSet,
    HolidayAdded,
    HolidayRemoved,
    PractitionerDescribed,
    ProcedureDefined,
    ResourceDescribed,
    TimeOffAdded,
    TimeOffRemoved,
    WeekHoursSet,
)
from medicalcor.schemas.practice import (
    Holiday,
    Hours,
    Practitioner,
    PractitionerId,
    ProcedureId,
    Resource,
    ResourceId,
    Terms,
    TimeOff,
    WeekHours,
)

SQL = statements("medicalcor.operations", "practice.sql")
T = TypeVar("T")
_SET_UP = 0
"""The set-up's own number among the resources' locks."""


class SetUpChanged(ProductError):
    """Somebody else has changed this in the meantime. Look at it again, then decide."""

    code = "set_up_changed"
    http_status = 409


async def add_practitioner(ledger: Ledger, *, practitioner: Practitioner, cause: Cause) -> PractitionerId:
    """They have no hours yet, so nobody can book with them."""
    practitioner_id = ids.new_id()

    async def decide(connection: Connection) -> PractitionerId:
        number = await connection.fetchval(SQL["next_no"])
        event = _described(practitioner_id, number, practitioner)
        await _append(ledger, connection, cause, "practitioner", practitioner_id, event, expected=0)
        return practitioner_id

    return await _in_turn(ledger, decide)


async def change_practitioner(
    ledger: Ledger, *, practitioner_id: PractitionerId, practitioner: Practitioner, version: int, cause: Cause
) -> None:
    async def decide(connection: Connection) -> None:
        known = await _resource(connection, practitioner_id, kinds=("practitioner",))
        _must_be_current(known, version)
        event = _described(practitioner_id, known["no"], practitioner)
        await _append(ledger, connection, cause, "practitioner", practitioner_id, event)

    await _in_turn(ledger, decide)


async def set_week(
    ledger: Ledger, *, practitioner_id: PractitionerId, hours: Sequence[WeekHours], version: int, cause: Cause
) -> None:
    """The hours of every week, by the clock on the wall; several stretches a day."""
    _must_not_overlap([(str(h.weekday), h) for h in hours])

    async def decide(connection: Connection) -> None:
        known = await _resource(connection, practitioner_id, kinds=("practitioner",))
        _must_be_current(known, version)
        event = WeekHoursSet(practitioner_id=practitioner_id, hours=tuple(hours))
        await _append(ledger, connection, cause, "practitioner", practitioner_id, event)

    await _in_turn(ledger, decide)


async def set_day(
    ledger: Ledger, *, practitioner_id: PractitionerId, day: date, hours: Sequence[Hours], cause: Cause
) -> None:
    """This day goes otherwise; without hours it is free."""
    _must_not_overlap([("", h) for h in hours])

    async def decide(connection: Connection) -> None:
        await _resource(connection, practitioner_id, kinds=("practitioner",))
        event = DayHoursSet(practitioner_id=practitioner_id, day=day, hours=tuple(hours))
        await _append(ledger, connection, cause, "practitioner", practitioner_id, event)

    await _in_turn(ledger, decide)


async def clear_day(ledger: Ledger, *, practitioner_id: PractitionerId, day: date, cause: Cause) -> None:
    """The day goes as the week says again."""

    async def decide(connection: Connection) -> None:
        if await connection.fetchval(SQL["day"], practitioner_id, day) is None:
            return
        event = DayHoursCleared(practitioner_id=practitioner_id, day=day)
        await _append(ledger, connection, cause, "practitioner", practitioner_id, event)

    await _in_turn(ledger, decide)


async def add_resource(ledger: Ledger, *, resource: Resource, cause: Cause) -> ResourceId:
    resource_id = ids.new_id()

    async def decide(connection: Connection) -> ResourceId:
        number = await connection.fetchval(SQL["next_no"])
        event = ResourceDescribed(resource_id=resource_id, resource_no=number, resource=resource)
        await _append(ledger, connection, cause, "resource", resource_id, event, expected=0)
        return resource_id

    return await _in_turn(ledger, decide)


async def change_resource(
    ledger: Ledger, *, resource_id: ResourceId, resource: Resource, version: int, cause: Cause
) -> None:
    """A room stays a room, and a device a device."""

    async def decide(connection: Connection) -> None:
        known = await _resource(connection, resource_id, kinds=(resource.kind,))
        _must_be_current(known, version)
        event = ResourceDescribed(resource_id=resource_id, resource_no=known["no"], resource=resource)
        await _append(ledger, connection, cause, "resource", resource_id, event)

    await _in_turn(ledger, decide)


async def add_procedure(ledger: Ledger, *, terms: Terms, cause: Cause) -> ProcedureId:
    procedure_id = ids.new_id()

    async def decide(connection: Connection) -> ProcedureId:
        await _must_be_free(connection, terms.code, procedure_id)
        event = ProcedureDefined(procedure_id=procedure_id, terms=terms)
        await _append(ledger, connection, cause, "procedure", procedure_id, event, expected=0)
        return procedure_id

    return await _in_turn(ledger, decide)


async def change_procedure(
    ledger: Ledger, *, procedure_id: ProcedureId, terms: Terms, version: int, cause: Cause
) -> None:
    """For visits that are booked from now on."""

    async def decide(connection: Connection) -> None:
        known = await connection.fetchrow(SQL["procedure"], procedure_id)
        if known is None:
            raise NotFound("There is no such procedure.")
        _must_be_current(known, version)
        await _must_be_free(connection, terms.code, procedure_id)
        event = ProcedureDefined(procedure_id=procedure_id, terms=terms)
        await _append(ledger, connection, cause, "procedure", procedure_id, event)

    await _in_turn(ledger, decide)


async def add_time_off(
    ledger: Ledger, *, time_off: TimeOff, cause: Cause, note: str | None = None
) -> tuple[UUID, list[UUID]]:
    """Its id, and the visits that lie in it: they stay until somebody moves or cancels them."""
    time_off_id = ids.new_id()

    async def decide(connection: Connection) -> tuple[UUID, list[UUID]]:
        await _resource(connection, time_off.resource_id, kinds=("practitioner", "room", "device"))
        event = TimeOffAdded(time_off_id=time_off_id, time_off=time_off, note=note)
        await _append(ledger, connection, cause, "time_off", time_off_id, event, expected=0)
        return time_off_id, await appointments.in_the_way(
            connection, resource_id=time_off.resource_id, start=time_off.starts_at, end=time_off.ends_at
        )

    return await _in_turn(ledger, decide)


async def remove_time_off(ledger: Ledger, *, time_off_id: UUID, cause: Cause) -> None:
    async def decide(connection: Connection) -> None:
        if await connection.fetchval(SQL["time_off"], time_off_id) is None:
            raise NotFound("There is no such time off.")
        event = TimeOffRemoved(time_off_id=time_off_id)
        await _append(ledger, connection, cause, "time_off", time_off_id, event)

    await _in_turn(ledger, decide)


async def add_holiday(ledger: Ledger, *, holiday: Holiday, cause: Cause) -> UUID:
    """The clinic is closed all day. A day is a holiday once."""
    holiday_id = ids.new_id()

    async def decide(connection: Connection) -> UUID:
        if await connection.fetchval(SQL["holiday_on"], holiday.day) is not None:
            raise InvalidInput("This day is a holiday already.")
        event = HolidayAdded(holiday_id=holiday_id, holiday=holiday)
        await _append(ledger, connection, cause, "holiday", holiday_id, event, expected=0)
        return holiday_id

    return await _in_turn(ledger, decide)


async def remove_holiday(ledger: Ledger, *, holiday_id: UUID, cause: Cause) -> None:
    async def decide(connection: Connection) -> None:
        if await connection.fetchval(SQL["holiday"], holiday_id) is None:
            raise NotFound("There is no such holiday.")
        event = HolidayRemoved(holiday_id=holiday_id)
        await _append(ledger, connection, cause, "holiday", holiday_id, event)

    await _in_turn(ledger, decide)


async def _in_turn(ledger: Ledger, decide: Callable[[Connection], Awaitable[T]]) -> T:
    async def locked(connection: Connection) -> T:
        await lock_numbered(connection, [_SET_UP])
        return await decide(connection)

    return await record(ledger.pool, locked)


async def _append(
    ledger: Ledger,
    connection: Connection,
    cause: Cause,
    noun: str,
    thing: UUID,
    event: Event,
    expected: int | None = None,
) -> None:
    """Nobody's story: the subject is the thing itself."""
    await Act(ledger, connection, cause).append(Append(f"{noun}-{thing}", (event,), thing, expected=expected))


def _described(
    practitioner_id: PractitionerId, number: int, practitioner: Practitioner
) -> PractitionerDescribed:
    return PractitionerDescribed(
        practitioner_id=practitioner_id, resource_no=number, **practitioner.model_dump()
    )


async def _resource(connection: Connection, resource_id: UUID, *, kinds: Sequence[str]) -> Row:
    known = await connection.fetchrow(SQL["resource"], resource_id)
    if known is None or known["kind"] not in kinds:
        raise NotFound(f"There is no such {' or '.join(kinds)}.")
    return known


def _must_be_current(known: Row, version: int) -> None:
    if known["version"] != version:
        raise SetUpChanged


async def _must_be_free(connection: Connection, code: str, procedure_id: ProcedureId) -> None:
    if await connection.fetchval(SQL["procedure_of_code"], code) not in {None, procedure_id}:
        raise InvalidInput(f"There is a procedure with the code {code} already.")


def _must_not_overlap(hours: Sequence[tuple[str, Hours]]) -> None:
    """Of each day, in the order of the clock; midnight at the end comes last."""
    ordered = sorted(hours, key=lambda pair: (pair[0], pair[1].opens))
    for (day, one), (next_day, other) in pairwise(ordered):
        if day == next_day and not (one.opens < one.closes <= other.opens):
            raise InvalidInput("Two stretches of the same day overlap.")
