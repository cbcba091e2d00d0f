"""The waitlist's page: who waits and for what, a time that came free with whom it goes to next, and who may change it."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from tests.integration.web.conftest import Browser
from tests.integration.web.test_calendar_page import Surgery, monday
from tests.till import Till

from medicalcor.core.database.pool import Pool
from medicalcor.core.database.transaction import transaction
from medicalcor.operations import appointments, waitlist
from medicalcor.operations.ledger import Ledger, by_system
from medicalcor.readmodels.rebuild import compare
from medicalcor.schemas.appointments import Appointment, Choice, Wish
from medicalcor.schemas.waitlist import Joining, Wants

CAUSE = by_system("c")


class Desk:
    """People with visits far ahead, and a time that comes free before them."""

    def __init__(self, ledger: Ledger, surgery: Surgery) -> None:
        self.ledger, self.surgery = ledger, surgery

    async def visit(self, phone: str, name: str, days: int) -> Appointment:
        person = await Till(self.ledger).person(phone, name)
        choice = Choice(
            procedure_id=self.surgery.treatment,
            practitioner_id=self.surgery.doctor,
            starts_at=monday() + timedelta(days=days),
        )
        wish = Wish(
            person_id=person["person_id"], lead_id=person["lead_id"], choice=choice, key=f"{phone}{days}"
        )
        return await appointments.book(self.ledger, wish=wish, cause=CAUSE)

    async def waits(self, phone: str, name: str, days: int, **wants: object) -> UUID:
        visit = await self.visit(phone, name, days)
        wishes = Wants.model_validate({"procedure_id": self.surgery.treatment, **wants})
        joining = Joining(
            person_id=visit.person_id, appointment_id=visit.id, lead_id=visit.lead_id, wants=wishes
        )
        return await waitlist.join(self.ledger, joining=joining, cause=CAUSE)


@pytest.fixture
async def surgery(ledger: Ledger) -> Surgery:
    return await Surgery(ledger).opens()


@pytest.fixture
def desk(ledger: Ledger, surgery: Surgery) -> Desk:
    return Desk(ledger, surgery)


async def test_nobody_waits_yet_and_the_page_says_how_they_would(browser: Browser, surgery: Surgery) -> None:
    page = await browser.get("/waitlist")
    assert "Nobody waits for an earlier time" in page.text
    assert 'href="/waitlist"' in page.text
    for nonsense in ("?lead=nobody", "?change=nothing"):
        assert (await browser.get(f"/waitlist{nonsense}")).status_code == 200


async def test_a_time_that_came_free_is_shown_with_whom_it_goes_to_next_and_why(
    browser: Browser, desk: Desk
) -> None:
    for n, name in enumerate(("Ana Popescu", "Bogdan Ilie", "Carmen Dima", "Dan Enache")):
        await desk.waits(f"+4072200081{n}", name, days=14 + n)
    await desk.waits("+40722000819", "Horia Barbu", days=21, weekdays=[2])
    hole = await desk.visit("+40722000820", "Irina Cozma", days=7)
    await appointments.cancel(desk.ledger, appointment_id=hole.id, reason="patient", cause=CAUSE)
    page = (await browser.get("/waitlist")).text
    order = page[page.index("Next, in this order") :]
    names = re.findall(
        r"(Ana Popescu|Bogdan Ilie|Carmen Dima|Dan Enache)</a></b><span class=\"meta\">not asked", order
    )
    assert names == ["Ana Popescu", "Bogdan Ilie", "Carmen Dima", "Dan Enache"], (
        "who has waited longest first"
    )
    assert order.count("hole-wave") == 3, "the first wave is three"
    assert "Not for 1 person who waits" in order
    assert "it does not suit them on that weekday" in order


async def test_put_on_the_list_changed_taken_off_and_back_at_the_old_place(
    browser: Browser, desk: Desk, pool: Pool, ledger: Ledger
) -> None:
    visit = await desk.visit("+40722000801", "Ana Popescu", days=14)
    found = await browser.post("/waitlist/find", {"q": "popes"}, htmx=True)
    assert f"/waitlist?lead={visit.lead_id}" in found.text
    form = await browser.get(f"/waitlist?lead={visit.lead_id}")
    assert f'value="visit:{visit.id}"' in form.text, "the visit that they have is offered first"
    fields = {"lead": str(visit.lead_id), "what": f"visit:{visit.id}", "part": "morning", "notice": "180"}
    refused = await browser.post("/waitlist/join", fields)
    assert refused.status_code == 422, "no day at all"
    put = await browser.post("/waitlist/join", {**fields, "weekday": ["0", "2"]})  # type: ignore[dict-item]  # repeated, as a form sends it
    assert put.status_code == 303
    waiting = put.headers["location"].rpartition("#waiting-")[2]
    page = (await browser.get("/waitlist")).text
    assert "In the morning, until 12:00 · Mon, Wed" in page
    assert 'value="morning" selected' in (await browser.get(f"/waitlist?change={waiting}")).text
    changed = {"part": "evening", "notice": "60", "practitioner": "", "weekday": ["4"]}
    assert (await browser.post(f"/waitlist/{waiting}/change", changed)).status_code == 303  # type: ignore[arg-type]  # repeated, as a form sends it
    since = await pool.fetchval("select since from waitlist where id = $1", UUID(waiting))
    off = await browser.post(f"/waitlist/{waiting}/leave", htmx=True)
    assert "Off the list." in off.text
    assert f"/waitlist/{waiting}/back" in off.text
    assert "Nobody waits for an earlier time" in off.text
    back = await browser.post(f"/waitlist/{waiting}/back", htmx=True)
    assert "In the evening, from 17:00 · Fri" in back.text
    assert await pool.fetchval("select since from waitlist where id = $1", UUID(waiting)) == since
    async with transaction(pool) as connection:
        assert await compare(connection, ledger.store) == [], "a rebuild makes the same rows"


async def test_who_may_not_book_only_looks(desk: Desk, looker: Browser) -> None:
    waiting = await desk.waits("+40722000801", "Ana Popescu", days=14)
    page = await looker.get("/waitlist")
    assert "Ana Popescu" in page.text
    assert "/leave" not in page.text
    assert (await looker.post(f"/waitlist/{waiting}/leave", htmx=True)).status_code == 403
