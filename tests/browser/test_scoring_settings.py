"""The administrator's scoring pages in a real browser: they work, fit a phone, and axe-core finds nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import PASSWORD, Clinic
from tests.browser.test_accessibility import AXE, _faults
from tests.web_story import told

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.operations.ledger import Ledger

CASE = {
    "id": "1", "channel": "whatsapp", "messages": [{"role": "user", "content": "cât costă un implant?"}], "language": "ro",
    "score": 5, "procedures": ["implant"], "budget": True, "intent_to_book": False, "urgency": "high",
    "emergency": False, "opt_out": False,
}  # fmt: skip
pytestmark = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci")


async def _prepare(ledger: Ledger) -> None:
    await accounts.add(
        ledger.pool,
        email="boss@clinic.example",
        name="Dan Pop",
        role=Role.ADMIN,
        password=PASSWORD,
        language="en",
    )
    story = await told(ledger, "Ioana Marin", "+40722000999", start=30).begin()
    await story.writes("Bună, cât costă un implant?", ago=20)
    await story.scored(2, ago=19, rules_score=5)


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_scoring_pages(
    open_page: Callable[..., Page], clinic: Clinic, theme: str, size: str, tmp_path: Path
) -> None:
    clinic.does(_prepare)
    page = open_page(size, theme, signed_in=False)
    page.fill("#email", "boss@clinic.example")
    page.fill("#password", PASSWORD)
    page.click("form.card button")
    page.wait_for_url("**/leads")
    page.goto(f"{clinic.address}/settings/scoring")
    page.fill("#phrase", "dantură nouă")
    page.select_option("#means", "procedure:denture")
    page.select_option("#language", "ro")
    page.fill("#sample", "Bună ziua, cât costă dantura nouă?")
    page.get_by_role("button", name="Try it").click()
    page.wait_for_selector(".trial")
    assert (page.locator(".trial .chip-COLD").count(), page.locator(".trial .chip-WARM").count()) == (1, 1)
    faults, fits = _faults(page), [_fits(page)]
    page.get_by_role("button", name="Add it").click()
    page.wait_for_selector("text=Added")
    faults += _faults(page)
    page.goto(f"{clinic.address}/settings/scoring/disagreements")
    faults += _faults(page)
    fits.append(_fits(page))
    page.get_by_role("button", name="The rules were right").first.click()
    page.wait_for_selector("text=The rules were right: 1")
    faults += _faults(page)
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps(CASE) + "\n{\n", encoding="utf-8")
    page.goto(f"{clinic.address}/settings/scoring/measure")
    page.set_input_files("#file", cases)
    page.get_by_role("button", name="Measure").click()
    page.wait_for_selector("text=100.0 %")
    faults += _faults(page)
    fits.append(_fits(page))
    assert faults == []
    assert fits == [True, True, True]
