"""The alerts page: what waits first, by whom and how urgent; taken, done, and taken back; and who may."""

import re
from importlib import resources
from uuid import UUID

import pytest
from tests.integration.web.conftest import PASSWORD, Browser
from tests.till import Till
from tests.web_story import told

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import record
from medicalcor.core.text import folded
from medicalcor.operations import alerts, effects, leads, triaging
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.effects import AlertCode, StaffAlert

ANA, BOGDAN = "+40722000701", "+40722000702"
UPGRADE = (
    resources.files("medicalcor.core.database.migrations")
    .joinpath("0027_family_and_alerts.sql")
    .read_text(encoding="utf-8")
)


class Bell:
    """Raises alerts about patients who wrote."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.till = ledger, Till(ledger)
        self.known: dict[str, UUID] = {}
        self.rung = 0

    async def rings(self, phone: str, name: str, code: AlertCode) -> UUID:
        """Answers the alert's id."""
        if phone not in self.known:
            self.known[phone] = (await self.till.person(phone, name))["lead_id"]
        [talk] = await self.till.rows(
            "select id, person_id from conversations where lead_id = $1", self.known[phone]
        )
        self.rung += 1
        intent = Intent(
            key=f"alert:{self.rung}",
            content=StaffAlert(code=code),
            purpose="staff_alert",
            cause_id=talk["id"],
        )

        async def decide(connection: Connection) -> UUID:
            act = Act(self.ledger, connection, by_system("c"))
            [planned] = await effects.plan(act, conversation_id=talk["id"], intents=[intent])
            return planned.effect_id

        return await record(self.ledger.pool, decide, subject=talk["person_id"])


@pytest.fixture
def bell(ledger: Ledger) -> Bell:
    return Bell(ledger)


@pytest.fixture
async def bob(pool: Pool, quick_passwords: None) -> UUID:
    mail = "bob@clinic.example"
    return await accounts.add(
        pool, email=mail, name="Bob Stan", role=Role.RECEPTIONIST, password=PASSWORD, language="en"
    )


def places(html: str, *ids: UUID) -> list[int]:
    """Where each alert stands on the page; -1 where it does not."""
    return [html.find(f'id="alert-{one}"') for one in ids]


async def test_a_quiet_clinic_says_so(browser: Browser) -> None:
    page = await browser.get("/alerts")
    assert "Nothing waits for anybody" in page.text
    for nonsense in ("?urgency=never&kind=x&whose=y", "?whose=00000000-0000-0000-0000-000000000000"):
        assert (await browser.get(f"/alerts{nonsense}")).status_code == 200


async def test_the_most_urgent_first_with_its_lead_and_by_filters(browser: Browser, bell: Bell) -> None:
    later = await bell.rings(ANA, "Ana Popescu", "consent_unclear")
    hot = await bell.rings(ANA, "Ana Popescu", "hot_lead")
    urgent = await bell.rings(BOGDAN, "Bogdan Ionescu", "emergency")
    page = (await browser.get("/alerts")).text
    order = places(page, urgent, hot, later)
    assert order == sorted(order)
    assert -1 not in order
    assert f'href="/leads/{bell.known[BOGDAN]}"' in page
    now = (await browser.get("/alerts?urgency=now")).text
    assert [one >= 0 for one in places(now, urgent, hot, later)] == [True, False, False]
    kind = (await browser.get("/alerts?kind=hot_lead")).text
    assert [one >= 0 for one in places(kind, urgent, hot, later)] == [False, True, False]
    neither = (await browser.get("/alerts?urgency=now&kind=hot_lead")).text
    assert "No alert fits these filters" in neither
    assert (await browser.get("/alerts?whose=me")).text.count("No alert fits") == 1


