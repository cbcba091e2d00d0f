"""The alerts page: what waits first, by whom and how urgent; taken, done, and taken back; and who may."""

from uuid import UUID

import pytest
from tests.integration.web.conftest import Browser
from tests.till import Till

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.operations import effects, leads
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.effects import AlertCode, StaffAlert

ANA, BOGDAN = "+40722000701", "+40722000702"


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
    assert "Nobody sees to these yet" in back.text
    events = await bell.till.rows(
        "select type from domain_events where stream = $1 order by version", f"alert-{alert}"
    )
    assert [one["type"] for one in events] == ["alert.taken", "alert.resolved", "alert.reopened"]


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


async def test_only_those_who_work_with_leads_may_act(looker: Browser, bell: Bell) -> None:
    alert = await bell.rings(ANA, "Ana Popescu", "hot_lead")
    page = await looker.get("/alerts")
    assert "Hot lead" in page.text
    assert "I see to it" not in page.text
    assert (await looker.post(f"/alerts/{alert}/take", htmx=True)).status_code == 403


async def test_an_alert_that_is_not_there_is_not_found(browser: Browser) -> None:
    assert (await browser.post(f"/alerts/{UUID(int=5)}/take", htmx=True)).status_code == 404
