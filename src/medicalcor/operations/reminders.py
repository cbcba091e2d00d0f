"""Reminders of visits: decided when their moment has come, from the visits as they stand then.

Nothing is planned ahead, so nothing has to be taken back when a visit is moved or cancelled but what is on its way in
that very minute. Each sweep finds what is due, whether or not the one before it came by; what was decided is recorded
with the message in one commit, so that a sweep that is killed anywhere has lost nothing and repeats nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import CONNECTION_LOST, Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.core.log import get_logger
from medicalcor.domain.language.phrases import TEMPLATE_BUTTONS, TEMPLATES, filled, phrase
from medicalcor.domain.outreach import hours
from medicalcor.domain.scheduling import reminders
from medicalcor.domain.scheduling.reminders import HORIZON, USELESS, Kind, Quiet, Reminder, Visit, WhyNot
from medicalcor.operations import effects, reaching, visit_words, wording
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.operations.wording import Line
from medicalcor.schemas.effects import Content, EmailMessage
from medicalcor.schemas.events.reminders import Outcome, ReminderDecided

SQL = statements("medicalcor.operations", "reminders.sql")
_LATE = timedelta(days=3)
"""What no sweep saw in time is explained for so long after the visit began."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """What there is to decide now."""

    reminders: Sequence[Reminder]
    not_sent: Sequence[tuple[Visit, Kind, WhyNot]]

    @property
    def people(self) -> list[UUID]:
        told = [visit for reminder in self.reminders for visit in reminder.visits]
        return list(
            dict.fromkeys(UUID(v.address) for v in (*told, *(visit for visit, _, _ in self.not_sent)))
        )


async def sweep(ledger: Ledger) -> int:
    """Decide all that is due, person by person; answers for how many people there was something to decide."""
    async with ledger.pool.acquire() as connection:
        due = await _due(ledger, connection, person_id=None)
    for person_id in due.people:
        try:
            await _decide(ledger, person_id)
        except CONNECTION_LOST:
            raise
        except Exception:  # whatever it is, those behind are reminded all the same
            log.exception("reminder_not_decided", person_id=str(person_id))
    return len(due.people)


async def _due(ledger: Ledger, connection: Connection, *, person_id: UUID | None) -> _Due:
    now = clock.now()
    rows = await connection.fetch(SQL["visits_ahead"], now - _LATE, now + HORIZON, person_id)
    visits = [_visit(row) for row in rows]
    decided = {
        reminders.key(visit, ahead)
        for visit, row in zip(visits, rows, strict=True)
        for ahead in row["decided"]
    }
    due, not_sent = list[Reminder](), list[tuple[Visit, Kind, WhyNot]]()
    quiet = quiet_of(ledger)
    for zone, there in _by_zone(ledger, zip(visits, rows, strict=True), now).items():
        wall = ZoneInfo(zone)
        due += reminders.due(there, now=now, sent=decided, zone=wall, quiet=quiet)
        not_sent += reminders.not_sent(there, now=now, sent=decided, zone=wall, quiet=quiet)
    return _Due(due, not_sent)


def _by_zone(ledger: Ledger, visits: Iterable[tuple[Visit, Row]], now: datetime) -> dict[str, list[Visit]]:
    """By where whoever comes probably is, as the policy sees it: quiet hours are theirs."""
    found: dict[str, list[Visit]] = {}
    for visit, row in visits:
        zone = hours.zone_of(row["phone"], clinic_zone=ledger.settings.clinic_timezone, at=now)
        found.setdefault(zone, []).append(visit)
    return found


def quiet_of(ledger: Ledger) -> Quiet:
    """The clinic's quiet hours; none at all when they are off."""
    told = hours.parse(ledger.settings.quiet_hours)
    return Quiet(told.start, told.end) if told else Quiet(time(0), time(0))


def _visit(row: Row) -> Visit:
    """Those of one person go together: an address is one person's, and a family on one phone is one person's too."""
    return Visit(
        id=row["id"],
        address=str(row["person_id"]),
        starts_at=row["starts_at"],
        status=row["status"],
        settled_at=row["settled_at"],
        moves=row["moves"],
    )


async def _decide(ledger: Ledger, person_id: UUID) -> None:
    async def decide(connection: Connection) -> None:
        due = await _due(ledger, connection, person_id=person_id)
        for reminder in due.reminders:
            await _remind(ledger, connection, person_id, reminder)
        for visit, kind, why in due.not_sent:
            await _explain(ledger, connection, person_id, visit, kind, why)

    await record(ledger.pool, decide, subject=person_id)


