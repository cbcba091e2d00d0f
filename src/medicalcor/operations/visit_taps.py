"""What a patient taps under a reminder, done with the visit that it was about.

A button may be tapped days later, twice, or under an old message: what is answered is how the visit stands now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.domain.language.phrases import button, phrase
from medicalcor.domain.scheduling.understanding.hearing import Heard
from medicalcor.domain.scheduling.visits import NotPossible
from medicalcor.operations import appointments, booking_taps, effects, rebooking, visit_words, wording
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act, Ledger, by_patient, by_system
from medicalcor.operations.tapped import Tapped
from medicalcor.operations.visit_words import Known
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import Choice, Content

SQL = statements("medicalcor.operations", "reminders.sql")
VERBS = ("confirm", "move", "cancel")
MOST_LISTED = 10
"""Lines of a WhatsApp list."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """What is said, and what can be tapped under it."""

    key: str
    visits: tuple[Known, ...]
    verbs: tuple[str, ...] = ()


async def take(ledger: Ledger, tapped: Tapped) -> bool:
    """`visit:<id>:confirm`, `move`, `cancel`, or `another` for another time after one that is off."""
    about = subject_of(tapped)
    found = await _visits(ledger, [about] if about else [], tapped.person_id)
    if not found or tapped.verb not in (*VERBS, "another"):
        return False
    [visit] = found
    if await _is_stale(ledger, tapped, visit):
        await _answer(ledger, tapped, _Reply("visit_moved_since", (visit,), VERBS))
        return True
    if tapped.verb == "another":
        await _propose(ledger, tapped, None)
    elif tapped.verb == "move" and _open(visit, clock.now()):
        await _propose(ledger, tapped, visit)
    else:
        await _answer(ledger, tapped, await _done(ledger, tapped, [visit]))
    return True


async def take_of_family(ledger: Ledger, tapped: Tapped) -> bool:
    """`visits:<message>:confirm` is for all of them; to move or cancel, it is asked which."""
    async with ledger.pool.acquire() as connection:
        rows = await connection.fetch(SQL["of_message"], subject_of(tapped), tapped.person_id)
    if not rows or tapped.verb not in VERBS:
        return False
    then = {row["id"]: row["moves"] for row in rows}
    found = await _visits(ledger, list(then), tapped.person_id)
    standing = [v for v in found if _open(v, clock.now()) and v.moves == then[v.id]]
    if not standing:
        await _answer(ledger, tapped, _how_it_stands(found[0]))
    elif tapped.verb == "confirm":
        await _answer(ledger, tapped, await _done(ledger, tapped, standing))
    else:
        await _ask_which(ledger, tapped, standing)
    return True


def subject_of(tapped: Tapped) -> UUID | None:
    """The id in the middle of the choice, when it is one."""
    try:
        return UUID(tapped.subject)
    except ValueError:
        return None


async def _visits(ledger: Ledger, visits: Sequence[UUID], person_id: UUID) -> list[Known]:
    """Those that are this person's."""
    async with ledger.pool.acquire() as connection:
        return [one for one in await visit_words.known(connection, visits) if one.person_id == person_id]


async def _is_stale(ledger: Ledger, tapped: Tapped, visit: Known) -> bool:
    """Whether the message told of a time at which the visit is no more, while it stands at another."""
    async with ledger.pool.acquire() as connection:
        then = await connection.fetchval(SQL["tapped_reminder"], tapped.message_id, visit.id)
    return then is not None and then != visit.moves and _open(visit, clock.now())


def _open(visit: Known, now: datetime) -> bool:
    return visit.status in {"booked", "confirmed"} and visit.told.starts_at > now


