"""The pages on which the clinic sets up who treats, where, and what can be booked."""

import re
from datetime import UTC, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.integration.web.conftest import PASSWORD, Browser

from medicalcor.core import clock, ids
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import Append
from medicalcor.operations import appointments
from medicalcor.operations.ledger import Ledger, by_system
from medicalcor.readmodels.practice import queries as practice
from medicalcor.schemas.appointments import Choice, Wish
from medicalcor.schemas.events.people import PersonCreated

PAGE = "/settings/practice"
ZONE = ZoneInfo("Europe/Bucharest")
WEEK = {f"day{nth}": "09:00-13:00, 14:00-18:00" for nth in range(5)}
MONDAY = datetime(2026, 5, 4, 7, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def still() -> object:
    with clock.using(clock.Still(MONDAY.astimezone(UTC))):
        yield


async def made(browser: Browser, kind: str, fields: dict[str, str]) -> UUID:
    answer = await browser.post(f"{PAGE}/{kind}/new", fields)
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].rpartition("/")[2])


async def doctor(browser: Browser) -> UUID:
    fields = {"name": "Dr. Ana Pop", "language": "ro", "more_skills": "Consultation", "is_active": "1"}
    return await made(browser, "practitioners", fields)


async def clinic(browser: Browser) -> tuple[UUID, UUID]:
    """A doctor with hours and a procedure, all typed into the forms."""
    who = await doctor(browser)
    assert (
        await browser.post(f"{PAGE}/practitioners/{who}/week", {**WEEK, "version": "1"})
    ).status_code == 303
    await made(
        browser, "resources", {"kind": "room", "title": "Cabinet 1", "groups": "Chair", "is_active": "1"}
    )
    what = await made(
        browser,
        "procedures",
        {
            "code": "consultation",
            "title_ro": "Consultație",
            "preparation_ro": "Nu mâncați înainte.",
            "minutes": "30",
            "skill": "consultation",
            "room": "chair",
            "after_room": "10",
            "price_from": "40,50",
            "price_to": "60",
            "currency": "EUR",
            "is_active": "1",
        },
    )
    return who, what


async def visit(ledger: Ledger, who: UUID, what: UUID, at: datetime) -> None:
    person = ids.new_id()
    async with transaction(ledger.pool) as connection:
        created = PersonCreated(person_id=person, name="Mihai Rus", source="web")
        entry = Append(f"person-{person}", (created,), person, expected=0)
        await ledger.store.append(connection, entry, cause=by_system("c"))
    choice = Choice(procedure_id=what, practitioner_id=who, starts_at=at)
    wish = Wish(person_id=person, choice=choice, key=ids.token())
    await appointments.book(ledger, wish=wish, cause=by_system("c"))


async def test_what_is_typed_can_be_booked(browser: Browser, ledger: Ledger, pool: Pool) -> None:
    who, what = await clinic(browser)
    await visit(ledger, who, what, MONDAY.replace(hour=14))
    async with pool.acquire() as connection:
        [procedure] = await practice.procedures(connection)
        [person] = await practice.practitioners(connection)
    assert (procedure.price_from, procedure.price_to, procedure.needs[0].after_minutes) == (4050, 6000, 10)
    assert [(h.opens, h.closes) for h in person.weekly if h.weekday == 0] == [
        (time(9), time(13)),
        (time(14), time(18)),
    ]
    page = (await browser.get(PAGE)).text
    for words in ("Dr. Ana Pop", "Cabinet 1", "Consultație", "09:00-13:00, 14:00-18:00", "€40.50"):
        assert words in page, words
    assert "09:00-13:00, 14:00-18:00" in (await browser.get(f"{PAGE}/practitioners/{who}")).text
    shown = (await browser.get(f"{PAGE}/procedures/{what}")).text
    assert 'value="40.5"' in shown
    assert ">Nu mâncați înainte.</textarea>" in shown
    assert procedure.preparation == {"ro": "Nu mâncați înainte."}


@pytest.mark.parametrize(
    ("what", "fields", "hits"),
    [
        ("off", {"first": "2026-05-04", "kind": "holiday"}, True),
        ("off", {"first": "2026-05-04", "kind": "holiday", "from": "16:00"}, False),
        ("off", {"first": "2026-05-05", "last": "2026-05-08", "kind": "sick"}, False),
        ("days", {"day": "2026-05-04", "hours": "09:00-13:00"}, True),
        ("days", {"day": "2026-05-04", "hours": "13:00-20:00"}, False),
        ("days", {"day": "2026-05-04", "hours": ""}, True),
        ("week", {**WEEK, "day0": "09:00-13:00"}, True),
        ("week", {"day0": "9-18"}, False),
    ],
)
async def test_whom_a_change_hits_is_said_before_it_is_made(
    browser: Browser, ledger: Ledger, what: str, fields: dict[str, str], hits: bool
) -> None:
    who, procedure = await clinic(browser)
    await visit(ledger, who, procedure, MONDAY.replace(hour=14))
    answer = await browser.post(f"{PAGE}/practitioners/{who}/check/{what}", fields, htmx=True)
    assert answer.status_code == 200, answer.text
    assert ("Mihai Rus" in answer.text) is hits
    assert "Mihai Rus" not in (await browser.get(f"{PAGE}/practitioners/{who}")).text, "nothing was changed"


