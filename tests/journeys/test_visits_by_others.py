"""A colleague in the calendar, and another system, do something with a visit: the patient is told."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from medicalcor.core import clock
from tests import mail
from tests.colleague import Colleague
from tests.open_clinic import open_clinic
from tests.stack import Stack

ZONE = ZoneInfo("Europe/Bucharest")
GREETINGS = {
    "ro": "Bună ziua, aș dori informații despre o consultație la dumneavoastră",
    "en": "Hello, I would like some information about a consultation please",
    "de": "Guten Tag, ich hätte gern Informationen zu einer Beratung bei Ihnen",
}
BOOKED = {"ro": "Programarea este făcută", "en": "Your appointment is booked", "de": "Ihr Termin ist gebucht"}
MOVED = {"ro": "Am mutat programarea", "en": "We have moved", "de": "verlegt"}
CANCELLED = {"ro": "Am anulat programarea", "en": "We have cancelled", "de": "abgesagt"}


@pytest.fixture
def stack(own_system: Stack) -> Stack:
    """With nothing left to do and a sandbox that has forgotten the test before."""
    own_system.settle(60)
    own_system.reset()
    open_clinic(own_system)
    return own_system


class Desk:
    """Somebody at the calendar page."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.who = stack, Colleague.hired(stack, f"Desk{uuid4().hex[:8]}")

    def _put(self, hour: int) -> dict[str, str]:
        [doctor, *_] = self.stack.rows("select id from practitioners order by name")
        [treatment] = self.stack.rows("select id from procedures where code = 'cleaning'")
        day = clock.now().astimezone(ZONE).date() + timedelta(days=3)
        return {
            "starts": f"{day}T{hour:02}:00",
            "practitioner": str(doctor["id"]),
            "treatment": str(treatment["id"]),
            "day": day.isoformat(),
        }

    def books(self, lead_id: Any, hour: int) -> None:
        page = self.who.post("/appointments/book", **self._put(hour), lead_id=str(lead_id), key=uuid4().hex)
        assert page.status_code == 303, page.text

    def moves(self, visit: dict[str, Any], hour: int) -> None:
        path = f"/appointments/{visit['id']}/move"
        assert self.who.post(path, **self._put(hour), version=str(visit["version"])).status_code == 303

    def cancels(self, visit: dict[str, Any]) -> None:
        path = f"/appointments/{visit['id']}/cancel"
        assert self.who.post(path, version=str(visit["version"]), why="clinic").status_code == 303


@pytest.fixture
def desk(stack: Stack) -> Iterator[Desk]:
    at_work = Desk(stack)
    yield at_work
    at_work.who.http.close()


def visit_of(stack: Stack, address: str) -> dict[str, Any]:
    [found] = stack.rows(
        "select v.* from appointments v join addresses a using (person_id) where a.value = $1", address
    )
    return found


def heard(stack: Stack, phone: str, words: str) -> str:
    def look() -> str | None:
        texts = [m["text"]["body"] for m in stack.messages_to(phone) if m["type"] == "text"]
        return next((text for text in texts if words in text), None)

    found: str = stack.until(look, what=words)
    return found


@pytest.mark.parametrize(("language", "hour"), [("ro", 9), ("en", 11), ("de", 13)])
def test_what_a_colleague_does_reaches_the_phone_in_the_patients_language(
    stack: Stack, desk: Desk, phone: str, language: str, hour: int
) -> None:
    stack.say(phone, GREETINGS[language], name="Ana Ionescu")
    stack.until(lambda: stack.messages_to(phone), what="the answer")
    lead = stack.person(phone)["id"]
    desk.books(lead, hour)
    told = heard(stack, phone, BOOKED[language])
    assert f"{hour:02}:00" in told
    [link] = re.findall(rf"{stack.api_url}/visits/\S+", told)
    assert stack.http.get(link).headers["content-type"].startswith("text/calendar")
    desk.moves(visit_of(stack, phone), hour + 1)
    assert f"{hour + 1:02}:00" in heard(stack, phone, MOVED[language])
    desk.cancels(visit_of(stack, phone))
    heard(stack, phone, CANCELLED[language])
    stack.settle()
    told_of = [e for e in stack.effects_of(phone) if e["key"].startswith("visit-news:")]
    assert len(told_of) == 3


def test_another_systems_booking_is_told_by_a_template_to_who_never_wrote(stack: Stack, phone: str) -> None:
    key = {"Authorization": f"Bearer {stack.env['API_SECRET_KEY']}"}
    found = stack.http.get(
        f"{stack.api_url}/booking/slots", params={"procedure": "whitening", "limit": 3}, headers=key
    ).json()
    slot = found["slots"][-1]
    chosen = {name: slot[name] for name in ("procedure_id", "practitioner_id", "starts_at")}
    wish = {**chosen, "contact": {"name": "Canarina Popescu", "phone": phone}}
    made = stack.http.post(f"{stack.api_url}/booking/appointments", json=wish, headers=key)
    assert made.status_code == 201, made.text
    [told] = stack.until(lambda: stack.messages_to(phone), what="the template")
    assert told["template"]["name"] == "visit_booked"
    stack.settle()
    assert len(stack.messages_to(phone)) == 1


def test_by_mail_with_the_calendar_file(stack: Stack, desk: Desk) -> None:
    ana = "ana.la.birou@canary-mail.example"
    mail.write(stack, ana, "Bună ziua, aș dori informații despre o consultație. Ana")
    mail.answered(stack, ana)
    lead = stack.until(
        lambda: stack.rows(
            "select l.id from leads l join addresses a using (person_id) where a.value = $1", ana
        ),
        what="the lead",
    )[0]["id"]
    desk.books(lead, 17)
    letters = mail.answered(stack, ana, 2)
    assert BOOKED["ro"] in letters[-1]["text"]
    assert [part["content_type"] for part in letters[-1]["attachments"]] == ["text/calendar"]
