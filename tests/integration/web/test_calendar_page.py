"""The calendar page: seeing, booking for a lead, moving, refusing with other times, undoing; and who may."""

import re
from datetime import UTC, datetime, time, timedelta
from html import unescape
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.integration.web.conftest import PASSWORD, Browser
from tests.till import Till

from medicalcor.core import clock
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Pool
from medicalcor.operations import practice
from medicalcor.operations.ledger import Ledger, by_system
from medicalcor.schemas.practice import Need, Practitioner, Resource, Terms, WeekHours

ZONE = ZoneInfo("Europe/Bucharest")
CAUSE = by_system("c")
ANA, BOGDAN = "+40722000801", "+40722000802"


def monday() -> datetime:
    """Nine o'clock on a Monday to come."""
    today = clock.now().astimezone(ZONE).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(9), ZONE)


class Surgery:
    """One doctor, one chair, one treatment of half an hour."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.doctor = self.treatment = UUID(int=0)

    async def opens(self) -> "Surgery":
        who = Practitioner(name="Dr. Ionescu", languages=("ro",), skills=())
        self.doctor = await practice.add_practitioner(self.ledger, practitioner=who, cause=CAUSE)
        hours = [WeekHours(weekday=day, opens=time(9), closes=time(17)) for day in range(5)]
        await practice.set_week(self.ledger, practitioner_id=self.doctor, hours=hours, version=1, cause=CAUSE)
        chair = Resource(kind="room", title="Chair", groups=("chair",))
        await practice.add_resource(self.ledger, resource=chair, cause=CAUSE)
        terms = Terms(
            code="consultation",
            titles={"en": "Consultation"},
            minutes=30,
            needs=(Need(kind="room", group="chair"),),
        )
        self.treatment = await practice.add_procedure(self.ledger, terms=terms, cause=CAUSE)
        return self

    def put(self, when: datetime, **more: object) -> dict[str, str]:
        """A form's fields; the time as the browser says it."""
        fields = {
            "starts": when.strftime("%Y-%m-%dT%H:%M"),
            "practitioner": self.doctor,
            "treatment": self.treatment,
            "day": when.date().isoformat(),
            **more,
        }
        return {name: str(value) for name, value in fields.items()}


@pytest.fixture
async def surgery(ledger: Ledger) -> Surgery:
    return await Surgery(ledger).opens()


@pytest.fixture
async def lead(ledger: Ledger) -> UUID:
    person = await Till(ledger).person(ANA, "Ana Popescu")
    found: UUID = person["lead_id"]
    return found


async def booked(
    browser: Browser, surgery: Surgery, lead: UUID, when: datetime, key: str = "key-12345"
) -> str:
    """The visit's id."""
    page = await browser.post("/appointments/book", surgery.put(when, lead_id=lead, key=key), htmx=True)
    assert page.status_code == 200
    return re.findall(r'data-id="([0-9a-f-]{36})"', page.text)[-1]


def version_of(html: str) -> str:
    return re.findall(r'data-version="(\d+)"', html)[-1]


async def test_an_empty_clinic_says_what_to_do(browser: Browser) -> None:
    page = await browser.get("/appointments")
    assert "Nobody treats here yet" in page.text
    for nonsense in ("?day=yesterday&view=month&who=me", "?day=9999-12-31", "?lead=nobody"):
        assert (await browser.get(f"/appointments{nonsense}")).status_code == 200


async def test_a_free_time_is_booked_for_a_lead_once(browser: Browser, surgery: Surgery, lead: UUID) -> None:
    when = monday()
    place = f"/appointments?day={when.date()}&lead={lead}&procedure={surgery.treatment}"
    page = await browser.get(place)
    assert "Booking for Ana Popescu" in page.text
    assert page.text.count('class="opening') == 31  # each quarter from 9:00 to 16:30
    first = await browser.post(
        "/appointments/book", surgery.put(when, lead_id=lead, key="key-12345"), htmx=True
    )
    again = await browser.post(
        "/appointments/book", surgery.put(when, lead_id=lead, key="key-12345"), htmx=True
    )
    for done in (first, again):
        assert "Booked." in done.text
        assert done.text.count("data-drag") == 1
    assert "Ana Popescu" in (await browser.get(f"/appointments?day={when.date()}")).text
    assert "Ana Popescu" in (await browser.get(f"/appointments?view=week&day={when.date()}")).text


