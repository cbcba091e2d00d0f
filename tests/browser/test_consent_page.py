"""Consent on a lead's page: asked, recorded, settled, and shown word for word."""

from collections.abc import Callable
from uuid import UUID

from playwright.sync_api import Page, expect
from tests.browser.conftest import Clinic

from medicalcor.core import ids
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Append
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.events.consents import ConsentDoubted

OpenPage = Callable[..., Page]


def _lead(page: Page) -> None:
    page.click("text=Ana Popescu")
    page.wait_for_url("**/leads/*-*")


def _consents(page: Page) -> None:
    if page.locator("#tab-consent").is_hidden():
        page.get_by_role("button", name="About").or_(page.locator("[data-to='side']")).first.click()
    page.click("#tab-consent")


def _doubt(person: UUID) -> Callable[[Ledger], object]:
    """What was answered to the last question is neither yes nor no."""

    async def doubted(ledger: Ledger) -> None:
        async def decide(connection: Connection) -> None:
            question = await connection.fetchval(
                "select id from consent_questions where person_id = $1 order by asked_at desc limit 1", person
            )
            message = await connection.fetchval(
                "select id from messages where person_id = $1 order by id desc limit 1", person
            )
            event = ConsentDoubted(person_id=person, question_id=question, message_id=message)
            act = Act(ledger, connection, by_system(str(ids.new_id())))
            await act.append(Append(f"person-{person}", (event,), person))

        await record(ledger.pool, decide, subject=person)

    return doubted


def test_it_is_recorded_asked_and_settled(open_page: OpenPage, clinic: Clinic) -> None:
    page = open_page()
    _lead(page)
    _consents(page)
    panel = page.locator("#panel-consent")
    expect(panel).to_contain_text("never asked")
    page.click("#consent-note > summary")
    page.check("#note-marketing_whatsapp")
    page.fill("#consent-evidence", "Signed form of 12 May, folder 4")
    page.click("text=Record it")
    expect(page.locator("#toasts")).to_contain_text("Noted.")
    page.click("#consent-marketing_whatsapp-1 > summary")
    expect(panel).to_contain_text("Sunt de acord ca Clinica Dentară Aurora")
    expect(panel).to_contain_text("Signed form of 12 May, folder 4")
    page.click("#consent-ask > summary")
    page.check("#ask-appointment_reminders")
    page.click("text=Send the question")
    expect(page.locator("#toasts")).to_contain_text("Asked.")
    clinic.does(_doubt(clinic.morning.ana.person_id))  # type: ignore[arg-type]  # a coroutine function
    expect(panel).to_contain_text("The answer about consent is unclear", timeout=5000)
    panel.locator(".consent-doubt input[name=note]").fill("She says so on the phone")
    panel.get_by_role("button", name="yes, they agree").click()
    expect(panel.locator(".consent-doubt")).to_have_count(0)
    expect(panel).to_contain_text("She says so on the phone")
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen
