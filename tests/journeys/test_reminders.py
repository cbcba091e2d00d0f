"""A visit is reminded of, and what the patient taps or types under it is done with that visit."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import open_pool
from medicalcor.core.settings import Settings
from medicalcor.operations import appointments, practice, reminders
from medicalcor.operations.ledger import Ledger, by_system, open_ledger
from medicalcor.schemas.appointments import Choice, Wish
from medicalcor.schemas.practice import Practitioner, Terms, WeekHours
from tests.colleague import Colleague
from tests.stack import Stack

GREETINGS = {
    "ro": "Bună ziua, aș dori informații despre o consultație la dumneavoastră",
    "en": "Hello, I would like some information about a consultation please",
    "de": "Guten Tag, ich hätte gern Informationen zu einer Beratung bei Ihnen",
}
CONFIRMED = {"ro": "am notat că veniți", "en": "noted that you are coming", "de": "dass Sie kommen"}
CANCELLED = {"ro": "am anulat", "en": "have cancelled", "de": "haben abgesagt"}
LONG_AGO = timedelta(days=2)
AHEAD = timedelta(hours=20)


@dataclass(frozen=True)
class Visit:
    """A visit tomorrow, agreed on two days ago."""

    id: UUID
    starts_at: datetime


class Desk:
    """The clinic's own side: what has no public door yet is done by the same operations."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def books(self, phone: str) -> Visit:
        return asyncio.run(self._with_ledger(self._book, phone))

    def sweeps(self) -> None:
        asyncio.run(self._with_ledger(self._sweep, ""))

    async def _with_ledger(self, act: Any, phone: str) -> Any:
        pool = await open_pool(self.stack.database_url, role="medicalcor_app")
        told = {"medicalcor_master_key": self.stack.master_key, "whatsapp_api_key": "k", "quiet_hours": "off"}
        told["clinic_name"] = self.stack.env["CLINIC_NAME"]
        try:
            return await act(open_ledger(Settings.model_validate(told), pool), phone)
        finally:
            await pool.close()

    async def _sweep(self, ledger: Ledger, _phone: str) -> None:
        await reminders.sweep(ledger)

    async def _book(self, ledger: Ledger, phone: str) -> Visit:
        person = self.stack.person(phone)
        now = datetime.now(UTC)
        starts_at = (now + AHEAD).replace(second=0, microsecond=0)
        with clock.using(clock.Still(now - LONG_AGO)):
            doctor, procedure = await self._practice(ledger)
            choice = Choice(procedure_id=procedure, practitioner_id=doctor, starts_at=starts_at)
            wish = Wish(person_id=person["person_id"], choice=choice, key=ids.token())
            made = await appointments.book(ledger, wish=wish, cause=by_system("desk"))
        return Visit(made.id, starts_at)

    async def _practice(self, ledger: Ledger) -> tuple[UUID, UUID]:
        cause = by_system("desk")
        who = Practitioner(name="Dr. Ionescu", languages=("ro",), skills=())
        doctor = await practice.add_practitioner(ledger, practitioner=who, cause=cause)
        hours = [WeekHours(weekday=day, opens=time(0), closes=time(0)) for day in range(7)]
        await practice.set_week(ledger, practitioner_id=doctor, hours=hours, version=1, cause=cause)
        titles = {"ro": "consultație", "en": "consultation", "de": "Beratung"}
        code = f"c{ids.new_id().hex[-12:]}"
        terms = Terms.model_validate({"code": code, "titles": titles, "minutes": 15})
        return doctor, await practice.add_procedure(ledger, terms=terms, cause=cause)

    def reminded(self, phone: str) -> dict[str, Any]:
        """The reminder on the patient's phone."""
        found: dict[str, Any] = self.stack.until(
            lambda: next(
                (
                    e
                    for e in self.stack.effects_of(phone)
                    if e["purpose"] == "reminder" and e["provider_id"] is not None
                ),
                None,
            ),
            what="the reminder",
            seconds=100,
        )
        return found

    def taps(self, phone: str, choice: str, under: dict[str, Any]) -> None:
        tap = {"type": "template", "id": choice, "title": "…", "message_id": under["provider_id"]}
        sent = self.stack.http.post(
            f"{self.stack.sandbox_url}/phone/messages", json={"from": phone, "name": "Ana", "tap": tap}
        )
        assert sent.status_code == 202, sent.text

    def stands(self, visit: Visit, status: str) -> None:
        self.stack.until(
            lambda: self.stack.rows(
                "select 1 from appointments where id = $1 and status = $2", visit.id, status
            ),
            what=f"the visit to be {status}",
        )

    def says(self, phone: str, words: str) -> None:
        self.stack.until(
            lambda: any(words in str(body) for body in self.stack.messages_to(phone)), what=f"“{words}”"
        )

    def nobody_waits(self, phone: str) -> None:
        self.stack.settle()
        assert self.stack.person(phone)["unanswered_since"] is None


@pytest.fixture
def stack(own_system: Stack) -> Stack:
    """With nothing left to do and a sandbox that has forgotten the test before."""
    own_system.settle(60)
    own_system.reset()
    return own_system


