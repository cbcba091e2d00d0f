"""The calendar under the hand: dragged, moved by keys, touched; refused, undone, and live for whoever else looks."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Clinic

from medicalcor.core import clock, ids
from medicalcor.operations import appointments, practice
from medicalcor.operations.ledger import Ledger, by_system
from medicalcor.schemas.appointments import Choice, Wish
from medicalcor.schemas.practice import Practitioner, Terms, WeekHours

OpenPage = Callable[..., Page]
ZONE = ZoneInfo("Europe/Bucharest")
CAUSE = by_system("c")


def monday() -> datetime:
    today = clock.now().astimezone(ZONE).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(9), ZONE)


@pytest.fixture
def day(clinic: Clinic) -> str:
    """Two doctors; Ana at nine and Carmen at ten with the first of them."""
    when = monday()

    async def opens(ledger: Ledger) -> None:
        treatment = await practice.add_procedure(
            ledger, terms=Terms(code="check", titles={"en": "Check-up"}, minutes=30), cause=CAUSE
        )
        doctors = []
        for name in ("Dr. Ionescu", "Dr. Marin"):
            who = Practitioner(name=name, languages=("ro",), skills=())
            doctors.append(await practice.add_practitioner(ledger, practitioner=who, cause=CAUSE))
            hours = [WeekHours(weekday=n, opens=time(9), closes=time(17)) for n in range(5)]
            await practice.set_week(ledger, practitioner_id=doctors[-1], hours=hours, version=1, cause=CAUSE)
        for n, story in enumerate((clinic.morning.ana, clinic.morning.carmen)):
            starts = (when + timedelta(hours=n)).astimezone(UTC)
            choice = Choice(procedure_id=treatment, practitioner_id=doctors[0], starts_at=starts)
            wish = Wish(
                person_id=story.person_id, lead_id=story.lead_id, choice=choice, key=str(ids.new_id())
            )
            await appointments.book(ledger, wish=wish, cause=CAUSE)

    clinic.does(opens)
    return f"{clinic.address}/appointments?day={when.date()}"


def _visit(page: Page, name: str = "Ana Popescu") -> Locator:
    return page.locator("[data-drag]", has_text=name)


def _drag(page: Page, visit: Locator, *, down: float = 0, right: float = 0) -> None:
    box = visit.bounding_box()
    assert box
    x, y = box["x"] + 20, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2, steps=4)
    page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()


HOUR = 72
"""Pixels: twelve rows of six."""


def test_a_visit_is_dragged_and_the_move_undone(open_page: OpenPage, day: str) -> None:
    page = open_page()
    page.goto(day)
    column = page.locator(".cal-column").nth(0).bounding_box()
    assert column
    _drag(page, _visit(page), down=2 * HOUR, right=column["width"])
    expect(page.locator("#toasts .toast")).to_contain_text("Moved.")
    expect(page.locator(".cal-column").nth(1)).to_contain_text("11:00")
    expect(page.locator(".cal-column").nth(1)).to_contain_text("Ana Popescu")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".cal-column").nth(0)).to_contain_text("Ana Popescu")
    expect(_visit(page)).to_contain_text("09:00")


def test_the_servers_refusal_is_shown_and_another_time_taken(open_page: OpenPage, day: str) -> None:
    page = open_page()
    page.goto(day)
    _drag(page, _visit(page), down=HOUR)
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("Nothing was changed.")
    expect(_visit(page)).to_contain_text("09:00")
    refusal.get_by_role("button").first.click()
    expect(page.locator("#toasts .toast").first).to_contain_text("Moved.")
    expect(page.locator("#refusal")).to_have_count(0)
    expect(_visit(page)).not_to_contain_text("09:00")


def test_keys_move_a_visit_and_escape_leaves_it(open_page: OpenPage, day: str) -> None:
    page = open_page()
    page.goto(day)
    _visit(page).focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(_visit(page)).to_contain_text("09:00")
    expect(_visit(page)).to_be_focused()
    page.keyboard.press("m")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("#calendar-said")).to_contain_text("Dr. Marin")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts .toast")).to_contain_text("Moved.")
    expect(page.locator(".cal-column").nth(1)).to_contain_text("09:30")


def test_enter_opens_a_visit_and_it_is_cancelled_and_had_again(open_page: OpenPage, day: str) -> None:
    page = open_page()
    page.goto(day)
    _visit(page).focus()
    page.keyboard.press("Enter")
    page.get_by_text("Cancel it").click()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.locator("#toasts .toast")).to_contain_text("Cancelled")
    expect(page.locator("#visit")).to_be_hidden()
    expect(_visit(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(_visit(page)).to_contain_text("09:00")


def test_a_lead_is_booked_from_its_page(open_page: OpenPage, clinic: Clinic, day: str) -> None:
    page = open_page()
    page.goto(f"{clinic.address}/leads/{clinic.morning.bogdan.lead_id}")
    page.get_by_role("link", name="Book a visit").click()
    page.select_option("#booking-procedure", label="Check-up")
    page.locator(".booking-soon button").first.click()
    expect(page.locator("#toasts .toast")).to_contain_text("Booked.")
    expect(_visit(page, "Bogdan Țepeș")).to_have_count(1)


def test_others_who_look_see_it_at_once(open_page: OpenPage, day: str) -> None:
    here, there = open_page(), open_page()
    for page in (here, there):
        page.goto(day)
    there.mouse.move(0, 0)
    _drag(here, _visit(here), down=4 * HOUR)
    expect(_visit(there)).to_contain_text("13:00", timeout=6000)


def test_a_finger_scrolls_unless_it_holds(open_page: OpenPage, day: str) -> None:
    page = open_page("phone")
    page.goto(day)
    box = _visit(page).bounding_box()
    assert box
    x, y = box["x"] + 20, box["y"] + 8
    touch = "(kind, x, y) => document.elementFromPoint(%s, %s).dispatchEvent(new PointerEvent(kind, {bubbles: true, pointerType: 'touch', button: 0, clientX: x, clientY: y}))"
    at_visit = touch % (x, y)

    def finger(kind: str, down: float) -> None:
        page.evaluate(f"([kind, x, y]) => ({at_visit})(kind, x, y)", [kind, x, y + down])

    finger("pointerdown", 0)
    finger("pointermove", 60)
    finger("pointerup", 60)
    expect(_visit(page)).to_contain_text("09:00")
    finger("pointerdown", 0)
    expect(page.locator(".visit-picked")).to_have_count(1)
    finger("pointermove", 3 * HOUR)
    finger("pointerup", 3 * HOUR)
    expect(_visit(page)).to_contain_text("12:00")


def test_a_visit_says_why_it_has_its_time(open_page: OpenPage, day: str) -> None:
    page = open_page()
    page.goto(day)
    _drag(page, _visit(page), down=HOUR)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed.")
    expect(_visit(page)).to_contain_text("09:00")
    _visit(page).press("m")
    for key in ["ArrowDown"] * 8 + ["Enter"]:
        page.keyboard.press(key)
    expect(page.locator("#toasts .toast").first).to_contain_text("Moved.")
    expect(_visit(page)).to_contain_text("11:00")
    _visit(page).press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Why this time?").click()
    expect(dialog).to_contain_text("by dragging it in the calendar")
    expect(dialog.get_by_text("comes out the same")).to_have_count(2)
    dialog.get_by_role("link", name="Ana Popescu").click()
    page.get_by_text("Why this time?").click()
    expect(page.locator("#lead-visits")).to_contain_text("nothing in the way")
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator("#panel-happened")).to_contain_text("Could not be moved to")
    expect(page.locator("#panel-happened")).to_contain_text("The practitioner has another visit then.")
