"""The list: who comes first, why, and what can be found."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests import web_clinic
from tests.integration.web.conftest import Browser

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import seal
from medicalcor.core.database.pool import Pool
from medicalcor.operations.ledger import Ledger
from medicalcor.readmodels.leads import queries
from medicalcor.readmodels.leads.queries import Filters, Need

CANARY = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


async def _names(pool: Pool, **asked: object) -> list[str | None]:
    filters = Filters(**{key: value for key, value in asked.items() if key != "search"})  # type: ignore[arg-type]  # the test's own names
    async with pool.acquire() as connection:
        rows = await queries.page(
            connection, filters=filters, now=clock.now(), search=str(asked.get("search", ""))
        )
    return [row.name for row in rows]


async def test_who_needs_a_person_most_comes_first(pool: Pool, ledger: Ledger, elena: UUID) -> None:
    await web_clinic.morning(ledger, by=elena)
    async with pool.acquire() as connection:
        rows = await queries.page(connection, filters=Filters(), now=clock.now())
    needs = [(row.name, row.need) for row in rows if row.need.person]
    assert needs == [
        ("Bogdan Țepeș", Need.EMERGENCY),
        ("Ana Popescu", Need.HOT),
        ("Doina Marin", Need.NOT_DELIVERED),
        (None, Need.UNANSWERED),
        ("Carmen Ilie", Need.UNANSWERED),
    ]
    assert [row.need for row in rows] == sorted(row.need for row in rows)


async def test_each_line_says_why_in_words(browser: Browser, ledger: Ledger, elena: UUID) -> None:
    await web_clinic.morning(ledger, by=elena)
    page = re.sub(r"<[^>]+>", "", (await browser.get("/leads")).text)
    assert "trouble breathing, swelling. Nobody has reacted" in page
    assert re.search(r"Hot \d+ minutes ago: wants a visit; nobody has called", page)
    assert re.search(r"Wrote 17 minutes ago, no answer yet", page)
    assert "was not delivered" in page
    assert "5 people need somebody now" in page


async def test_an_answer_that_is_on_its_way_alarms_nobody(pool: Pool, ledger: Ledger) -> None:
    story = await web_clinic.told(ledger, "Nou Venit", "+40722000099", start=0.2).begin()
    await story.writes("Bună", ago=0.1)
    async with pool.acquire() as connection:
        rows = await queries.page(connection, filters=Filters(), now=clock.now())
        later = await queries.page(connection, filters=Filters(), now=clock.now() + timedelta(minutes=2))
    assert (rows[0].need, later[0].need) == (Need.NOTHING, Need.UNANSWERED)


async def test_disagreement_of_ai_and_rules_asks_for_a_person(pool: Pool, ledger: Ledger) -> None:
    story = await web_clinic.told(ledger, "Ion", "+40722000098", start=5).begin()
    await story.writes("Implant", ago=5)
    await story.scored(2, ago=5, rules_score=4)
    await story.answered("Bună ziua!", ago=4)
    async with pool.acquire() as connection:
        rows = await queries.page(connection, filters=Filters(), now=clock.now())
    assert (rows[0].need, rows[0].rules_score) == (Need.DISAGREEMENT, 4)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("tepes", ["Bogdan Țepeș"]),
        ("KONIG fel", ["Felix König"]),
        ("0722 000 001", ["Ana Popescu"]),
        ("000 004", ["Doina Marin", "Jonathan Whitfield-Montgomery"]),
        ("%", []),
        ("zzz", []),
    ],
)
async def test_search_by_name_and_number(
    pool: Pool, ledger: Ledger, elena: UUID, search: str, found: list[str]
) -> None:
    await web_clinic.morning(ledger, by=elena)
    names = [name for name in await _names(pool, search=search) if name]
    assert names == found


async def test_counts_say_what_each_filter_leaves(
    browser: Browser, pool: Pool, ledger: Ledger, elena: UUID
) -> None:
    await web_clinic.morning(ledger, by=elena)
    async with pool.acquire() as connection:
        for filters in (
            Filters(),
            Filters(needs=True),
            Filters(classification="WARM"),
            Filters(language="de"),
        ):
            facets = await queries.facets(connection, filters=filters, now=clock.now())
            for classification, count in facets.classification.items():
                chosen = replace(filters, classification=classification)
                assert count == len(await queries.page(connection, filters=chosen, now=clock.now()))
    page = await browser.get("/leads?class=HOT&needs=1")
    assert page.text.count('class="lead need-') == 2


async def test_nonsense_in_the_address_is_no_filter(browser: Browser, ledger: Ledger, elena: UUID) -> None:
    await web_clinic.morning(ledger, by=elena)
    page = await browser.get("/leads?class=%27drop&channel=x&language=%3Cb%3E&shown=999999999")
    assert page.status_code == 200
    assert page.text.count('class="lead need-') == 13


async def test_names_and_messages_are_never_markup(browser: Browser, ledger: Ledger) -> None:
    story = await web_clinic.told(ledger, CANARY, "+40722000097", start=3).begin()
    await story.writes(CANARY, ago=3)
    await story.scored(5, ago=3, reasoning=CANARY, suggested_action=CANARY, marks=[("<script>", "budget")])
    await story.answered(CANARY, ago=2)
    pages = [
        await browser.get("/leads"),
        await browser.get(f"/leads/{story.lead_id}"),
        await browser.post("/leads/list", {"q": CANARY}),
        await browser.post("/leads/find", {"q": "script"}, htmx=True),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert "&lt;script&gt;" in pages[1].text


async def test_addresses_hold_no_personal_data(browser: Browser, ledger: Ledger, elena: UUID) -> None:
    morning = await web_clinic.morning(ledger, by=elena)
    for path in ("/leads", f"/leads/{morning.ana.lead_id}"):
        page = await browser.get(path)
        addresses = re.findall(r'(?:href|action|src|hx-get|hx-post)="([^"]+)"', page.text)
        assert addresses
        for address in addresses:
            if not address.startswith("tel:"):
                assert not re.search(r"popescu|tepe|40722|0722", address, re.IGNORECASE), address
    found = await browser.post("/leads/list", {"q": "popescu"}, htmx=True)
    assert "hx-push-url" not in found.headers


async def test_more_lines_than_one_page(browser: Browser, ledger: Ledger) -> None:
    for number in range(53):
        await web_clinic.told(ledger, f"Pacient {number}", f"+407440000{number:02}", start=number + 1).begin()
    first = await browser.get("/leads")
    assert first.text.count('class="lead need-') == 50
    assert "Show more" in first.text
    more = await browser.post("/leads/list", {"shown": "100"}, htmx=True)
    assert more.text.count('class="lead need-') == 53
    assert "Show more" not in more.text


async def test_what_could_not_be_read_is_shown_with_its_reason(
    browser: Browser, pool: Pool, ledger: Ledger
) -> None:
    item, day = ids.new_id(), clock.now().date()
    async with pool.acquire() as connection:
        key = await ledger.vault.day_key(connection, day)
        await connection.execute(
            "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id,"
            " received_at, reason) values ($1, 'whatsapp', 'k', 'unread', 'p', $2, $3, 'c', $4, $5)",
            item,
            day,
            seal(key, b'{"odd": "<b>sealed</b>"}', item.bytes),
            clock.now(),
            "the message has no `type`",
        )
    page = await browser.get("/leads/unread")
    assert "The message does not say what kind it is: “type” is missing." in page.text
    assert "sealed" not in page.text
    opened = await browser.post(f"/leads/unread/{item}", htmx=True)
    assert "&lt;b&gt;sealed&lt;/b&gt;" in opened.text
    assert await pool.fetchval("select count(*) from record_accesses where object_id = $1", item) == 1


async def test_empty_lists_say_what_they_are_for(browser: Browser) -> None:
    assert "No leads yet" in (await browser.get("/leads")).text
    assert "Nothing archived" in (await browser.get("/leads?archived=1")).text
    assert "No lead fits these filters" in (await browser.get("/leads?class=HOT")).text
    assert "Nobody found" in (await browser.post("/leads/list", {"q": "x"}, htmx=True)).text
    assert "Everything could be read" in (await browser.get("/leads/unread")).text
