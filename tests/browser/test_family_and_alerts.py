"""A visit booked for somebody else at the desk, and the alerts, in the browser: at a desk and on a phone."""

from collections.abc import Callable
from datetime import time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Clinic

from medicalcor.core import clock
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.operations import effects, practice
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.effects import AlertCode, StaffAlert
from medicalcor.schemas.practice import Practitioner, Terms, WeekHours

OpenPage = Callable[..., Page]
CAUSE = by_system("c")
ZONE = ZoneInfo("Europe/Bucharest")
RUNG: tuple[AlertCode, ...] = ("consent_unclear", "hot_lead", "emergency")


def _no_sideways(page: Page) -> None:
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen


@pytest.fixture
def treatment(clinic: Clinic) -> UUID:
    """One doctor, every day of the week."""

    async def opens(ledger: Ledger) -> UUID:
        terms = Terms(code="check", titles={"en": "Check-up"}, minutes=30)
        made: UUID = await practice.add_procedure(ledger, terms=terms, cause=CAUSE)
        who = Practitioner(name="Dr. Ionescu", languages=("ro",), skills=())
        doctor = await practice.add_practitioner(ledger, practitioner=who, cause=CAUSE)
        hours = [WeekHours(weekday=n, opens=time(9), closes=time(17)) for n in range(7)]
        await practice.set_week(ledger, practitioner_id=doctor, hours=hours, version=1, cause=CAUSE)
        return made

    return clinic.does(opens)


@pytest.fixture
def alerts(clinic: Clinic) -> None:
    """One of each urgency, about Ana and Carmen."""

    async def ring(ledger: Ledger) -> None:
        for n, code in enumerate(RUNG):
            story = (clinic.morning.ana, clinic.morning.carmen)[n % 2]
            alert = Intent(
                key=f"ring:{n}", content=StaffAlert(code=code), purpose="staff_alert", cause_id=story.lead_id
            )

            async def decide(connection: Connection, story: object = story, alert: Intent = alert) -> None:
                lead_id = story.lead_id  # type: ignore[attr-defined]  # a story of the morning
                talk = await connection.fetchval("select id from conversations where lead_id = $1", lead_id)
                await effects.plan(Act(ledger, connection, CAUSE), conversation_id=talk, intents=[alert])

            await record(ledger.pool, decide, subject=story.person_id)

    clinic.does(ring)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_desk_books_for_a_son_and_is_offered_his_name_again(
    open_page: OpenPage, clinic: Clinic, treatment: UUID, size: str
) -> None:
    day = (clock.now().astimezone(ZONE) + timedelta(days=2)).date()
    place = f"{clinic.address}/appointments?day={day}&lead={clinic.morning.ana.lead_id}&procedure={treatment}"
    page = open_page(size)
    page.goto(place)
    page.get_by_label("For whom, if it is somebody else").fill("Andrei Popescu")
    page.get_by_label("They are").select_option("son")
    _no_sideways(page)
    page.locator(".opening button").first.click()
    expect(page.locator("#toasts .toast")).to_contain_text("Booked.")
    block = page.locator("[data-drag]", has_text="Andrei Popescu")
    expect(block).to_be_visible()
    block.click()
    expect(page.locator("#visit-card")).to_contain_text("Booked through")
    page.goto(place)
    assert page.locator("#booking-family option").get_attribute("value") == "Andrei Popescu"
    page.goto(f"{clinic.address}/leads/{clinic.morning.ana.lead_id}")
    expect(page.locator("#lead-visits")).to_contain_text("For Andrei Popescu · son")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_alerts_are_taken_and_done_and_come_by_themselves(
    open_page: OpenPage, clinic: Clinic, alerts: None, size: str
) -> None:
    page = open_page(size)
    page.goto(f"{clinic.address}/alerts")
    expect(page.locator(".alert").first).to_contain_text("Emergency")
    _no_sideways(page)
    mine = page.locator(".alert", has_text="Hot lead").first
    mine.get_by_role("button", name="I see to it").click()
    expect(page.locator(".alert-taken")).to_contain_text("Elena Radu sees to it since")
    page.locator(".alert-taken").get_by_role("button", name="Done").click()
    expect(page.locator("#toasts .toast").last).to_contain_text("Done.")
    expect(page.locator(".alert-taken")).to_have_count(0)

    async def another(ledger: Ledger) -> None:
        async def decide(connection: Connection) -> None:
            talk = await connection.fetchval(
                "select id from conversations where lead_id = $1", clinic.morning.carmen.lead_id
            )
            content = StaffAlert(code="complaint")
            late = Intent(key="late", content=content, purpose="staff_alert", cause_id=talk)
            await effects.plan(Act(ledger, connection, CAUSE), conversation_id=talk, intents=[late])

        await record(ledger.pool, decide, subject=clinic.morning.carmen.person_id)

    page.locator("#alerts").hover(position={"x": 5, "y": 5})
    clinic.does(another)
    expect(page.locator("#alerts-head")).to_contain_text("3 wait for somebody")
    page.mouse.move(0, 0)
    expect(page.locator(".alert", has_text="A complaint")).to_be_visible()