async def _remind(ledger: Ledger, connection: Connection, person_id: UUID, reminder: Reminder) -> None:
    message_id = ids.new_id()
    act = Act(ledger, connection, by_system(str(message_id)))
    reach = await reaching.reach(act, person_id=person_id, mails=(), now=clock.now())
    if reach is None:
        await _note(act, reminder.visits, reminder.kind, "unreachable", message_id, None)
        return
    intent = effects.Intent(
        key=_key(reminder.kind, reminder.visits),
        content=await _content(act, reach.line, reminder.visits, reminder.kind, message_id),
        purpose="reminder",
        cause_id=message_id,
        useless_after=_useless_after(reminder.visits, reminder.kind),
    )
    await effects.plan(act, conversation_id=reach.conversation_id, intents=[intent])
    await _note(act, reminder.visits, reminder.kind, "planned", message_id, intent.key)


async def _explain(
    ledger: Ledger, connection: Connection, person_id: UUID, visit: Visit, kind: Kind, why: WhyNot
) -> None:
    """That a reminder was not sent is a decision too; it stands where their messages stand, if they have any."""
    message_id = ids.new_id()
    act = Act(ledger, connection, by_system(str(message_id)))
    row = await connection.fetchrow(SQL["a_line"], person_id)
    key = None
    if row is not None:
        line = Line(row["channel"], row["reply_kind"], row["language"] or "ro")
        key = _key(kind, [visit])
        intent = effects.Intent(
            key=key,
            content=await _content(act, line, [visit], kind, message_id),
            purpose="reminder",
            cause_id=message_id,
        )
        await effects.decline(act, conversation_id=row["id"], intent=intent, reason=why)
    await _note(act, [visit], kind, why, message_id, key)


async def _note(
    act: Act, visits: Iterable[Visit], kind: Kind, outcome: Outcome, message_id: UUID, effect_key: str | None
) -> None:
    entries = []
    for visit in visits:
        person_id = UUID(visit.address)
        event = ReminderDecided(
            appointment_id=visit.id,
            person_id=person_id,
            moves=visit.moves,
            ahead=kind,
            outcome=outcome,
            message_id=message_id,
            effect_key=effect_key,
        )
        entries.append(Append(f"reminder-{visit.id}", (event,), person_id))
    await act.append(*entries)


def _useless_after(visits: Sequence[Visit], kind: Kind) -> datetime:
    """When none of them is helped any more."""
    return max(visit.starts_at for visit in visits) - USELESS[kind]


def _key(kind: Kind, visits: Sequence[Visit]) -> str:
    """One message for the same visits at the same times."""
    return f"reminder:{kind}:" + "+".join(f"{visit.id}.{visit.moves}" for visit in visits)


async def _content(act: Act, line: Line, visits: Sequence[Visit], kind: Kind, message_id: UUID) -> Content:
    known = await visit_words.known(act.connection, [visit.id for visit in visits])
    clinic, name = act.ledger.settings.clinic_name, _template(kind, visits)
    told = visit_words.in_words(act.ledger, [one.told for one in known], line.language)
    if kind == "day":
        told = visit_words.with_preparation(told, [one.told for one in known], line.language)
    if line.reply_kind == "email":
        body = filled(TEMPLATES[name][line.language], [clinic, told])
        how = phrase("visit_reminder_reply", line.language, clinic=clinic)
        subject = phrase("visit_reminder_subject", line.language, clinic=clinic)
        return EmailMessage(
            subject=subject, body=f"{body}\n\n{how}", language=line.language, written_by="phrases"
        )
    about = f"visit:{visits[0].id}" if len(visits) == 1 else f"visits:{message_id}"
    buttons = [f"{about}:{verb}" for verb in TEMPLATE_BUTTONS[name]]
    return wording.template(line, name, clinic, told, buttons=buttons)


def _template(kind: Kind, visits: Sequence[Visit]) -> str:
    return f"visit_reminder_{kind}" if len(visits) == 1 else "visit_reminder_family"


async def call_back(act: Act, *, appointment_id: UUID) -> None:
    """The visit is not what it was: what has not gone out about it does not. The caller holds the person's lock."""
    waiting = await act.connection.fetch(SQL["pending_reminders"], appointment_id)
    await effects.void(act, waiting=waiting, reason="visit_changed")


async def say_by_mail(act: Act, effect: Row) -> bool:
    """WhatsApp does not reach them: the same by mail, once, where they left an address. Whether a mail goes out."""
    if effect["purpose"] != "reminder" or effect["kind"].startswith("email."):
        return False
    rows = await act.connection.fetch(SQL["still_reminded_by"], effect["key"])
    reach = await reaching.by_mail(act, person_id=effect["person_id"]) if rows else None
    if reach is None:
        return False
    visits, kind = [_visit(row) for row in rows], rows[0]["ahead"]
    intent = effects.Intent(
        key=f"{effect['key']}:mail",
        content=await _content(act, reach.line, visits, kind, effect["id"]),
        purpose="reminder",
        cause_id=effect["cause_id"],
        useless_after=_useless_after(visits, kind),
    )
    planned = await effects.plan(act, conversation_id=reach.conversation_id, intents=[intent])
    return any(one.decision.verdict != "refuse" for one in planned)
