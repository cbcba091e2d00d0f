"""Offers by mail: only to who agreed, with a way out that works at once."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from pydantic_core import to_json

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import seal
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import record
from medicalcor.core.settings import Settings
from medicalcor.domain.outreach import unsubscribe
from medicalcor.integrations.email.client import EmailClient
from medicalcor.operations import consent_answers, consents, effects, inbox, mailing, receiving, unsubscribing
from medicalcor.operations.effects import Intent, Planned
from medicalcor.operations.ledger import Act, Ledger, by_system, open_ledger
from medicalcor.sandbox.faults import FaultBook
from medicalcor.sandbox.ledger import Ledger as Calls
from medicalcor.sandbox.mailbox.smtp import MailDoor
from medicalcor.sandbox.providers.email_store import Letter, Mailbox
from medicalcor.schemas.effects import EmailMessage

ANA = "ana@canary-offer.example"


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    settings = Settings(
        medicalcor_master_key=master_key,
        smtp_url="smtp://127.0.0.1:1",
        email_from="Clinica <office@zambet.example>",
        public_url="https://crm.zambet.example",
        quiet_hours="off",  # at whatever hour this runs
    )
    return open_ledger(settings, pool)


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, EmailClient]]:
    """A mail server, and a client that knows it."""
    box = Mailbox()
    door = MailDoor(mailbox=box, ledger=Calls(), faults=FaultBook(kinds={"email": {}}, limits={"email": {}}))
    await door.open(0)
    client = EmailClient(f"smtp://127.0.0.1:{door.port}", sender="Clinica <office@zambet.example>")
    yield box, client
    await client.aclose()
    await door.close()


async def arrived(ledger: Ledger, kind: str, body: bytes) -> UUID:
    """Put an item into the inbox as the gateway does."""
    item, now = ids.new_id(), clock.now()
    async with ledger.pool.acquire() as connection, connection.transaction():
        key = await ledger.vault.day_key(connection, now.date())
        await connection.execute(
            "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)"
            " values ($1, 'web', $2, $3, $2, $4, $5, 'c', $6)",
            item,
            item.hex,
            kind,
            now.date(),
            seal(key, body, item.bytes),
            now,
        )
    return item


async def known(ledger: Ledger, *, agreed: bool) -> tuple[UUID, UUID]:
    """Somebody who filled in the form; their person and conversation."""
    consent = {"accepted": True, "text_version": "1", "purposes": ["marketing_email"] if agreed else []}
    form = {"email": ANA, "message": "Cât costă albirea?", "language": "de", "consent": consent}
    message = await arrived(ledger, "message", to_json(form))
    await receiving.receive(ledger, inbox_id=message)
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(
            "select person_id, conversation_id from messages where id = $1", message
        )
    assert row is not None
    if agreed:
        await confirmed(ledger, row["person_id"], message)
    return row["person_id"], row["conversation_id"]


async def confirmed(ledger: Ledger, person: UUID, message: UUID) -> None:
    """The owner of the address follows the link and says yes."""

    async def decide(connection: Connection) -> UUID | None:
        act = Act(ledger, connection, by_system("c"))
        await consents.confirm_form(act, person_id=person, cause_id=message)
        asked: UUID | None = await connection.fetchval("select id from consent_questions")
        return asked

    question = await record(ledger.pool, decide, subject=person)
    item = await arrived(ledger, "consent", to_json({"question_id": question, "agrees": True}))
    await consent_answers.follow(ledger, await inbox.open_item(ledger, inbox_id=item))


async def offer(ledger: Ledger, conversation: UUID, person: UUID) -> Planned:
    intent = Intent(
        key=f"offer:{ids.new_id()}",
        content=EmailMessage(body="Im Mai: 10 % auf Bleaching.", language="de", written_by="phrases"),
        purpose="marketing",
        cause_id=ids.new_id(),
    )

    async def decide(connection: Connection) -> Planned:
        act = Act(ledger, connection, by_system("c"))
        [planned] = await effects.plan(act, conversation_id=conversation, intents=[intent], caller_sends=True)
        return planned

    return await record(ledger.pool, decide, subject=person)


async def withdraw(ledger: Ledger, letter: Letter) -> None:
    """As one click on the letter's header does."""
    link = letter.headers["list-unsubscribe"].strip("<>")
    assert link.startswith("https://crm.zambet.example/unsubscribe/")
    person, _language = unsubscribe.unpacked(ledger.vault.open_token("unsubscribe", link.rpartition("/")[2]))
    item = await arrived(ledger, "unsubscribe", to_json({"person_id": person}))
    for _ in range(2):  # a repeat after a crash changes nothing
        await unsubscribing.withdraw(ledger, await inbox.open_item(ledger, inbox_id=item))


async def test_without_consent_nothing_is_offered(ledger: Ledger) -> None:
    person, conversation = await known(ledger, agreed=False)
    planned = await offer(ledger, conversation, person)
    assert planned.decision.reasons == ("no_consent",)


async def test_an_offer_carries_its_end_and_one_click_ends_all(
    ledger: Ledger, mailbox: tuple[Mailbox, EmailClient]
) -> None:
    box, client = mailbox
    person, conversation = await known(ledger, agreed=True)
    sent, waits = [await offer(ledger, conversation, person) for _ in range(2)]
    about = await effects.destination(ledger, effect_id=sent.effect_id)
    await mailing.send(ledger, email=client, about=about)
    [letter] = box.all()
    assert letter.to == (ANA,)
    assert letter.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert letter.headers["auto-submitted"] == "auto-generated"
    assert "Ich möchte keine Angebote per E-Mail mehr: https://crm.zambet.example/unsubscribe/" in letter.text
    assert 'href="https://crm.zambet.example/unsubscribe/' in letter.html
    assert str(person) not in letter.html
    await withdraw(ledger, letter)
    async with ledger.pool.acquire() as connection:
        status = await connection.fetchrow(
            "select status, reason from effects where id = $1", waits.effect_id
        )
        events = await connection.fetchval(
            "select count(*) from domain_events where type = 'consent.withdrawn'"
        )
    assert (tuple(status or ()), events) == (("void", "consent_withdrawn"), 1)
    again = await offer(ledger, conversation, person)
    assert again.decision.reasons == ("no_consent",)
