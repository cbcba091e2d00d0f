"""A morning at the front desk, in the browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Clinic
from tests.web_clinic import told

OpenPage = Callable[..., Page]
THERE = re.compile(r".*/leads/[0-9a-f-]{36}$")


def _no_sideways(page: Page) -> None:
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen


def test_a_wrong_password_is_said_kindly(open_page: OpenPage) -> None:
    page = open_page(signed_in=False)
    page.fill("#email", "elena@clinic.example")
    page.fill("#password", "not the right one")
    page.click("form.card button")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    expect(page.locator("#email")).to_have_value("elena@clinic.example")


def test_the_list_opens_a_lead(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#leads .lead").first).to_contain_text("Bogdan Țepeș")
    page.click("text=Ana Popescu")
    page.wait_for_url(THERE)
    expect(page.locator("#talk mark").first).to_have_text("Cât costă")
    expect(page.locator("#about")).to_contain_text("wants a visit")


def test_a_message_appears_by_itself(open_page: OpenPage, clinic: Clinic) -> None:
    page = open_page()
    page.click("text=Ana Popescu")
    page.wait_for_url(THERE)
    clinic.does(lambda _: clinic.morning.ana.writes("Mai sunteți acolo?", ago=0))
    expect(page.locator("#talk")).to_contain_text("Mai sunteți acolo?", timeout=5000)


def test_what_is_being_written_survives_a_live_update(open_page: OpenPage, clinic: Clinic) -> None:
    page = open_page()
    page.click("text=Ana Popescu")
    page.fill("[data-reply]", "Bună ziua, doamna Popescu")
    clinic.does(lambda _: clinic.morning.ana.writes("Alo?", ago=0))
    expect(page.locator("#talk")).to_contain_text("Alo?", timeout=5000)
    expect(page.locator("[data-reply]")).to_have_value("Bună ziua, doamna Popescu")
    expect(page.locator("[data-reply]")).to_be_focused()


def test_a_new_lead_does_not_move_the_list_under_the_hand(open_page: OpenPage, clinic: Clinic) -> None:
    page = open_page()
    page.hover("text=Ana Popescu")

    async def arrives(ledger: object) -> None:
        story = await told(clinic.ledger, "Zoe Nouă", "+40722000077", start=2).begin()
        await story.writes("Bună ziua", ago=2)

    clinic.does(arrives)
    news = page.locator("#news button")
    expect(news).to_have_text("1 new", timeout=5000)
    expect(page.locator("#leads")).not_to_contain_text("Zoe Nouă")
    news.click()
    expect(page.locator("#leads")).to_contain_text("Zoe Nouă")
    expect(news).to_be_hidden()


def test_with_the_hand_elsewhere_the_list_renews_itself(open_page: OpenPage, clinic: Clinic) -> None:
    page = open_page()
    page.mouse.move(400, 30)

    async def arrives(ledger: object) -> None:
        story = await told(clinic.ledger, "Zoe Nouă", "+40722000077", start=2).begin()
        await story.writes("Bună ziua", ago=2)

    clinic.does(arrives)
    expect(page.locator("#leads")).to_contain_text("Zoe Nouă", timeout=5000)


def test_taking_over_and_replying(open_page: OpenPage, clinic: Clinic) -> None:
    page = open_page()
    page.click("text=Ana Popescu")
    page.fill("[data-reply]", "Bună ziua, vă sun acum.")
    page.get_by_role("button", name="Take over").click()
    expect(page.locator("#toasts")).to_contain_text("You are answering now")
    expect(page.locator("#talk")).to_contain_text("took over")
    expect(page.locator("[data-reply]")).to_have_value("Bună ziua, vă sun acum.")  # nothing typed is lost
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#talk .said-staff")).to_contain_text("Bună ziua, vă sun acum.")
    expect(page.locator("[data-reply]")).to_have_value("")
    page.locator("#talk .said-staff summary").click()
    expect(page.locator("#talk .said-staff .receipt")).to_contain_text("A colleague wrote it.")


def test_the_keyboard_is_enough(open_page: OpenPage) -> None:
    page = open_page()
    for _ in range(2):
        page.keyboard.press("j")
    expect(page.locator("#leads .lead-open").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(THERE)
    page.keyboard.press("r")
    page.keyboard.type("Bună ziua, șăîâț")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#talk .said-staff")).to_contain_text("Bună ziua, șăîâț")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/leads")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("tepes")
    expect(page.locator("a.find-item")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(THERE)
    expect(page.locator("h1")).to_have_text("Bogdan Țepeș")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/leads")


def test_searching_stays_out_of_the_address(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("konig")
    expect(page.locator("#leads .lead")).to_have_count(1)
    assert page.url.endswith("/leads")


def test_tabs_theme_and_rail_obey(open_page: OpenPage) -> None:
    page = open_page()
    page.click(".rail-fold")
    page.get_by_label("Appearance").click()
    page.click("[data-set-theme=dark]")
    page.reload()
    assert page.evaluate(
        "[document.documentElement.dataset.theme, document.documentElement.dataset.rail]"
    ) == ["dark", "narrow"]
    page.click("text=Carmen Ilie")
    page.get_by_role("tab", name="Sent and not sent").click()
    expect(page.locator("#panel-sent")).to_contain_text("Not sent: A colleague has taken over")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#panel-happened")).to_contain_text("Elena Radu took over")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(open_page: OpenPage, theme: str) -> None:
    page = open_page("phone", theme)
    _no_sideways(page)
    page.click("text=Ana Popescu")
    page.wait_for_url(THERE)
    _no_sideways(page)
    page.get_by_role("button", name="Score and history").click()
    expect(page.locator("#panel-score")).to_be_visible()
    _no_sideways(page)
    page.goto(page.url.rsplit("/", 1)[0] + "/unread")
    _no_sideways(page)


def test_at_twice_the_size_nothing_is_lost(open_page: OpenPage) -> None:
    page = open_page("desk")
    page.set_viewport_size({"width": 720, "height": 450})
    _no_sideways(page)
    page.click("text=Ana Popescu")
    _no_sideways(page)
    expect(page.locator("[data-reply]")).to_be_visible()
