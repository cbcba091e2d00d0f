"""Holding, letting go, limits and templates, with a clock that is moved."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic_core import to_json
from tests.integration.operations.test_advertising import ANA, arrived

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import record
from medicalcor.core.settings import Settings
from medicalcor.integrations.email.client import EmailClient
from medicalcor.operations import delivery, effects, inbox, mailing, places, receiving, templates, upkeep
from medicalcor.operations.effects import Intent, Planned
from medicalcor.operations.ledger import Act, Ledger, by_system, open_ledger
from medicalcor.operations.replaying import everything
from medicalcor.sandbox.faults import FaultBook
from medicalcor.sandbox.ledger import Ledger as Calls
from medicalcor.sandbox.mailbox.smtp import MailDoor
from medicalcor.sandbox.providers.email_store import Mailbox
from medicalcor.schemas.effects import EmailMessage, Purpose, WhatsAppTemplate

EVENING = datetime(2026, 10, 24, 19, 30, tzinfo=UTC)
"""Half past ten in Bucharest, on the evening before the clocks go back."""
MORNING = datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
"""Eight there, in winter time."""
NOON = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    settings = Settings(
        medicalcor_master_key=master_key,
        smtp_url="smtp://127.0.0.1:1",
        email_from="Clinica <office@zambet.example>",
        whatsapp_api_key="test",
    )
    return open_ledger(settings, pool)


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, EmailClient]]:
    box = Mailbox()
    door = MailDoor(mailbox=box, ledger=Calls(), faults=FaultBook(kinds={"email": {}}, limits={"email": {}}))
    await door.open(0)
    client = EmailClient(f"smtp://127.0.0.1:{door.port}", sender="Clinica <office@zambet.example>")
    yield box, client
    await client.aclose()
    await door.close()


async def known(ledger: Ledger) -> tuple[UUID, UUID]:
    """Somebody who filled in the form a while ago; their person and the conversation by mail."""
    form = {"email": ANA, "phone": "+40722000123", "message": "Cât costă albirea?", "language": "ro"}
    body = to_json({**form, "consent": {"accepted": True, "text_version": "1", "purposes": []}})
    message = await arrived(ledger, "message", body)
    await receiving.receive(ledger, inbox_id=message)
    row = await ledger.pool.fetchrow("select person_id from messages where id = $1", message)
    assert row is not None
    person = row["person_id"]

    async def opened(connection: Connection) -> UUID:
        return await places.conversation_for(
            Act(ledger, connection, by_system("c")),
            person_id=person,
            channel="email",
            reply_to=places.address(ledger, "email", ANA),
            partition_key="mail",
        )

    return person, await record(ledger.pool, opened, subject=person)


def mail(purpose: Purpose, **more: Any) -> Intent:
    content = EmailMessage(subject="Programarea", body="Vă așteptăm.", language="ro", written_by="phrases")
    return Intent(
        key=f"{purpose}:{ids.new_id()}", content=content, purpose=purpose, cause_id=ids.new_id(), **more
    )


async def plan(ledger: Ledger, person: UUID, conversation: UUID, *intents: Intent) -> list[Planned]:
    async def decide(connection: Connection) -> list[Planned]:
        act = Act(ledger, connection, by_system("c"))
        return await effects.plan(act, conversation_id=conversation, intents=intents)

    return await record(ledger.pool, decide, subject=person)


async def deliver(ledger: Ledger, email: EmailClient, planned: Planned) -> str:
    """A run of its delivery, as the engine makes it; how it stands then."""
    about = await effects.destination(ledger, effect_id=planned.effect_id)
    await mailing.send(ledger, email=email, about=about)
    status: str = await ledger.pool.fetchval("select status from effects where id = $1", planned.effect_id)
    return status


Starts = Callable[[UUID], Awaitable[list[datetime | None]]]


@pytest.fixture
async def starts(database_url: str) -> AsyncIterator[Starts]:
    """For when runs of an effect's delivery have been put into the queue."""
    connection = await asyncpg.connect(database_url)

    async def of(effect: UUID) -> list[datetime | None]:
        return await _starts(connection, effect)

    yield of
    await connection.close()