async def test_taken_done_and_taken_back_each_with_who_and_when(browser: Browser, bell: Bell) -> None:
    alert = await bell.rings(ANA, "Ana Popescu", "missed_call")
    taken = await browser.post(f"/alerts/{alert}/take", htmx=True)
    assert "Elena Radu sees to it since" in taken.text
    assert "Nobody sees to these yet" not in taken.text
    assert [one >= 0 for one in places((await browser.get("/alerts?whose=me")).text, alert)] == [True]
    for _press in range(2):
        done = await browser.post(f"/alerts/{alert}/resolve", htmx=True)
        assert "Done by Elena Radu" in done.text
        assert "Nothing waits for anybody" in done.text
        assert "Nothing waits for anybody" in (await browser.post("/alerts/count", htmx=True)).text
    back = await browser.post(f"/alerts/{alert}/reopen", htmx=True)
    assert "Elena Radu sees to it since" in back.text
    given_up = await browser.post(f"/alerts/{alert}/reopen", htmx=True)
    assert "Nobody sees to these yet" in given_up.text
    events = await bell.till.rows(
        "select type from domain_events where stream = $1 order by version", f"alert-{alert}"
    )
    assert [one["type"] for one in events] == [
        "alert.taken",
        "alert.resolved",
        "alert.reopened",
        "alert.reopened",
    ]


async def test_whoever_acts_on_the_lead_has_seen_to_its_alerts(
    browser: Browser, bell: Bell, ledger: Ledger
) -> None:
    alert = await bell.rings(ANA, "Ana Popescu", "hot_lead")
    elena = (await bell.till.rows("select id from users where name = 'Elena Radu'"))[0]["id"]
    await leads.mark_seen(ledger, lead_id=bell.known[ANA], by=elena)
    page = (await browser.get("/alerts")).text
    assert "A colleague acted on the lead" in page
    assert "Nothing waits for anybody" in page
    again = await browser.post(f"/alerts/{alert}/reopen", htmx=True)
    assert "Nobody sees to these yet" in again.text, (
        "what is opened again stays open until somebody acts again"
    )


async def test_no_undo_loses_the_colleague_who_had_it(
    browser: Browser, bell: Bell, ledger: Ledger, bob: UUID
) -> None:
    alert = await bell.rings(ANA, "Ana Popescu", "missed_call")
    assert "Undo" in (await browser.post(f"/alerts/{alert}/take", htmx=True)).text
    await browser.post(f"/alerts/{alert}/reopen", htmx=True)
    await alerts.take(ledger, alert_id=alert, by=bob)
    over = await browser.post(f"/alerts/{alert}/take", htmx=True)
    assert "Elena Radu sees to it since" in over.text
    assert "Undo" not in over.text
    await alerts.take(ledger, alert_id=alert, by=bob)
    assert "Undo" in (await browser.post(f"/alerts/{alert}/resolve", htmx=True)).text
    back = await browser.post(f"/alerts/{alert}/reopen", htmx=True)
    assert "Bob Stan sees to it since" in back.text


async def test_who_is_done_with_an_alert_has_dealt_with_its_lead_and_nobody_is_told_that_nobody_acts(
    browser: Browser, bell: Bell, ledger: Ledger, pool: Pool
) -> None:
    story = await told(ledger, "Ana Popescu", ANA, start=30).begin()
    message = await story.writes("Cât costă un implant și când pot veni la consultație?", ago=20)
    await leads.score(ledger, ai=None, message_id=message, correlation_id="c")
    alert = await pool.fetchval("select id from effects where kind = 'staff.alert'")
    await pool.execute("update lead_work set escalate_at = opened_at")
    await browser.post(f"/alerts/{alert}/take", htmx=True)
    assert await triaging.sweep(ledger) == 0
    await browser.post(f"/alerts/{alert}/reopen", htmx=True)
    assert await triaging.sweep(ledger) == 1, "who gives it back is not at it"
    assert "Ana Popescu" in (await browser.get("/leads?needs=1")).text
    done = await browser.post(f"/alerts/{alert}/resolve", htmx=True)
    assert "Nothing waits for anybody" in done.text
    assert "Ana Popescu" not in (await browser.get("/leads?needs=1")).text
    assert await pool.fetchval("select count(*) from lead_work where closed_at is null") == 0
    seen = "select count(*) from domain_events where type = 'lead.seen'"
    assert await pool.fetchval(seen) == 1
    await browser.post(f"/alerts/{alert}/resolve", htmx=True)
    assert await pool.fetchval(seen) == 1