async def _done(ledger: Ledger, tapped: Tapped, visits: Sequence[Known]) -> _Reply:
    """Confirmed or cancelled, if they still can be; what is said is how they stand now."""
    cause = by_patient(tapped.correlation_id)
    for visit in visits:
        if not _open(visit, clock.now()):
            continue
        try:
            if tapped.verb == "confirm":
                await appointments.confirm(ledger, appointment_id=visit.id, cause=cause)
            else:
                await appointments.cancel(ledger, appointment_id=visit.id, reason="patient", cause=cause)
        except NotPossible:
            continue  # somebody was faster: the answer below tells how it stands
    now_at = await _visits(ledger, [visit.id for visit in visits], tapped.person_id)
    confirmed = tuple(v for v in now_at if v.status == "confirmed" and v.told.starts_at > clock.now())
    if tapped.verb == "confirm" and confirmed:
        return _Reply("visit_confirmed", confirmed)
    if tapped.verb == "cancel" and now_at[0].status == "cancelled":
        return _Reply("visit_cancelled", (now_at[0],), ("another",))
    return _how_it_stands(now_at[0])


def _how_it_stands(visit: Known) -> _Reply:
    if visit.status in {"cancelled", "expired", "held"}:
        return _Reply("visit_off", (visit,), ("another",))
    if _open(visit, clock.now()):
        return _Reply("visit_moved_since", (visit,), VERBS)
    return _Reply("visit_over", (visit,), ("another",))


async def _answer(ledger: Ledger, tapped: Tapped, reply: _Reply) -> None:
    async def decide(connection: Connection) -> None:
        line = await line_of(connection, tapped)
        visit = visit_words.in_words(ledger, [one.told for one in reply.visits], line.language)
        said = phrase(reply.key, line.language, clinic=ledger.settings.clinic_name, visit=visit)
        choices = [
            Choice(id=f"visit:{reply.visits[0].id}:{verb}", title=_title(verb, line.language))
            for verb in reply.verbs
        ]
        await say(Act(ledger, connection, by_system(tapped.correlation_id)), tapped, line, said, choices)

    await record(ledger.pool, decide, subject=tapped.person_id)


def _title(verb: str, language: Language) -> str:
    return button("another_time" if verb == "another" else verb, language)


async def say(act: Act, tapped: Tapped, line: Line, said: str, choices: Sequence[Choice] = ()) -> None:
    """The answer to a tap, once. In a mail there is nothing to tap: it says what can be done."""
    content: Content
    if choices and line.reply_kind != "email":
        content = wording.question(line, said, choices, opener=button("choose", line.language))
    else:
        content = wording.text(line, said, written_by="phrases")
    intent = Intent(
        key=f"visit-answer:{tapped.message_id}",
        content=content,
        purpose="booking",
        cause_id=tapped.message_id,
    )
    await effects.plan(act, conversation_id=tapped.conversation_id, intents=[intent])


async def _propose(ledger: Ledger, tapped: Tapped, visit: Known | None) -> None:
    """Other times for this visit, or for a new one; a colleague proposes them where the agent may not."""
    heard = Heard(move=True, visit_id=visit.id) if visit else Heard(wants_visit=True)
    if await booking_taps.propose(ledger, tapped, heard):
        return

    async def decide(connection: Connection) -> None:
        line = await line_of(connection, tapped)
        act = Act(ledger, connection, by_system(tapped.correlation_id))
        await rebooking.propose(act, tapped=tapped, line=line, instead_of=visit)

    await record(ledger.pool, decide, subject=tapped.person_id)


async def _ask_which(ledger: Ledger, tapped: Tapped, visits: Sequence[Known]) -> None:
    async def decide(connection: Connection) -> None:
        line = await line_of(connection, tapped)
        said = phrase("visit_which", line.language, clinic=ledger.settings.clinic_name)
        listed = [
            Choice(
                id=f"visit:{one.id}:{tapped.verb}",
                title=visit_words.moment(ledger, one.told.starts_at, line.language)[:24],
                description=visit_words.whose_and_what(one.told, line.language)[:72],
            )
            for one in visits[:MOST_LISTED]
        ]
        act = Act(ledger, connection, by_system(tapped.correlation_id))
        if line.reply_kind == "email":
            in_full = visit_words.in_words(ledger, [one.told for one in visits], line.language)
            await say(act, tapped, line, f"{said}\n\n{in_full}")
        else:
            await say(act, tapped, line, said, listed)

    await record(ledger.pool, decide, subject=tapped.person_id)


async def line_of(connection: Connection, tapped: Tapped) -> Line:
    about = await effects.standing(connection, conversation_id=tapped.conversation_id)
    return Line(about["channel"], about["reply_kind"], about["language"] or "ro")
