"""Evidence and sentences as long as patients write them: nothing in a card is wider than its card."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Clinic
from tests.web_clinic import told
from tests.web_story import Told

from medicalcor.web.translate import LANGUAGES

SENTENCE = (
    "sângerează abundent din gură de azi-noapte, nu se oprește orice aș face și am schimbat trei tampoane"
)
WORD = "doare" + "e" * 120
WIDER = """() => [...document.querySelectorAll('.desk-side, .desk-side *, .desk-main, .said, .bubble')]
    .filter(one => one.getClientRects().length && !one.closest('svg') && !one.classList.contains('unseen'))
    .filter(one => {
        const frame = (one.closest('.card') || one.closest('.desk-side, .desk-main')).getBoundingClientRect()
        return one.getBoundingClientRect().right > frame.right + 0.5 || one.getBoundingClientRect().right > innerWidth
    })
    .map(one => one.outerHTML.slice(0, 120))"""
SCROLLS = """() => [...document.querySelectorAll('html, .desk-side, .desk-side .card, .talk')]
    .filter(one => one.scrollWidth > one.clientWidth).map(one => one.className || one.tagName)"""


async def _emergency(clinic: Clinic) -> Told:
    story = await told(clinic.ledger, "Ștefania-Alexandra Constantinescu", "+40722000078", start=4).begin()
    await story.writes(f"Bună ziua, {SENTENCE}. Mă {WORD}.", ago=3)
    await story.scored(
        4,
        ago=3,
        marks=[(SENTENCE, "emergency:bleeding"), (WORD, "acute:pain"), ("Bună ziua", "many")],
        procedures=["all_on_x", "sinus_lift_bone_graft", "pediatric", "orthodontics"],
        budget=True,
        urgency="high_priority",
        flags=("bleeding", "pain", "neck_swelling", "consciousness"),
        reasoning=f"{SENTENCE} {WORD}",
        suggested_action=WORD,
        rules_score=2,
    )
    return story


@pytest.mark.parametrize("size", ["desk", "tablet", "phone"])
def test_nothing_is_wider_than_its_card(open_page: Callable[..., Page], clinic: Clinic, size: str) -> None:
    story = clinic.does(lambda _: _emergency(clinic))
    page = open_page(size)
    for language in LANGUAGES:
        page.goto(f"{clinic.address}/leads")
        button = page.locator(f"button[name=language][value={language}]").first
        with page.expect_navigation():
            button.evaluate("one => one.click()")
        page.goto(f"{clinic.address}/leads/{story.lead_id}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        if size == "phone":
            page.locator("[data-view-tab=about]").click()
        page.locator(".own-words summary").click()
        expect(page.locator(".quote").first).to_be_visible()
        assert page.evaluate(SCROLLS) == []
        assert page.evaluate(WIDER) == []