async def _starts(connection: Any, effect: UUID) -> list[datetime | None]:
    rows = await connection.fetch(
        "select delay_until_epoch_ms as at from dbos.workflow_status"
        " where name = 'effects.deliver' and workflow_uuid like '%' || $1 || '%' order by created_at",
        str(effect),
    )
    return [datetime.fromtimestamp(row["at"] / 1000, UTC) if row["at"] else None for row in rows]


async def test_a_reminder_planned_at_night_goes_at_eight_by_the_patients_clock(
    ledger: Ledger, mailbox: tuple[Mailbox, EmailClient], starts: Starts
) -> None:
    box, client = mailbox
    still = clock.Still(EVENING)
    with clock.using(still):
        person, conversation = await known(ledger)
        [planned] = await plan(
            ledger, person, conversation, mail("reminder", useless_after=MORNING + timedelta(hours=2))
        )
        assert planned.decision.reasons == ("quiet_hours",)
        assert planned.decision.hold_until == MORNING
        assert await starts(planned.effect_id) == [MORNING]
        still.forward(hours=5)  # a run that comes too early changes nothing
        assert await deliver(ledger, client, planned) == "held"
        still.at = MORNING
        assert await deliver(ledger, client, planned) == "sent"
    assert len(box.all()) == 1


async def test_what_was_held_and_comes_too_late_is_not_sent_and_says_so(
    ledger: Ledger, mailbox: tuple[Mailbox, EmailClient]
) -> None:
    box, client = mailbox
    still = clock.Still(EVENING)
    with clock.using(still):
        person, conversation = await known(ledger)
        useless, held = await plan(
            ledger,
            person,
            conversation,
            mail("reminder", useless_after=MORNING),
            mail("reminder", useless_after=MORNING + timedelta(hours=1)),
        )
        assert (useless.decision.verdict, useless.decision.reasons) == ("refuse", ("quiet_hours", "too_late"))
        still.at = MORNING + timedelta(hours=1)  # every worker was away
        assert await deliver(ledger, client, held) == "refused"
    row = await ledger.pool.fetchrow("select reason, decision from effects where id = $1", held.effect_id)
    assert row is not None
    assert (row["reason"], row["decision"]["reasons"]) == ("too_late", ["too_late"])
    assert not box.all()


async def test_the_sweep_finds_what_was_held_and_lost_its_run(ledger: Ledger, starts: Starts) -> None:
    still = clock.Still(EVENING)
    with clock.using(still):
        person, conversation = await known(ledger)
        [planned] = await plan(ledger, person, conversation, mail("reminder"))
        assert await upkeep.sweep_effects(ledger) == 0
        still.at = MORNING + timedelta(minutes=3)
        assert await upkeep.sweep_effects(ledger) == 1
        assert len(await starts(planned.effect_id)) == 2


async def test_a_night_full_of_messages_does_not_end_in_a_heap(
    ledger: Ledger, mailbox: tuple[Mailbox, EmailClient], starts: Starts
) -> None:
    """Five wait for the morning: three go, the others are held again until there is room."""
    box, client = mailbox
    still = clock.Still(EVENING)
    with clock.using(still):
        person, conversation = await known(ledger)
        offers = [mail("waitlist", asked_at=EVENING - timedelta(days=1)) for _ in range(5)]
        planned = await plan(ledger, person, conversation, *offers)
        assert {one.decision.reasons for one in planned} == {("quiet_hours",)}
        still.at = MORNING
        assert [await deliver(ledger, client, one) for one in planned] == [*["sent"] * 3, *["held"] * 2]
        row = await ledger.pool.fetchrow("select * from effects where id = $1", planned[4].effect_id)
        assert row is not None
        assert row["decision"]["reasons"] == ["frequency_cap"]
        assert row["hold_until"] == MORNING + timedelta(days=1)
        assert (await starts(planned[4].effect_id))[-1] == row["hold_until"]
        still.at = row["hold_until"]
        assert [await deliver(ledger, client, one) for one in planned[3:]] == ["sent", "sent"]
    assert len(box.all()) == 5


