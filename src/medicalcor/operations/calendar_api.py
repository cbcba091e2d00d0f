"""The calendar for other systems: each function takes a question from the gateway and answers with a published shape."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic_core import to_json

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.errors import NotFound, ProductError
from medicalcor.core.eventstore.store import Cause
from medicalcor.operations import appointments, availability, booking, contacts
from medicalcor.operations.appointments import AppointmentChanged
from medicalcor.operations.asks import Functions, Tools
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels.practice import queries as practice
from medicalcor.schemas import booking as shapes
from medicalcor.schemas.appointments import Appointment, BookedVisit, Choice, FreeTime, Slot, SlotQuery, Wish
from medicalcor.schemas.booking import WEEKDAYS

SQL = statements("medicalcor.operations", "calendar_api.sql")
S = TypeVar("S", bound=BaseModel)
LOOK_AHEAD = timedelta(days=27)


class TooLate(ProductError):
    """It could not be seen to in time, and nothing was done. Send it again."""

    code = "not_answered"
    http_status = 503


class CannotBe(ProductError):
    """A refusal of the calendar's, with what a caller can go on with."""

    def __init__(self, problem: ProductError, **more: Any) -> None:
        super().__init__(problem.message)
        self.code, self.http_status = problem.code, problem.http_status
        self._more = more

    @property
    def more(self) -> Mapping[str, Any]:
        return self._more


async def show_practice(tools: Tools, _question: Any) -> shapes.Practice:
    """What can be booked, and with whom."""
    async with tools.ledger.pool.acquire() as connection:
        procedures = [one for one in await practice.procedures(connection) if one.is_active]
        people = [one for one in await practice.practitioners(connection) if one.is_active]
    return shapes.Practice(
        procedures=tuple(
            shapes.BookableProcedure.model_validate(
                {name: getattr(one, name) for name in shapes.BookableProcedure.model_fields}
            )
            for one in procedures
        ),
        practitioners=tuple(
            shapes.BookablePractitioner(
                id=one.id,
                name=one.name,
                languages=tuple(one.languages),
                procedures=tuple(p.code for p in procedures if p.skill is None or p.skill in one.skills),
            )
            for one in people
        ),
        time_zone=tools.ledger.settings.clinic_timezone,
    )


async def find(ledger: Ledger, asked: shapes.SlotsWanted) -> shapes.FreeTimes:
    """Free times, in order."""
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    procedure_id = asked.procedure_id or await _procedure(ledger, asked.procedure or "")
    first = asked.first_day or clock.now().astimezone(zone).date()
    query = SlotQuery(
        procedure_id=procedure_id,
        practitioner_id=asked.practitioner_id,
        prefer=asked.prefer,
        first_day=first,
        last_day=max(asked.last_day, first) if asked.last_day else first + LOOK_AHEAD,
        part_of_day=asked.part_of_day,
        not_before=asked.not_before,
        not_after=asked.not_after,
        weekdays=frozenset({WEEKDAYS.index(asked.weekday)} if asked.weekday else range(7)),
        order=asked.order,
        limit=asked.limit,
    )
    found = await availability.find(ledger, query=query)
    return shapes.FreeTimes(slots=_free(found, procedure_id, zone), time_zone=zone.key)


async def _procedure(ledger: Ledger, code: str) -> UUID:
    async with ledger.pool.acquire() as connection:
        for one in await practice.procedures(connection):
            if one.code == code and one.is_active:
                return one.id
    raise NotFound("The clinic does not offer this procedure.")


def _free(slots: Sequence[Slot], procedure_id: UUID, zone: ZoneInfo) -> tuple[FreeTime, ...]:
    return tuple(
        FreeTime(
            procedure_id=procedure_id,
            practitioner_id=slot.practitioner_id,
            starts_at=slot.starts_at.astimezone(zone),
            ends_at=slot.ends_at.astimezone(zone),
        )
        for slot in slots
    )


async def find_slots(tools: Tools, question: Any) -> shapes.FreeTimes:
    return await find(tools.ledger, _read(shapes.SlotsWanted, question["asked"]))


async def book(tools: Tools, question: Any) -> BookedVisit:
    """Once for each question, whoever asks it how often."""
    _must_be_in_time(question)
    asked = _read(shapes.ToBook, question["asked"])
    ledger, cause = tools.ledger, _cause(tools, question)
    person_id, lead_id = await _whose(tools, asked, cause)
    choice = Choice(
        procedure_id=asked.procedure_id, practitioner_id=asked.practitioner_id, starts_at=asked.starts_at
    )
    wish = Wish(
        person_id=person_id,
        lead_id=lead_id,
        choice=choice,
        key=f"api:{tools.ask_id}",
        for_name=asked.for_name,
        relation=asked.relation,
    )
    try:
        if asked.hold_minutes is None:
            made = await appointments.book(ledger, wish=wish, cause=cause, through="api")
        else:
            length = timedelta(minutes=asked.hold_minutes)
            made = await appointments.hold(ledger, wish=wish, cause=cause, through="api", length=length)
    except (SlotTaken, NotWorking) as problem:
        raise _with_others(ledger, problem, choice) from None
    return _shown(ledger, made)


async def _whose(tools: Tools, asked: shapes.ToBook, cause: Cause) -> tuple[UUID, UUID | None]:
    """The person, and the lead that the visit came of."""
    if asked.contact is not None:
        found = await contacts.find_or_add(tools.ledger, contact=asked.contact, cause=cause)
        return found.person_id, found.lead_id
    if asked.person_id is not None:
        return asked.person_id, None
    async with tools.ledger.pool.acquire() as connection:
        person_id = await connection.fetchval(SQL["person_of_lead"], asked.lead_id)
    if person_id is None:
        raise NotFound("There is no such lead.")
    return person_id, asked.lead_id


async def list_visits(tools: Tools, question: Any) -> shapes.BookedVisits:
    asked = _read(shapes.VisitsWanted, question["asked"])
    after = _place(asked.cursor)
    async with tools.ledger.pool.acquire() as connection:
        rows = await connection.fetch(
            SQL["listed"],
            asked.person_id,
            asked.lead_id,
            asked.practitioner_id,
            asked.status,
            asked.since,
            asked.until,
            *after,
            clock.now(),
            asked.limit + 1,
        )
    found = [booking.appointment(row) for row in rows[: asked.limit]]
    more = len(rows) > asked.limit
    return shapes.BookedVisits(
        appointments=tuple(_shown(tools.ledger, one, names=question["names"]) for one in found),
        next=_cursor(found[-1]) if more else None,
    )


def _cursor(last: Appointment) -> str:
    return f"{int(last.starts_at.timestamp())}~{last.id}"


def _place(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    """Visits begin on whole minutes, so seconds tell all of it."""
    if cursor is None:
        return None, None
    seconds, _, last = cursor.partition("~")
    return datetime.fromtimestamp(int(seconds), UTC), UUID(last)


async def show(tools: Tools, question: Any) -> BookedVisit:
    async with tools.ledger.pool.acquire() as connection:
        found = await _visit(connection, UUID(question["id"]))
    return _shown(tools.ledger, found, names=question["names"])


async def change(tools: Tools, question: Any) -> BookedVisit:
    """Move it, or say how it stands."""
    _must_be_in_time(question)
    asked, appointment_id = _read(shapes.ToChange, question["asked"]), UUID(question["id"])
    cause = _cause(tools, question)
    try:
        if asked.status is None:
            return _shown(tools.ledger, await _move(tools.ledger, appointment_id, asked, cause))
        acts = {
            "booked": appointments.keep,
            "confirmed": appointments.confirm,
            "completed": appointments.complete,
            "missed": appointments.miss,
        }
        made = await acts[asked.status](
            tools.ledger, appointment_id=appointment_id, cause=cause, version=asked.version
        )
    except AppointmentChanged as problem:
        raise _with_current(tools.ledger, problem) from None
    return _shown(tools.ledger, made)


async def _move(ledger: Ledger, appointment_id: UUID, asked: shapes.ToChange, cause: Cause) -> Appointment:
    async with ledger.pool.acquire() as connection:
        now_at = await _visit(connection, appointment_id)
    to = Choice(
        procedure_id=asked.procedure_id or now_at.procedure_id,
        practitioner_id=asked.practitioner_id or now_at.practitioner_id,
        starts_at=asked.starts_at or now_at.starts_at,
    )
    try:
        return await appointments.move(
            ledger,
            appointment_id=appointment_id,
            to=to,
            version=asked.version,
            cause=cause,
            through="api",
        )
    except (SlotTaken, NotWorking) as problem:
        raise _with_others(ledger, problem, to) from None


async def cancel(tools: Tools, question: Any) -> BookedVisit:
    _must_be_in_time(question)
    asked = _read(shapes.ToCancel, question["asked"])
    try:
        made = await appointments.cancel(
            tools.ledger,
            appointment_id=UUID(question["id"]),
            reason=asked.reason,
            cause=_cause(tools, question),
            version=asked.version,
        )
    except AppointmentChanged as problem:
        raise _with_current(tools.ledger, problem) from None
    return _shown(tools.ledger, made)


async def _visit(connection: Connection, appointment_id: UUID) -> Appointment:
    found = await booking.read(connection, appointment_id)
    if found is None:
        raise NotFound("There is no such visit.")
    return found


def _with_others(ledger: Ledger, problem: SlotTaken | NotWorking, choice: Choice) -> CannotBe:
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    return CannotBe(problem, alternatives=_free(problem.alternatives, choice.procedure_id, zone))


def _with_current(ledger: Ledger, problem: AppointmentChanged) -> CannotBe:
    return CannotBe(problem, current=_shown(ledger, problem.current))


def _shown(ledger: Ledger, visit: Appointment, *, names: bool = True) -> BookedVisit:
    """`names` False: whoever may only look reads nobody's name."""
    zone = ZoneInfo(ledger.settings.clinic_timezone)
    told = {name: getattr(visit, name) for name in BookedVisit.model_fields}
    for name in ("starts_at", "ends_at", "expires_at"):
        told[name] = told[name] and told[name].astimezone(zone)
    if not names:
        told["for_name"] = None
    return BookedVisit(**told)


def _must_be_in_time(question: Any) -> None:
    """Who asked has stopped waiting by then: what is done afterwards nobody would learn of."""
    if clock.now() > datetime.fromisoformat(question["until"]):
        raise TooLate


def _cause(tools: Tools, question: Any) -> Cause:
    return Cause(correlation_id=tools.correlation_id, actor=f"api:{question['by']}")


def _read(shape: type[S], asked: Any) -> S:
    return shape.model_validate_json(to_json(asked), strict=True)


FUNCTIONS: Functions = {
    "booking.practice": show_practice,
    "booking.slots": find_slots,
    "booking.book": book,
    "booking.list": list_visits,
    "booking.show": show,
    "booking.change": change,
    "booking.cancel": cancel,
}
"""As they are asked for at the gateway."""
