"""The call log, and calls where the lead's conversation is shown."""

import re
from uuid import UUID

import pytest
from tests.integration.web.conftest import Browser
from tests.web_calls import call

from medicalcor.core import clock
from medicalcor.core.database.pool import Pool
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.leads.queries import Filters, Need
from medicalcor.schemas.calls import Outcome

SAID = "Bună ziua, aș vrea un implant <script>"


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def test_an_empty_log_says_what_it_is_for(browser: Browser) -> None:
    assert "Nobody has called yet" in (await browser.get("/calls")).text
    assert "No such calls" in (await browser.get("/calls?only=missed")).text


async def test_the_log_says_who_called_how_long_and_what_came_of_it(browser: Browser, ledger: Ledger) -> None:
    await call(ledger, "+40722000011", "missed", nth=1)
    await call(ledger, "+40722000012", "voicemail", said=SAID, nth=2)
    await call(ledger, "anonymous", "answered_by_agent", nth=3)
    await call(ledger, "sip:ana@sip.example", "failed", nth=4)
    page = words((await browser.get("/calls")).text)
    for line in (
        "+40 722 000 011",
        "Missed call",
        "Left a voicemail",
        "Number withheld",
        "Answered by the voice agent",
        "sip:ana@sip.example",
        "1 min 05 s",
    ):
        assert line in page
    assert "un implant" not in page, "what was said is opened, and that is put on record"
    missed = (await browser.get("/calls?only=missed")).text
    assert missed.count("call-line") == 2
    assert (await browser.get("/calls?only=voicemail")).text.count("call-line") == 1


async def test_what_was_said_is_opened_on_record(browser: Browser, ledger: Ledger, pool: Pool) -> None:
    call_id = await call(ledger, "+40722000012", "voicemail", said=SAID)
    for headers in ({}, {"hx-request": "true"}):
        page = (await browser.get(f"/calls/{call_id}", headers=headers)).text
        assert "un implant &lt;script&gt;" in page
        assert "Wants an implant soon." in page
        assert ("<html" in page) is not bool(headers)
    opened = await pool.fetch("select * from record_accesses where what = 'call'")
    assert [row["object_id"] for row in opened] == [call_id, call_id]


async def test_a_call_that_there_is_not(browser: Browser) -> None:
    assert (await browser.get(f"/calls/{UUID(int=7)}")).status_code == 404


async def test_a_call_stands_in_the_leads_conversation_and_timeline(
    browser: Browser, ledger: Ledger, pool: Pool
) -> None:
    await call(ledger, "+40722000012", "answered_by_agent", said=SAID)
    lead = await pool.fetchval("select id from leads")
    page = words((await browser.get(f"/leads/{lead}")).text)
    for line in ("Answered by the voice agent", "1 min 05 s", "Wants an implant soon.", "Cu ce vă ajutăm?"):
        assert line in page
    assert page.count("un implant") == 1, "the message that was scored is not shown beside the call"
    assert "No conversation to write in" in page
    assert "Called the clinic" in page


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ("missed", "and reached nobody; call back"),
        ("failed", "and reached nobody; call back"),
        ("voicemail", "Left a voicemail"),
    ],
)
async def test_who_reached_nobody_waits_for_a_person(
    browser: Browser, ledger: Ledger, pool: Pool, outcome: Outcome, why: str
) -> None:
    await call(ledger, "+40722000012", outcome)
    assert why in words((await browser.get("/leads")).text)
    assert await _needs(pool) == [Need.UNANSWERED]
    lead = await pool.fetchval("select id from leads")
    assert (await browser.post(f"/leads/{lead}/seen")).status_code == 303
    assert await _needs(pool) == [Need.NOTHING]
    await call(ledger, "+40722000012", outcome, nth=9)
    assert await _needs(pool) == [Need.UNANSWERED], "who calls again waits again"


async def test_who_got_through_waits_for_nobody(ledger: Ledger, pool: Pool) -> None:
    await call(ledger, "+40722000012", "missed")
    await call(ledger, "+40722000012", "answered_by_agent", said=SAID, nth=2)
    assert await _needs(pool) == [Need.NOTHING]


async def _needs(pool: Pool) -> list[Need]:
    async with pool.acquire() as connection:
        return [row.need for row in await leads.page(connection, filters=Filters(), now=clock.now())]


async def test_a_visit_that_was_booked_in_the_call_is_shown_with_it(
    browser: Browser, ledger: Ledger, pool: Pool
) -> None:
    call_id = await call(ledger, "+40722000013", "answered_by_agent")
    await pool.execute(
        "insert into appointments (id, person_id, procedure_id, practitioner_id, starts_at, ends_at, status, version,"
        " booked_by, booked_at, changed_at) select gen_random_uuid(), person_id, gen_random_uuid(), gen_random_uuid(),"
        " '2031-03-04 08:00+00', '2031-03-04 09:00+00', 'booked', 1, 'call:' || id, now(), now() from calls where id = $1",
        call_id,
    )
    page = words((await browser.get(f"/calls/{call_id}")).text)
    assert "Visit booked in the call: Tue 4 Mar, 10:00" in page