async def test_what_is_planned_together_counts_together(ledger: Ledger) -> None:
    with clock.using(clock.Still(NOON)):
        person, conversation = await known(ledger)
        offers = [mail("waitlist", asked_at=NOON - timedelta(days=1)) for _ in range(4)]
        planned = await plan(ledger, person, conversation, *offers)
        assert [one.decision.verdict for one in planned] == ["send", "send", "send", "hold"]
        [reminder] = await plan(ledger, person, conversation, mail("reminder"))
        assert reminder.decision.verdict == "send"


async def test_a_consent_is_asked_for_once_a_month(ledger: Ledger) -> None:
    still = clock.Still(NOON)
    with clock.using(still):
        person, conversation = await known(ledger)
        first, second = await plan(
            ledger, person, conversation, mail("consent_question"), mail("consent_question")
        )
        assert (first.decision.verdict, second.decision.reasons) == ("send", ("asked_lately",))
        still.forward(days=31)
        [later] = await plan(ledger, person, conversation, mail("consent_question"))
        assert later.decision.verdict == "send"


def template() -> Intent:
    content = WhatsAppTemplate(name="visit_reminder", language="ro", parameters=("Clinica",))
    return Intent(key=f"t:{ids.new_id()}", content=content, purpose="booking", cause_id=ids.new_id())


async def told(ledger: Ledger, event: str, **more: Any) -> list[UUID]:
    """What Meta posts of the template, taken in; which effects it lets go."""
    value = {
        "event": event,
        "message_template_name": "visit_reminder",
        "message_template_language": "ro",
        **more,
    }
    body = to_json({"kind": "template", "value": value, "time": int(clock.now().timestamp())})
    item = await arrived(ledger, "template", body)
    return await templates.take_in(ledger, await inbox.open_item(ledger, inbox_id=item))


async def test_a_paused_template_holds_and_its_return_lets_go(ledger: Ledger, starts: Starts) -> None:
    still = clock.Still(NOON)
    with clock.using(still):
        person, _ = await known(ledger)
        line = await _whatsapp(ledger, person)
        await told(ledger, "PAUSED", other_info={"title": "SECOND_PAUSE"})
        [held] = await plan(ledger, person, line, template())
        assert held.decision.reasons == ("template_paused",)
        assert held.decision.hold_until == NOON + timedelta(hours=6)
        await told(ledger, "FLAGGED")
        still.forward(minutes=1)
        assert await told(ledger, "APPROVED") == [held.effect_id]
        assert await delivery.resume(ledger, effect_id=held.effect_id)
        assert (await starts(held.effect_id))[-1] in (None, clock.now())
        await told(ledger, "DISABLED")
        still.forward(minutes=1)
        [refused] = await plan(ledger, person, line, template())
        assert refused.decision.reasons == ("template_disabled",)


async def test_notices_that_overtake_each_other_leave_the_latest(ledger: Ledger) -> None:
    still = clock.Still(NOON)
    with clock.using(still):
        await told(ledger, "APPROVED")
        still.at = NOON - timedelta(minutes=1)
        await told(ledger, "PAUSED")
    assert await ledger.pool.fetchval("select state from templates") == "approved"


async def test_every_decision_of_these_stories_can_be_made_again(
    ledger: Ledger, mailbox: tuple[Mailbox, EmailClient], starts: Starts
) -> None:
    await test_a_night_full_of_messages_does_not_end_in_a_heap(ledger, mailbox, starts)
    async with ledger.pool.acquire() as connection:
        again = [one async for one in everything(connection)]
    assert len(again) >= 7
    assert not [one for one in again if one.differs or one.again is None]


async def _whatsapp(ledger: Ledger, person: UUID) -> UUID:
    async def opened(connection: Connection) -> UUID:
        return await places.conversation_for(
            Act(ledger, connection, by_system("c")),
            person_id=person,
            channel="whatsapp",
            reply_to=places.address(ledger, "phone", "+40722000123"),
            partition_key="whatsapp",
        )

    return await record(ledger.pool, opened, subject=person)