async def test_a_move_is_undone(browser: Browser, surgery: Surgery, lead: UUID) -> None:
    when = monday()
    visit = await booked(browser, surgery, lead, when)
    moved = await browser.post(
        f"/appointments/{visit}/move", surgery.put(when.replace(hour=11), version=1), htmx=True
    )
    assert "Moved." in moved.text
    back = {name: unescape(value) for name, value in _undo(moved.text)}
    assert back["starts"].startswith(when.strftime("%Y-%m-%dT%H:%M"))
    undone = await browser.post(f"/appointments/{visit}/move", back, htmx=True)
    assert "09:00" in undone.text
    assert version_of(undone.text) == "3"


async def test_a_taken_time_is_refused_with_others_and_nothing_moves(
    browser: Browser, surgery: Surgery, lead: UUID
) -> None:
    when = monday()
    await booked(browser, surgery, lead, when, key="key-first")
    visit = await booked(browser, surgery, lead, when.replace(hour=10), key="key-second")
    refused = await browser.post(f"/appointments/{visit}/move", surgery.put(when, version=1), htmx=True)
    assert "Nothing was changed." in refused.text
    assert refused.text.count("button-small") >= 3
    assert "10:00" in refused.text
    assert "all the same" not in refused.text  # a receptionist may not


async def test_a_doctor_may_put_a_visit_over_another_and_says_why(
    anonymous: Browser, surgery: Surgery, pool: Pool, lead: UUID
) -> None:
    await accounts.add(
        pool,
        email="dr@clinic.example",
        name="Dr. Ionescu",
        role=Role.DOCTOR,
        password=PASSWORD,
        language="en",
    )
    await anonymous.sign_in("dr@clinic.example")
    when = monday()
    await booked(anonymous, surgery, lead, when, key="key-first")
    visit = await booked(anonymous, surgery, lead, when.replace(hour=10), key="key-second")
    path = f"/appointments/{visit}/move"
    refused = await anonymous.post(path, surgery.put(when, version=1, by="drag"), htmx=True)
    assert "Put it there all the same" in refused.text
    over = await anonymous.post(path, surgery.put(when, version=1, reason="Twins, together"), htmx=True)
    assert "Moved." in over.text
    assert over.text.count("lane-1-2") == over.text.count("lane-2-2") == 1
    card = await anonymous.post(f"/appointments/{visit}/card", htmx=True)
    assert "Twins, together" in card.text
    assert card.text.count("comes out the same") == 2
    assert "Overridden on purpose: The practitioner has another visit then." in card.text
    page = await anonymous.get(f"/leads/{lead}")
    assert "Why this time?" in page.text
    assert "Could not be moved to" in page.text
    assert "Asked by dragging it in the calendar." in page.text


async def test_what_somebody_else_changed_is_not_moved(
    browser: Browser, surgery: Surgery, lead: UUID
) -> None:
    when = monday()
    visit = await booked(browser, surgery, lead, when)
    await browser.post(f"/appointments/{visit}/confirm", surgery.put(when, version=1), htmx=True)
    late = await browser.post(
        f"/appointments/{visit}/move", surgery.put(when.replace(hour=12), version=1), htmx=True
    )
    assert "Somebody else has changed this visit" in late.text
    assert "09:00" in late.text


async def test_a_cancelled_visit_can_be_had_again(browser: Browser, surgery: Surgery, lead: UUID) -> None:
    when = monday()
    visit = await booked(browser, surgery, lead, when)
    card = await browser.post(f"/appointments/{visit}/card", {"day": when.date().isoformat()}, htmx=True)
    assert "Cancel the visit" in card.text
    gone = await browser.post(
        f"/appointments/{visit}/cancel",
        {"version": "1", "why": "illness", "day": when.date().isoformat()},
        htmx=True,
    )
    assert "Cancelled. The time is free again." in gone.text
    assert "data-drag" not in gone.text
    again = {name: unescape(value) for name, value in _undo(gone.text)}
    back = await browser.post("/appointments/book", {**again, "day": when.date().isoformat()}, htmx=True)
    assert back.text.count("data-drag") == 1


async def test_who_came_is_noted_only_once_it_has_begun(
    browser: Browser, surgery: Surgery, lead: UUID
) -> None:
    when = monday()
    visit = await booked(browser, surgery, lead, when)
    early = await browser.post(f"/appointments/{visit}/miss", {"version": "1"}, htmx=True)
    assert early.status_code == 409
    assert "has not begun yet" in early.text
    with clock.using(clock.Still(when.astimezone(UTC) + timedelta(minutes=5))):
        await browser.sign_in()
        card = await browser.post(f"/appointments/{visit}/card", htmx=True)
        assert "Did not come" in card.text
        done = await browser.post(
            f"/appointments/{visit}/miss", {"version": "1", "day": when.date().isoformat()}, htmx=True
        )
    assert "the patient did not come" in done.text
    assert "visit-missed" in done.text


