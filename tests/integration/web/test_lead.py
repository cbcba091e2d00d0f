"""One lead: what is shown, and what a colleague can do."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from tests import web_clinic
from tests.integration.web.conftest import PASSWORD, Browser

from medicalcor.core import clock, ids
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import record
from medicalcor.core.eventstore.store import Cause
from medicalcor.domain.language import phrases
from medicalcor.domain.language.phrases import TEMPLATES
from medicalcor.domain.outreach.templates import Learnt
from medicalcor.operations import leads, templates
from medicalcor.operations.ledger import Act, Ledger

KEY = "a-key-of-the-form"


async def _sent(pool: Pool) -> list[tuple[str, str]]:
    rows = await pool.fetch("select author, content ->> 'body' as body from effects where author = 'staff'")
    return [(row["author"], row["body"]) for row in rows]


async def test_the_score_shows_its_evidence_in_the_message(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.ana(ledger)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert '<mark title="asks about price">Cât costă</mark>' in page
    assert '<mark title="treatment: implant">implant</mark>' in page
    assert "Asks about price or payment, wants to come or be called." in page
    assert "Call today and book a consultation." in page
    assert re.search(r'<div lang="en"><p>Asks for the price of two implants', page)
    assert "soon: this week" in page


@pytest.mark.parametrize(
    ("language", "summary", "step"),
    [
        (
            "ro",
            "Întreabă de preț sau de plată, dorește o programare",
            "Sunați astăzi și programați o consultație.",
        ),
        ("de", "Fragt nach Preis oder Zahlung, möchte kommen", "Rufen Sie heute an"),
    ],
)
async def test_the_score_speaks_the_readers_language(
    browser: Browser, ledger: Ledger, language: str, summary: str, step: str
) -> None:
    story = await web_clinic.ana(ledger)
    await browser.post("/account/language", {"language": language})
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert summary in page
    assert step in page


async def test_rules_that_scored_say_why(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.bogdan(ledger)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert "AI did not answer in time, so the rules scored." in page
    assert "trouble breathing" in page


async def test_what_was_not_sent_stands_there_with_its_decision(
    browser: Browser, ledger: Ledger, elena: UUID
) -> None:
    story = await web_clinic.carmen(ledger, elena)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert "An answer was not sent: A colleague has taken over; automatic answers are silent." in page
    assert "You are answering" in page
    assert "Elena Radu" in page
    assert "Wunderbar." in page


async def test_a_failed_message_says_what_to_do(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.doina(ledger)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert "WhatsApp cannot reach this number. Try a call." in page


async def test_the_timeline_speaks_the_readers_language(
    browser: Browser, ledger: Ledger, elena: UUID
) -> None:
    story = await web_clinic.carmen(ledger, elena)
    english = (await browser.get(f"/leads/{story.lead_id}/about")).text
    await browser.post("/account/language", {"language": "ro"})
    romanian = (await browser.get(f"/leads/{story.lead_id}/about")).text
    assert "Elena Radu took over" in english
    assert "Elena Radu a preluat conversația" in romanian


async def test_taking_over_and_handing_back(
    browser: Browser, pool: Pool, ledger: Ledger, elena: UUID
) -> None:
    story = await web_clinic.ana(ledger)
    taken = await browser.post(f"/leads/{story.lead_id}/take-over", htmx=True)
    assert "Hand back" in taken.text
    assert "You are answering now" in taken.text
    assert await pool.fetchval("select taken_over_by from conversations") == elena
    back = await browser.post(f"/leads/{story.lead_id}/hand-back", htmx=True)
    assert "Take over" in back.text
    assert await pool.fetchval("select taken_over_by from conversations") is None


async def test_a_reply_goes_once_and_takes_over(
    browser: Browser, pool: Pool, ledger: Ledger, elena: UUID
) -> None:
    story = await web_clinic.ana(ledger)
    form = {"text": "Bună ziua, vă sun imediat.", "key": KEY}
    answers = [await browser.post(f"/leads/{story.lead_id}/reply", form, htmx=True) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await _sent(pool) == [("staff", "Bună ziua, vă sun imediat.")]
    assert "Bună ziua, vă sun imediat." in answers[0].text
    assert await pool.fetchval("select taken_over_by from conversations") == elena


async def test_without_scripts_commands_lead_back_to_the_page(
    browser: Browser, pool: Pool, ledger: Ledger
) -> None:
    story = await web_clinic.ana(ledger)
    answer = await browser.post(f"/leads/{story.lead_id}/reply", {"text": "Da", "key": KEY})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/leads/{story.lead_id}")
    assert await _sent(pool) == [("staff", "Da")]


async def test_a_reply_needs_the_token(browser: Browser, pool: Pool, ledger: Ledger) -> None:
    story = await web_clinic.ana(ledger)
    answer = await browser.http.post(f"/leads/{story.lead_id}/reply", data={"text": "Da", "key": KEY})
    assert answer.status_code == 403
    assert await _sent(pool) == []


async def test_the_closed_window_is_explained_and_refused(
    browser: Browser, pool: Pool, ledger: Ledger
) -> None:
    story = await web_clinic.told(ledger, "Vechi", "+40722000090", start=60 * 30).begin()
    await story.writes("Bună", ago=60 * 25)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert "24-hour window is closed" in page.replace("&#39;", "'")
    assert "<textarea" not in page
    refused = await browser.post(f"/leads/{story.lead_id}/reply", {"text": "Da", "key": KEY}, htmx=True)
    assert refused.status_code == 403
    assert "only an approved template" in refused.text
    assert refused.headers["hx-retarget"] == "#toasts"
    assert await _sent(pool) == []


async def test_behind_the_closed_window_an_approved_template_goes_once_and_takes_over(
    browser: Browser, pool: Pool, ledger: Ledger
) -> None:
    story = await web_clinic.told(ledger, "Vechi", "+40722000093", start=60 * 30).begin()
    await story.writes("Bună", ago=60 * 25)
    page = unescape((await browser.get(f"/leads/{story.lead_id}")).text)
    assert phrases.filled(TEMPLATES["staff_continue"]["ro"], [ledger.settings.clinic_name]) in page
    form = {"template": "staff_continue", "key": KEY}
    for _ in range(2):
        answer = await browser.post(f"/leads/{story.lead_id}/template", form, htmx=True)
        assert answer.status_code == 200
    assert "You are answering" in answer.text
    [row] = await pool.fetch("select * from effects where author = 'staff'")
    assert (row["kind"], row["purpose"]) == ("whatsapp.template", "staff_reply")
    assert row["content"]["name"] == "staff_continue"
    assert row["content"]["parameters"] == [ledger.settings.clinic_name]
    assert row["decision"]["verdict"] == "send"
    unknown = await browser.post(
        f"/leads/{story.lead_id}/template", {**form, "template": "hot_lead_ack"}, htmx=True
    )
    assert unknown.status_code == 422


async def test_a_template_that_whatsapp_switched_off_is_not_offered_and_refused(
    browser: Browser, pool: Pool, ledger: Ledger
) -> None:
    story = await web_clinic.told(ledger, "Vechi", "+40722000094", start=60 * 30).begin()
    await story.writes("Bună", ago=60 * 25)
    learnt = Learnt("disabled", "meta", None, None)

    async def learn(connection: Connection) -> None:
        act = Act(ledger, connection, Cause(correlation_id="notice", actor="provider:whatsapp"))
        await templates.learn(act, "staff_call", "ro", learnt, clock.now())

    await record(pool, learn)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert re.search(r'value="staff_call" required disabled>', page)
    refused = await browser.post(
        f"/leads/{story.lead_id}/template", {"template": "staff_call", "key": KEY}, htmx=True
    )
    assert refused.status_code == 403
    assert "switched this template off" in refused.text
    assert await _sent(pool) == []


async def test_an_alert_says_which_rule_asked_for_it(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.told(ledger, "Grăbit", "+40722000095", start=30).begin()
    message = await story.writes("Cât costă un implant și când pot veni?", ago=20)
    await leads.score(ledger, ai=None, message_id=message, correlation_id="c")
    page = (await browser.get(f"/leads/{story.lead_id}/about")).text
    assert "Triage asked for it: A hot lead is called within the hour." in page


async def test_the_window_counts_down(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.told(ledger, "Nou", "+40722000091", start=60 * 5).begin()
    await story.writes("Bună", ago=60 * 4)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert re.search(r"Free text for another <b data-until=\"[^\"]+\">(19 h 59|20 h 00) min</b>", page)


async def test_a_colleague_who_was_faster_is_not_pushed_aside(
    browser: Browser, pool: Pool, ledger: Ledger
) -> None:
    other = await accounts.add(
        pool, email="dan@clinic.example", name="Dan Pop", role=Role.DOCTOR, password=PASSWORD
    )
    story = await web_clinic.ana(ledger)
    await story.taken_over(other, ago=0.5)
    page = (await browser.get(f"/leads/{story.lead_id}")).text
    assert "Dan Pop is answering" in page
    answer = await browser.post(f"/leads/{story.lead_id}/take-over", htmx=True)
    assert answer.status_code == 409
    assert "already taken" in answer.text
    assert await pool.fetchval("select taken_over_by from conversations") == other


async def test_handled_leads_wait_no_more(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.ana(ledger)
    answer = await browser.post(f"/leads/{story.lead_id}/seen", htmx=True)
    assert "Marked as handled" in answer.text
    assert "Nobody is waiting for a person" in (await browser.get("/leads")).text


async def test_the_reply_being_written_keeps_its_key(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.ana(ledger)
    page = (await browser.get(f"/leads/{story.lead_id}/talk?key={KEY}", headers={"hx-request": "true"})).text
    assert f'id="text-{KEY}"' in page
    odd = (
        await browser.get(f"/leads/{story.lead_id}/talk?key=%22%3E%3Cb%3E", headers={"hx-request": "true"})
    ).text
    assert '"><b>' not in odd


async def test_unknown_leads_and_empty_replies_are_said_clearly(browser: Browser, ledger: Ledger) -> None:
    assert (await browser.get(f"/leads/{ids.new_id()}")).status_code == 404
    assert (await browser.get("/leads/not-an-id")).status_code == 404
    story = await web_clinic.ana(ledger)
    empty = await browser.post(f"/leads/{story.lead_id}/reply", {"text": "  ", "key": KEY}, htmx=True)
    assert empty.status_code == 422


async def test_an_expired_session_sends_a_part_of_a_page_to_the_door(
    browser: Browser, ledger: Ledger
) -> None:
    story = await web_clinic.ana(ledger)
    still = clock.Still(clock.now() + timedelta(days=2))
    with clock.using(still):
        answer = await browser.get(
            f"/leads/{story.lead_id}/talk",
            headers={
                "hx-request": "true",
                "hx-current-url": f"http://dashboard.example/leads/{story.lead_id}",
            },
        )
    assert answer.headers["hx-redirect"] == f"/sign-in?next=%2Fleads%2F{story.lead_id}"


async def test_times_cannot_be_offered_where_whatsapp_takes_no_words_any_more(
    browser: Browser, ledger: Ledger, pool: Pool
) -> None:
    story = await web_clinic.ana(ledger)
    await pool.execute("update conversations set last_inbound_at = last_inbound_at - interval '25 hours'")
    page = await browser.post(f"/leads/{story.lead_id}/offer-times", {"key": KEY}, htmx=True)
    assert page.status_code >= 400
    assert "last WhatsApp message is more than 24 hours old" in unescape(page.text)
