"""Patients are told what others did with their visits: a colleague in the calendar, or another system.

What the patient did, in writing or in a call, was answered there. A moment passes before anything is said, so that
what is taken back or put right at once is told as it stands in the end, or not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from medicalcor.core import clock, jobs
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Recorded
from medicalcor.domain.language.phrases import booking_words
from medicalcor.domain.scheduling.news import Change, News, Place, news
from medicalcor.operations import booking, effects, reaching, visit_confirmations
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.operations.reaching import Reach
from medicalcor.schemas.appointments import Appointment
from medicalcor.schemas.effects import Content, EmailMessage, WhatsAppTemplate
from medicalcor.schemas.events.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentExpired,
    AppointmentHeld,
    AppointmentKept,
    AppointmentMoved,
)

SQL = statements("medicalcor.operations", "appointments.sql")
_OTHERS = ("user:", "api:")
"""Those who act for a patient without a word to them."""
_NOUN = "visit-news"
_WHAT: Mapping[str, News] = {f"visit_{what}": what for what in ("booked", "moved", "cancelled")}
"""What a template tells."""


async def arrange(act: Act, visit: Appointment) -> None:
    """Part of the transaction that changes a visit: in a moment its patient is told, if somebody else did it."""
    now = clock.now()
    if not act.cause.actor.startswith(_OTHERS) or visit.status == "held" or visit.starts_at <= now:
        return
    await jobs.start(
        act.connection,
        jobs.VISIT_NEWS,
        id=f"{jobs.VISIT_NEWS.name}:{visit.id}:{visit.version}",
        args=(str(visit.id), visit.version, act.cause.correlation_id),
        partition=f"visit:{visit.id}",
        not_before=now + timedelta(seconds=act.ledger.settings.visit_news_seconds),
    )


async def tell(ledger: Ledger, *, appointment_id: UUID, version: int, correlation_id: str) -> None:
    """Say once what became of it. A change after this one is told in its own time."""
    async with ledger.pool.acquire() as connection:
        stands = await booking.read(connection, appointment_id)
    if stands is None:
        return

    async def decide(connection: Connection) -> None:
        visit = await booking.read(connection, appointment_id)
        if visit is None or visit.starts_at <= clock.now():
            return
        what = await _news(ledger, connection, visit, version)
        if what is not None:
            act = Act(ledger, connection, by_system(correlation_id))
            await _say(act, visit, what, version)

    await record(ledger.pool, decide, subject=stands.person_id)


async def _news(ledger: Ledger, connection: Connection, visit: Appointment, version: int) -> News | None:
    changes = await _changes(ledger, connection, visit.id)
    if not changes or changes[-1].version != version:
        return None
    what = news(changes)
    if what == "cancelled" and await connection.fetchval(SQL["booked_again"], visit.id):
        return None
    return what


async def _changes(ledger: Ledger, connection: Connection, appointment_id: UUID) -> Sequence[Change]:
    recorded = await ledger.store.load(connection, booking.stream(appointment_id))
    keys = [_key(appointment_id, one.version) for one in recorded]
    told = {row["key"] for row in await connection.fetch(effects.SQL["known_effects"], keys)}
    first = _place_of(recorded[0]) if recorded else None
    taken_back = first is not None and await _taken_back(ledger, connection, appointment_id, first)
    changes, place = list[Change](), None
    for one in recorded:
        place = _place_of(one) or place
        if isinstance(one.event, _CHANGES):
            heard = not one.actor.startswith(_OTHERS) or _key(appointment_id, one.version) in told
            stands = place if isinstance(one.event, _ON) else None
            changes.append(Change(one.version, stands, heard or (taken_back and one is recorded[0])))
    return changes


async def _taken_back(ledger: Ledger, connection: Connection, appointment_id: UUID, first: Place) -> bool:
    """Whether it came in the place of one that was cancelled a moment before, and whose patient never heard of that."""
    earlier = await connection.fetchval(
        SQL["taken_back"],
        appointment_id,
        first.procedure_id,
        first.practitioner_id,
        first.starts_at,
        timedelta(seconds=ledger.settings.visit_news_seconds),
    )
    return earlier is not None and news(await _changes(ledger, connection, earlier)) == "cancelled"


_ON = (AppointmentBooked, AppointmentKept, AppointmentMoved)
_CHANGES = (*_ON, AppointmentHeld, AppointmentCancelled, AppointmentExpired)


def _place_of(one: Recorded) -> Place | None:
    if isinstance(one.event, AppointmentBooked | AppointmentHeld | AppointmentMoved):
        visit = one.event.visit
        return Place(visit.procedure_id, visit.practitioner_id, visit.starts_at)
    return None


def _key(appointment_id: UUID, version: int) -> str:
    return f"{_NOUN}:{appointment_id}:{version}"


async def _say(act: Act, visit: Appointment, what: News, version: int) -> None:
    reach = await reaching.reach(act, person_id=visit.person_id, mails=(), now=clock.now())
    if reach is None:
        return
    await _plan(act, visit, what, reach, key=_key(visit.id, version))


async def say_by_mail(act: Act, effect: Row, content: Content | None) -> bool:
    """WhatsApp does not reach them: the same by mail, once, where they left an address. Whether a mail goes out.

    Not when the visit has changed since: what it is now is told in its own time.
    """
    what = _WHAT.get(content.name) if isinstance(content, WhatsAppTemplate) else None
    noun, _colon, rest = effect["key"].partition(":")
    visit_id, _colon, version = rest.partition(":")
    if what is None or noun != _NOUN or ":" in version:
        return False
    visit = await booking.read(act.connection, UUID(visit_id))
    if visit is None or visit.starts_at <= clock.now() or not await _stands(act, visit, int(version)):
        return False
    reach = await reaching.by_mail(act, person_id=visit.person_id)
    if reach is None:
        return False
    planned = await _plan(act, visit, what, reach, key=f"{effect['key']}:mail")
    return any(one.decision.verdict != "refuse" for one in planned)


async def _stands(act: Act, visit: Appointment, version: int) -> bool:
    changes = await _changes(act.ledger, act.connection, visit.id)
    return bool(changes) and changes[-1].version == version


async def _plan(act: Act, visit: Appointment, what: News, reach: Reach, *, key: str) -> list[effects.Planned]:
    content = await visit_confirmations.content(
        act.ledger, act.connection, reach.line, what, visit.id, words=reach.words
    )
    if isinstance(content, EmailMessage):
        title = booking_words(reach.line.language)["calendar_title"]
        content = content.model_copy(update={"subject": title.format(clinic=act.ledger.settings.clinic_name)})
    intent = effects.Intent(
        key=key, content=content, purpose="booking", cause_id=visit.id, useless_after=visit.starts_at
    )
    return await effects.plan(act, conversation_id=reach.conversation_id, intents=[intent])