@pytest.mark.parametrize(
    ("starts", "words"),
    [("tomorrow", "Choose a day and a time."), ("2020-01-01T10:00", "lies in the past")],
)
async def test_a_time_that_makes_no_sense_is_said(
    browser: Browser, surgery: Surgery, lead: UUID, starts: str, words: str
) -> None:
    fields = {**surgery.put(monday(), lead_id=lead, key="key-12345"), "starts": starts}
    answer = await browser.post("/appointments/book", fields, htmx=True)
    assert answer.status_code == 422
    assert words in answer.text


async def test_somebody_who_only_looks_changes_nothing(looker: Browser, surgery: Surgery, lead: UUID) -> None:
    page = await looker.get("/appointments")
    assert page.status_code == 200
    assert "Book a visit" not in page.text
    refused = await looker.post(
        "/appointments/book", surgery.put(monday(), lead_id=lead, key="key-12345"), htmx=True
    )
    assert refused.status_code == 403


def _undo(html: str) -> list[tuple[str, str]]:
    toast = html.split('<div class="toast">')[1].split("</form>", maxsplit=1)[0]
    return re.findall(r'name="(?!_csrf)(\w+)" value="([^"]*)"', toast)


async def test_a_visit_for_somebody_else_is_booked_shown_and_suggested_again(
    browser: Browser, surgery: Surgery, lead: UUID
) -> None:
    when = monday()
    place = f"/appointments?day={when.date()}&lead={lead}&procedure={surgery.treatment}"
    assert "For whom, if it is somebody else" in (await browser.get(place)).text
    whom = {"for_name": "Andrei Popescu", "relation": "son"}
    fields = surgery.put(when, lead_id=lead, key="key-family", **whom)
    made = await browser.post("/appointments/book", fields, htmx=True)
    assert "<b" in made.text
    assert "Andrei Popescu" in made.text
    visit = re.findall(r'data-id="([0-9a-f-]{36})"', made.text)[-1]
    card = await browser.post(f"/appointments/{visit}/card", {}, htmx=True)
    assert "Andrei Popescu" in card.text
    assert "Booked through" in card.text
    assert '<option value="Andrei Popescu">' in (await browser.get(place)).text
    assert "For Andrei Popescu · son" in (await browser.get(f"/leads/{lead}")).text
    assert "visit for Andrei Popescu" in (await browser.get("/leads")).text
    for sought in ("andrei", "popes andr"):
        found = await browser.post("/leads/find", {"q": sought}, htmx=True)
        assert f"/leads/{lead}" in found.text, "whoever looks for the child finds the phone it comes with"
    assert "Andrei" not in place
    off = await browser.post(f"/appointments/{visit}/cancel", {"version": "1", "why": "other"}, htmx=True)
    again = {name: unescape(value) for name, value in _undo(off.text)}
    assert (again["for_name"], again["relation"]) == ("Andrei Popescu", "son")


async def test_whoever_has_no_name_yet_is_shown_by_what_they_are(
    browser: Browser, surgery: Surgery, lead: UUID
) -> None:
    fields = surgery.put(monday(), lead_id=lead, key="key-unnamed", relation="daughter")
    made = await browser.post("/appointments/book", fields, htmx=True)
    assert "Ana Popescu · daughter" in made.text


async def test_what_was_typed_for_whom_stays_when_the_page_draws_itself_anew_or_refuses(
    browser: Browser, surgery: Surgery, lead: UUID
) -> None:
    when, whom = monday(), {"for_name": "Andrei", "relation": "son"}
    shown = {"day": str(when.date()), "lead": str(lead), "procedure": str(surgery.treatment)}
    again = await browser.post("/appointments/calendar", {**shown, **whom}, htmx=True)
    assert 'value="Andrei"' in again.text
    await booked(browser, surgery, lead, when, key="key-first")
    fields = surgery.put(when, lead_id=lead, key="key-again", **whom, **shown)
    refused = await browser.post("/appointments/book", fields, htmx=True)
    assert "Nothing was changed." in refused.text
    assert refused.text.count('name="for_name" value="Andrei"') > 1