async def test_time_off_is_entered_shows_whom_it_hits_and_is_taken_back(
    browser: Browser, ledger: Ledger
) -> None:
    who, what = await clinic(browser)
    await visit(ledger, who, what, MONDAY.replace(hour=14))
    at = f"{PAGE}/practitioners/{who}"
    await browser.post(f"{at}/off", {"first": "2026-05-04", "kind": "sick", "note": "Gripă"})
    page = (await browser.get(at)).text
    assert "Mihai Rus" in page
    assert "Gripă" in page
    found = re.search(rf"{at}/off/([0-9a-f-]+)/remove", page)
    assert found
    await browser.post(f"{at}/off/{found[1]}/remove")
    page = (await browser.get(at)).text
    assert "Gripă" not in page
    assert "Mihai Rus" not in page


async def test_a_closed_day_a_day_that_goes_otherwise_and_back(browser: Browser, ledger: Ledger) -> None:
    who, what = await clinic(browser)
    await visit(ledger, who, what, MONDAY.replace(hour=14))
    hit = await browser.get(f"{PAGE}/holidays/check?day=2026-05-04", headers={"hx-request": "true"})
    assert "Mihai Rus" in hit.text
    await browser.post(f"{PAGE}/holidays", {"day": "2026-05-04", "title": "Ziua clinicii"})
    twice = await browser.post(f"{PAGE}/holidays", {"day": "2026-05-04", "title": "Iar"})
    assert twice.status_code == 422
    page = (await browser.get(PAGE)).text
    found = re.search(rf"{PAGE}/holidays/([0-9a-f-]+)/remove", page)
    assert found
    await browser.post(f"{PAGE}/holidays/{found[1]}/remove")
    assert "Ziua clinicii" not in (await browser.get(PAGE)).text
    at = f"{PAGE}/practitioners/{who}"
    await browser.post(f"{at}/days", {"day": "2026-05-09", "hours": "10:00-12:00"})
    assert "10:00-12:00" in (await browser.get(at)).text
    await browser.post(f"{at}/days/clear", {"day": "2026-05-09"})
    assert "10:00-12:00" not in (await browser.get(at)).text


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("practitioners/new", {"name": ""}, "name"),
        ("resources/new", {"kind": "device", "title": "X", "groups": "a, b"}, "exactly one"),
        ("procedures/new", {"code": "x", "minutes": "30"}, "title in one language"),
        ("procedures/new", {"code": "x", "minutes": "half an hour"}, "in figures"),
        ("procedures/new", {"code": "x", "title_ro": "X", "minutes": "2"}, "minutes"),
        ("holidays", {"day": "soon", "title": "X"}, "Choose a day"),
    ],
)
async def test_what_cannot_be_is_said_in_words(
    browser: Browser, path: str, fields: dict[str, str], words: str
) -> None:
    answer = await browser.post(f"{PAGE}/{path}", fields)
    assert answer.status_code == 422
    assert words in answer.text


async def test_hours_that_overlap_or_make_no_sense_are_refused(browser: Browser) -> None:
    who = await doctor(browser)
    for hours in ("9-12, 11-14", "noon", "12:00-09:00", "25:00-26:00"):
        answer = await browser.post(f"{PAGE}/practitioners/{who}/week", {"day0": hours, "version": "1"})
        assert answer.status_code == 422, hours


async def test_a_change_decided_on_something_older_is_refused(browser: Browser) -> None:
    who = await doctor(browser)
    await browser.post(f"{PAGE}/practitioners/{who}/week", {**WEEK, "version": "1"})
    late = await browser.post(f"{PAGE}/practitioners/{who}/week", {"day0": "10-12", "version": "1"})
    assert late.status_code == 409


async def test_the_calendars_address_is_shown_once(browser: Browser, pool: Pool) -> None:
    who = await doctor(browser)
    at = f"{PAGE}/practitioners/{who}"
    shown = re.search(
        r'value="(http[^"]+/calendar/([\w-]{43})\.ics)"', (await browser.post(f"{at}/calendar")).text
    )
    assert shown
    page = (await browser.get(at)).text
    assert shown[2] not in page
    assert "never read yet" in page
    rows = await pool.fetch("select calendar_feeds::text as row from calendar_feeds")
    assert all(shown[2] not in row["row"] for row in rows)
    assert (await browser.post(f"{at}/calendar/revoke")).status_code == 303
    assert not await pool.fetch("select from calendar_feeds")


async def test_a_room_is_out_of_use_for_a_while(browser: Browser, ledger: Ledger, pool: Pool) -> None:
    who, what = await clinic(browser)
    await visit(ledger, who, what, MONDAY.replace(hour=14))
    async with pool.acquire() as connection:
        [room] = await practice.resources(connection)
    at = f"{PAGE}/resources/{room.id}"
    fields = {"first": "2026-05-04", "kind": "maintenance"}
    assert "Mihai Rus" in (await browser.post(f"{at}/check/off", fields, htmx=True)).text
    assert "Mihai Rus" not in (await browser.get(at)).text
    await browser.post(f"{at}/off", fields)
    assert "Mihai Rus" in (await browser.get(at)).text
    changed = {"kind": "room", "title": "Cabinet verde", "groups": "chair", "version": "1", "is_active": "1"}
    await browser.post(at, changed)
    assert "Cabinet verde" in (await browser.get(PAGE)).text


async def test_a_doctor_may_not_change_it(anonymous: Browser, pool: Pool) -> None:
    email = "doctor@clinic.example"
    await accounts.add(pool, email=email, name="Dan", role=Role.DOCTOR, password=PASSWORD, language="en")
    await anonymous.sign_in(email=email)
    assert (await anonymous.get(PAGE)).status_code == 403
    assert (await anonymous.post(f"{PAGE}/holidays", {"day": "2026-05-04"})).status_code == 403