async def test_a_call_about_a_price_or_a_payment_does_not_see_to_pain(
    browser: Browser, bell: Bell, ledger: Ledger, pool: Pool
) -> None:
    hot = await bell.rings(ANA, "Ana Popescu", "hot_lead")
    pays = await bell.rings(ANA, "Ana Popescu", "payment_failed")
    pain = await bell.rings(ANA, "Ana Popescu", "acute")
    for one in (hot, pays):
        await browser.post(f"/alerts/{one}/resolve", htmx=True)
    now = (await browser.get("/alerts?urgency=now")).text
    assert "Nobody sees to these yet" in now
    assert await pool.fetchval("select seen_by_staff_at from leads") is None
    await browser.post(f"/alerts/{pain}/resolve", htmx=True)
    assert await pool.fetchval("select seen_by_staff_at from leads") is not None


async def test_what_was_done_long_ago_or_is_about_somebody_erased_is_left_out(
    browser: Browser, bell: Bell, ledger: Ledger, pool: Pool
) -> None:
    old = await bell.rings(ANA, "Ana Popescu", "hot_lead")
    await browser.post(f"/alerts/{old}/resolve", htmx=True)
    waits = await bell.rings(BOGDAN, "Bogdan Ionescu", "emergency")
    assert -1 not in places((await browser.get("/alerts")).text, old, waits)
    long_ago = (
        "update alert_acts set resolved_at = now() - interval '31 days', acted_at = null where alert_id = $1"
    )
    await pool.execute(long_ago, old)
    await pool.execute("update people set erased_at = now() where name = 'Bogdan Ionescu'")
    page = (await browser.get("/alerts")).text
    assert places(page, old, waits) == [-1, -1]
    assert "Nothing waits for anybody" in page
    assert (await browser.post(f"/alerts/{waits}/take", htmx=True)).status_code == 404


async def test_alerts_from_before_the_upgrade_stand_as_a_rebuild_says(
    bell: Bell, ledger: Ledger, pool: Pool, elena: UUID
) -> None:
    await bell.rings(ANA, "Ana Popescu", "hot_lead")
    await bell.rings(BOGDAN, "Bogdan Ionescu", "missed_call")
    await leads.mark_seen(ledger, lead_id=bell.known[ANA], by=elena)
    await bell.rings(ANA, "Ana Popescu", "emergency")
    stand = "select * from alert_acts order by alert_id"
    before = await bell.till.rows(stand)
    assert [one["acted_at"] is None for one in before].count(False) == 1
    told = re.search(r"insert into alert_acts.+?;", UPGRADE, re.DOTALL)
    assert told
    await pool.execute("delete from alert_acts")
    await pool.execute(told[0])
    assert await bell.till.rows(stand) == before


async def test_names_of_whoever_comes_are_folded_by_the_upgrade_as_they_are_later(pool: Pool) -> None:
    names = (
        "Ștefan Müller",
        "ŁUKASZ ĐORĐEVIĆ",
        "Straße",
        "ÅSE BJØRK Æbeltoft",
        "Ősz Œuvre",
        "José Ángel Núñez",
    )
    told = re.search(r"set folded = (.+?)\nwhere for_name", UPGRADE, re.DOTALL)
    assert told
    rows = await pool.fetch(f"select {told[1]} as found from unnest($1::text[]) as for_name", list(names))  # noqa: S608 - our own migration
    assert [row["found"] for row in rows] == [folded(name) for name in names]


async def test_only_those_who_work_with_leads_may_act(looker: Browser, bell: Bell) -> None:
    alert = await bell.rings(ANA, "Ana Popescu", "hot_lead")
    page = await looker.get("/alerts")
    assert "Hot lead" in page.text
    assert "I see to it" not in page.text
    assert (await looker.post(f"/alerts/{alert}/take", htmx=True)).status_code == 403


async def test_an_alert_that_is_not_there_is_not_found(browser: Browser) -> None:
    assert (await browser.post(f"/alerts/{UUID(int=5)}/take", htmx=True)).status_code == 404
