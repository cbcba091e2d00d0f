"""The form on a clinic's page, in a browser, posted to a gateway at another address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.stack import Stack

from medicalcor.core.crypto.vault import new_master_key


@pytest.fixture
def website(clinic_database: str, tmp_path: Path) -> Iterator[Stack]:
    """The page and the gateway."""
    stack = Stack(clinic_database, tmp_path, new_master_key())
    try:
        stack.start("sandbox", "api")
        yield stack
    finally:
        stack.stop()


def opened(chromium: Browser, website: Stack, *, script: bool) -> Page:
    page = chromium.new_context(java_script_enabled=script, locale="ro-RO").new_page()
    page.goto(f"{website.sandbox_url}/website?utm_source=google&utm_campaign=spring-implants")
    return page


def kept(website: Stack) -> int:
    return len(website.rows("select 1 from inbox where provider = 'web' and kind = 'message'"))


def test_with_the_script_errors_stand_by_their_fields_and_thanks_in_place(
    chromium: Browser, website: Stack
) -> None:
    page = opened(chromium, website, script=True)
    page.get_by_role("button", name="Trimiteți").click()
    phone, consent = page.get_by_label("Telefon"), page.locator("[name=consent]")
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(phone).to_be_focused()
    expect(page.locator(f"#{phone.get_attribute('aria-describedby')}")).to_contain_text("număr de telefon")
    expect(consent).to_have_attribute("aria-invalid", "true")
    assert kept(website) == 0

    phone.fill("0722 000 001")
    page.get_by_label("Cu ce vă putem ajuta?").fill("Vreau un implant")
    consent.check()
    page.get_by_role("button", name="Trimiteți").click()
    thanks = page.get_by_role("status")
    expect(thanks).to_contain_text("Vă mulțumim!")
    expect(thanks).to_be_focused()
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    assert kept(website) == 1
    page.context.close()


def test_without_a_script_it_is_a_plain_form(chromium: Browser, website: Stack) -> None:
    page = opened(chromium, website, script=False)
    page.get_by_label("Nume").fill("Ana")
    page.get_by_label("E-mail", exact=True).fill("ana@canary-browser.example")
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Trimiteți").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vă mulțumim")
    assert kept(website) == 1
    page.context.close()
