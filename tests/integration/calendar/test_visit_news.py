"""Patients are told once of what others did with their visits, as it stands in the end."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from icalendar import Calendar
from patients import Heard, Phones
from pydantic import SecretStr

from conftest import CAUSE, Clinic, at
from medicalcor.core import clock, ids
from medicalcor.core.eventstore.store import Cause
from medicalcor.integrations.email.composing import Letter, composed
from medicalcor.operations import appointments, visit_files, visit_news
from medicalcor.operations.ledger import by_user
from medicalcor.schemas.appointments import Appointment, Wish
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import EmailMessage

DESK = by_user(UUID(int=7), correlation_id="desk")
API = Cause(correlation_id="c", actor="api:other")


class Room:
    """The desk, and what reaches the patients of what it does."""

    def __init__(self, clinic: Clinic, phones: Phones, still: clock.Still, database: str) -> None:
        self.clinic, self.phones, self.still, self.database = clinic, phones, still, database
        self.done = set[str]()

    async def books(self, person: UUID, hour: int, cause: Cause = DESK) -> Appointment:
        wish = await self.clinic.wish(at(hour, days=2), person=person)
        return await appointments.book(self.clinic.ledger, wish=wish, cause=cause)

    async def moves(self, visit: Appointment, hour: int, cause: Cause = DESK) -> Appointment:
        return await appointments.move(
            self.clinic.ledger,
            appointment_id=visit.id,
            to=self.clinic.choice(at(hour, days=2)),
            version=None,
            cause=cause,
        )

    async def cancels(self, visit: Appointment, cause: Cause = DESK) -> None:
        await appointments.cancel(self.clinic.ledger, appointment_id=visit.id, reason="other", cause=cause)

    async def later(self, seconds: float = 61) -> list[Heard]:
        """What the patients hear after a while: of each run that has become due, begun twice."""
        self.still.at += timedelta(seconds=seconds)
        owner = await asyncpg.connect(self.database)
        rows: list[Any] = await owner.fetch(
            "select workflow_uuid as run, split_part(workflow_uuid, ':', 2) as id, split_part(workflow_uuid, ':', 3) as version"
            " from dbos.workflow_status where name = 'visits.tell' and delay_until_epoch_ms <= $1"
            " order by delay_until_epoch_ms",
            int(self.still.at.timestamp() * 1000),
        )
        await owner.close()
        due = [row for row in rows if row["run"] not in self.done]
        self.done |= {row["run"] for row in due}
        for row in [*due, *due]:
            await visit_news.tell(
                self.clinic.ledger,
                appointment_id=UUID(row["id"]),
                version=int(row["version"]),
                correlation_id="c",
            )
        return await self.phones.deliver()


@pytest.fixture
def room(clinic: Clinic, phones: Phones, still: clock.Still, database_url: str) -> Room:
    return Room(clinic, phones, still, database_url)


@pytest.mark.parametrize("cause", [DESK, API], ids=["staff", "api"])
async def test_what_others_do_is_told_each_time_once(room: Room, cause: Cause) -> None:
    ana = await room.phones.patient("Ana Pop")
    visit = await room.books(ana, 11, cause)
    assert await room.later(30) == []
    [booked] = await room.later()
    assert booked.template == "visit_booked"
    assert "consultation, miercuri, 6 mai, ora 11:00, Ionescu" in booked.text
    assert "/visits/" in booked.text
    await room.moves(visit, 15, cause)
    [moved] = await room.later()
    assert (moved.template, "ora 15:00" in moved.text) == ("visit_moved", True)
    await room.cancels(visit, cause)
    [off] = await room.later()
    assert (off.template, "ora 15:00" in off.text) == ("visit_cancelled", True)
    assert await room.later() == []


async def test_what_is_taken_back_at_once_is_not_told(room: Room) -> None:
    ana = await room.phones.patient("Ana Pop")
    await room.cancels(await room.books(ana, 11))
    assert await room.later() == [], "booked and undone"
    visit = await room.books(ana, 12)
    await room.later()
    await room.moves(await room.moves(visit, 15), 12)
    assert await room.later() == [], "moved and undone"
    await room.cancels(visit)
    again = await room.books(ana, 12)
    assert await room.later() == [], "cancelled and undone"
    await room.moves(again, 16)
    [moved] = await room.later()
    assert moved.template == "visit_moved"


async def test_what_is_put_right_at_once_is_told_as_it_stands_in_the_end(room: Room) -> None:
    ana = await room.phones.patient("Ana Pop")
    visit = await room.books(ana, 11)
    await room.moves(visit, 15)
    await appointments.confirm(room.clinic.ledger, appointment_id=visit.id, cause=DESK)
    [booked] = await room.later()
    assert (booked.template, "ora 15:00" in booked.text) == ("visit_booked", True)


async def test_what_the_patient_did_is_not_told_to_them(room: Room) -> None:
    ana = await room.phones.patient("Ana Pop")
    visit = await room.books(ana, 11, CAUSE)
    await room.moves(visit, 15, Cause("c", f"call:{ids.new_id()}"))
    assert await room.later() == []
    await room.moves(visit, 16)
    await room.cancels(visit, CAUSE)
    assert await room.later() == [], "they have called it off meanwhile"


async def test_who_has_been_here_already_is_not_told_that_they_will_come(room: Room) -> None:
    """Somebody walked in; the visit is written down afterwards."""
    ana = await room.phones.patient("Ana Pop")
    room.still.at = at(12, days=2)
    wish = await room.clinic.wish(at(11, days=2), person=ana)
    with clock.using(clock.Still(at(10, 59, days=2))):
        await appointments.book(room.clinic.ledger, wish=wish, cause=DESK)
    assert await room.later() == []


async def test_a_time_that_is_only_held_is_told_when_it_is_booked(room: Room) -> None:
    ana = await room.phones.patient("Ana Pop")
    wish: Wish = await room.clinic.wish(at(11, days=2), person=ana)
    held = await appointments.hold(room.clinic.ledger, wish=wish, cause=API)
    assert await room.later() == []
    await appointments.keep(room.clinic.ledger, appointment_id=held.id, cause=API)
    [booked] = await room.later()
    assert booked.template == "visit_booked"


@pytest.mark.parametrize("language", ["ro", "en", "de", "it", "fr", "es", "hu"])
async def test_in_their_language(room: Room, language: Language) -> None:
    ana = await room.phones.patient("Ana Pop", language=language)
    visit = await room.books(ana, 11)
    [booked] = await room.later()
    await room.moves(visit, 15)
    [moved] = await room.later()
    await room.cancels(visit)
    [off] = await room.later()
    assert "11:00" in booked.text
    assert all("15:00" in one.text for one in (moved, off))
    assert len({booked.text, moved.text, off.text}) == 3
    assert all("{" not in one.text for one in (booked, moved, off))


async def mails(room: Room) -> list[EmailMessage]:
    """What goes out by mail, in order."""
    async with room.clinic.ledger.pool.acquire() as connection:
        rows = await connection.fetch(
            "select content from effects where kind = 'email.message' order by planned_at, id"
        )
    return [EmailMessage.model_validate(row["content"]) for row in rows]


async def file_with(room: Room, mail: EmailMessage) -> tuple[Calendar, str]:
    """The calendar file as the mail carries it, and its content type."""
    ledger = room.phones.ledger
    letter = Letter(
        to="ana@x.example", subject="x", text="x", calendar=await visit_files.attached(ledger, mail)
    )
    raw = composed(letter, sender="clinic@clinic.example", tracker="x", at=clock.now())
    [part] = message_from_bytes(raw, policy=default).iter_attachments()
    return Calendar.from_ical(part.get_payload(decode=True)), str(part["content-type"])


async def test_whom_whatsapp_does_not_reach_is_told_by_mail_once_and_their_calendar_follows(
    room: Room,
) -> None:
    told = {"smtp_url": SecretStr("smtp://127.0.0.1:1"), "email_from": "Clinica <clinic@clinic.example>"}
    ledger = replace(room.phones.ledger, settings=room.phones.ledger.settings.model_copy(update=told))
    room.phones.ledger = room.clinic.ledger = ledger
    room.phones.unreachable = True
    ana = await room.phones.patient("Ana Pop")
    await room.phones.mail_of(ana, "ana@canary-mail.example")
    await room.clinic.procedure("sedation", preparation={"ro": "Nu mâncați înainte."})
    wish = await room.clinic.wish(at(11, days=2), person=ana, what="sedation")
    visit = await appointments.book(ledger, wish=wish, cause=DESK)
    assert await room.later() == []
    [booked] = await mails(room)
    first, kind = await file_with(room, booked)
    assert "Nu mâncați înainte." in booked.body
    assert first.events[0]["description"] == "Nu mâncați înainte."
    assert (first["method"], 'method="PUBLISH"' in kind) == ("PUBLISH", True)
    await room.moves(visit, 15)
    await room.later()
    [_, moved] = await mails(room)
    second, _ = await file_with(room, moved)
    assert "Nu mâncați" not in moved.body, "it is another procedure now, that says nothing of its own"
    assert "10 minute" in moved.body
    await room.cancels(visit)
    await room.later()
    [_, _, off] = await mails(room)
    third, kind = await file_with(room, off)
    assert (third["method"], 'method="CANCEL"' in kind) == ("CANCEL", True)
    events = [file.events[0] for file in (first, second, third)]
    assert {str(event["uid"]) for event in events} == {str(visit.id)}
    assert [event["sequence"] for event in events] == sorted({event["sequence"] for event in events})
    assert {str(event["organizer"]) for event in events} == {"mailto:clinic@clinic.example"}
    assert events[1].start == at(15, days=2), "the entry moves with the visit"
    assert events[2]["status"] == "CANCELLED"
    assert "fișier" in off.body
    async with ledger.pool.acquire() as connection:
        alerts = await connection.fetchval("select count(*) from effects where kind = 'staff.alert'")
    assert alerts == 0, "nobody has to look at what was said by mail"


async def test_by_mail_nothing_is_said_that_is_no_longer_so(room: Room) -> None:
    """The news of the change goes its own way."""
    told = {"smtp_url": SecretStr("smtp://127.0.0.1:1"), "email_from": "clinic@clinic.example"}
    ledger = replace(room.phones.ledger, settings=room.phones.ledger.settings.model_copy(update=told))
    room.phones.ledger = room.clinic.ledger = ledger
    ana = await room.phones.patient("Ana Pop")
    await room.phones.mail_of(ana, "ana@canary-mail.example")
    visit = await room.books(ana, 11)
    room.still.at += timedelta(seconds=61)
    await visit_news.tell(ledger, appointment_id=visit.id, version=1, correlation_id="c")
    await room.cancels(visit)
    room.phones.unreachable = True
    await room.phones.deliver()
    assert await mails(room) == []
