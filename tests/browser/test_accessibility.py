"""axe-core finds nothing, on any page, in light and dark."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import Clinic
from tests.web_calls import call

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
pytestmark = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci")


def _faults(page: Page) -> list[str]:
    page.evaluate("() => document.getAnimations().forEach(one => one.finish())")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url.split('/', 3)[-1]} {fault['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_no_page_has_a_fault(open_page: Callable[..., Page], clinic: Clinic, theme: str, size: str) -> None:
    door = open_page(size, theme, signed_in=False)
    faults = _faults(door)
    door.close()
    page = open_page(size, theme)
    faults += _faults(page)
    for path in (
        "/leads?archived=1",
        "/leads/unread",
        "/appointments?view=week",
        "/waitlist",
        "/alerts",
        "/patterns",
        *_leads(clinic),
    ):
        page.goto(clinic.address + path)
        for summary in page.locator("#talk summary, .sent summary").all():
            if summary.is_visible():
                summary.click()
        faults += _faults(page)
    page.goto(f"{clinic.address}/leads")
    for key, name in (("Control+k", "find"), ("?", "keys")):
        page.keyboard.press(key)
        page.wait_for_selector(f"#{name}[open]")
        faults += _faults(page)
        page.keyboard.press("Escape")
        page.wait_for_selector(f"#{name}", state="hidden")
    assert faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_no_page_with_calls_has_a_fault(
    open_page: Callable[..., Page], clinic: Clinic, theme: str, size: str
) -> None:
    page = open_page(size, theme)
    page.goto(f"{clinic.address}/calls")
    faults = _faults(page)
    for nth, outcome in enumerate(("missed", "voicemail", "answered_by_agent")):
        said = "Bună ziua, aș vrea un implant." if nth else None
        clinic.does(partial(call, number=f"+4072200099{nth}", outcome=outcome, said=said, nth=nth))
    page.reload()
    page.get_by_role("button", name="What was said").first.click()
    page.get_by_text("Wants an implant soon.").wait_for()
    faults += _faults(page)
    page.locator(".call-who a").first.click()
    page.locator("#talk summary").first.click()
    faults += _faults(page)
    assert faults == []


def _leads(clinic: Clinic) -> list[str]:
    stories = (clinic.morning.ana, clinic.morning.bogdan, clinic.morning.carmen, clinic.morning.doina)
    return [f"/leads/{story.lead_id}" for story in stories]