@pytest.fixture
def desk(stack: Stack) -> Iterator[Desk]:
    yield Desk(stack)
    stack.settle(60)


def known(stack: Stack, phone: str, language: str) -> None:
    stack.say(phone, GREETINGS[language])
    stack.answered(phone)
    stack.settle()


def test_the_job_reminds_by_itself(desk: Desk, phone: str) -> None:
    """Nobody calls the sweep here: the schedule does."""
    known(desk.stack, phone, "ro")
    visit = desk.books(phone)
    reminder = desk.reminded(phone)
    assert reminder["content"]["name"] == "visit_reminder_day"
    assert reminder["content"]["buttons"] == [f"visit:{visit.id}:{v}" for v in ("confirm", "move", "cancel")]
    assert len([e for e in desk.stack.effects_of(phone) if e["purpose"] == "reminder"]) == 1


def test_staff_see_the_reminder_with_its_reason_and_put_the_patient_on_the_waitlist(
    desk: Desk, phone: str
) -> None:
    known(desk.stack, phone, "ro")
    visit = desk.books(phone)
    desk.sweeps()
    reminder = desk.reminded(phone)
    elena, lead = Colleague.hired(desk.stack, "Elena"), desk.stack.person(phone)["id"]
    page = elena.open(lead)
    assert f'href="#sent-{reminder["id"]}"' in page
    assert f'id="sent-{reminder["id"]}"' in page
    assert "appointment.booked" not in page, "the timeline says it in words"
    assert elena.post(f"/leads/{lead}/visits/{visit.id}/earlier").status_code == 303
    waits = "select 1 from waitlist where appointment_id = $1 and left_at is null"
    assert desk.stack.rows(waits, visit.id)
    elena.post(f"/leads/{lead}/visits/{visit.id}/earlier")
    assert not desk.stack.rows(waits, visit.id)
    elena.http.close()


@pytest.mark.parametrize("language", ["ro", "en", "de"])
def test_confirmed_and_then_cancelled_by_taps(desk: Desk, phone: str, language: str) -> None:
    known(desk.stack, phone, language)
    visit = desk.books(phone)
    desk.sweeps()
    reminder = desk.reminded(phone)
    confirm, move, cancel = reminder["content"]["buttons"]
    desk.taps(phone, confirm, reminder)
    desk.stands(visit, "confirmed")
    desk.says(phone, CONFIRMED[language])
    desk.nobody_waits(phone)
    desk.taps(phone, move, reminder)
    [offer] = desk.stack.until(
        lambda: [
            e
            for e in desk.stack.effects_of(phone, kind="whatsapp.choices")
            if e["cause_id"] and ":1-1" in str(e["content"])
        ],
        what="other times for this visit",
    )
    assert offer["status"] in ("planned", "sent", "delivered", "read")
    desk.stands(visit, "confirmed")
    desk.taps(phone, cancel, reminder)
    desk.stands(visit, "cancelled")
    desk.says(phone, CANCELLED[language])


@pytest.mark.parametrize(
    ("language", "words", "status"),
    [
        ("ro", "Da, confirm. Mulțumesc!", "confirmed"),
        ("ro", "Bună ziua, din păcate nu pot veni", "cancelled"),
        ("ro", "Confirm vizita de mâine", "confirmed"),
        ("ro", "ok, mulțumesc 👍", "confirmed"),
        ("en", "Yes, I'll be there, thank you", "confirmed"),
        ("en", "Sorry, I can't make it", "cancelled"),
        ("de", "Ja, ich komme", "confirmed"),
        ("de", "Ich kann leider nicht kommen", "cancelled"),
    ],
)
def test_typed_answers_count_as_taps(desk: Desk, phone: str, language: str, words: str, status: str) -> None:
    known(desk.stack, phone, language)
    visit = desk.books(phone)
    desk.sweeps()
    desk.reminded(phone)
    desk.stack.say(phone, words)
    desk.stands(visit, status)
    desk.says(phone, (CONFIRMED if status == "confirmed" else CANCELLED)[language])
    desk.nobody_waits(phone)


@pytest.mark.parametrize("words", ["nu", "nu știu dacă ajung, vă anunț", "da, dar se poate la 12?"])
def test_what_is_in_doubt_changes_nothing(desk: Desk, phone: str, words: str) -> None:
    known(desk.stack, phone, "ro")
    visit = desk.books(phone)
    desk.sweeps()
    desk.reminded(phone)
    desk.stack.say(phone, words)
    desk.stack.settle()
    desk.stands(visit, "booked")


def test_killed_between_the_decision_and_the_sending(desk: Desk, phone: str) -> None:
    stack = desk.stack
    known(stack, phone, "ro")
    desk.books(phone)
    worker = stack.processes["worker-0"]
    worker.kill()
    desk.sweeps()
    desk.sweeps()
    worker.start()
    desk.reminded(phone)
    stack.settle(60)
    desk.sweeps()
    stack.settle(60)
    sent = [b for b in stack.messages_to(phone) if "visit_reminder_day" in str(b)]
    assert len(sent) == 1
