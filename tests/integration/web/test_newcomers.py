"""Somebody unknown is booked from the calendar: entered once, found by their number, never without the right to."""

import pytest
from tests.integration.web.conftest import Browser
from tests.integration.web.test_calendar_page import Surgery, monday
from tests.till import Till

from medicalcor.core.database.pool import Pool
from medicalcor.operations.ledger import Ledger

NEW = {
    "name": "Maria Canarescu",
    "phone": "0722 000 901",
    "language": "de",
    "how": "phone",
    "day": "2031-05-06",
}


@pytest.fixture
async def surgery(ledger: Ledger) -> Surgery:
    return await Surgery(ledger).opens()


async def test_a_caller_is_entered_with_what_they_agreed_to_and_booked(
    browser: Browser, surgery: Surgery, pool: Pool
) -> None:
    sought = await browser.post("/appointments/find", {"q": "0722 000 901"}, htmx=True)
    assert 'name="phone" type="tel" value="0722 000 901"' in sought.text, (
        "what was sought need not be typed again"
    )
    done = await browser.post("/appointments/person", {**NEW, "appointment_reminders": "1"}, htmx=True)
    address = done.headers["hx-redirect"]
    assert address.startswith("/appointments?view=day&day=2031-05-06&lead=")
    assert "Canarescu" not in address
    [person] = await pool.fetch("select id, name, language, language_chosen from people")
    assert (person["name"], person["language"], person["language_chosen"]) == ("Maria Canarescu", "de", True)
    assert await pool.fetchval("select value from addresses") == "+40722000901"
    [consent] = await pool.fetch(
        "select purpose, state, how, note from consents where granted_at is not null"
    )
    assert (consent["purpose"], consent["how"]) == ("appointment_reminders", "phone")
    assert "Booking for Maria Canarescu" in (await browser.get(address)).text
    lead = address.rpartition("lead=")[2]
    fields = surgery.put(monday(), lead_id=lead, key="key-12345")
    assert "Booked." in (await browser.post("/appointments/book", fields, htmx=True)).text
    taken = await browser.post("/appointments/book", {**fields, "key": "key-67890"}, htmx=True)
    assert "That time has just been taken. Nothing was booked" in taken.text


async def test_whose_number_it_is_already_is_shown_and_nobody_is_doubled(
    browser: Browser, ledger: Ledger, pool: Pool, surgery: Surgery
) -> None:
    known = await Till(ledger).person("+40722000901", "Ana Popescu")
    shown = await browser.post("/appointments/person", {**NEW, "phone": "+40 722-000-901"}, htmx=True)
    assert "This number belongs to Ana Popescu already." in shown.text
    assert 'value="Maria Canarescu"' in shown.text, "what was typed is still there"
    assert await pool.fetchval("select count(*) from people") == 1
    taken = await browser.post("/appointments/person", {**NEW, "known": "1"}, htmx=True)
    assert taken.headers["hx-redirect"].endswith(f"lead={known['lead_id']}")
    assert await pool.fetchval("select count(*), max(name) from people") == 1
    assert await pool.fetchval("select name from people") == "Ana Popescu", "nothing of theirs is changed"


async def test_what_is_no_number_is_said_in_the_form(browser: Browser, pool: Pool, surgery: Surgery) -> None:
    for wrong, said in (
        ({"phone": "12"}, "This is no telephone number."),
        ({"email": "maria"}, "This is no e-mail address."),
        ({"name": " "}, "Write their name and their telephone number."),
    ):
        answer = await browser.post("/appointments/person", {**NEW, **wrong}, htmx=True)
        assert said in answer.text
        assert 'id="new-person" open' in answer.text
    assert await pool.fetchval("select count(*) from people") == 0


async def test_nobody_is_entered_without_the_right_to_book(
    looker: Browser, surgery: Surgery, pool: Pool
) -> None:
    assert (await looker.post("/appointments/person", NEW, htmx=True)).status_code == 403
    assert "new-person" not in (await looker.get("/appointments")).text
    assert await pool.fetchval("select count(*) from people") == 0
