"""Which line money is written about on, and what becomes of a deposit that is asked for."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.till import Till, event, payer

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Connection, Pool, connect
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import Forbidden, ProviderRejected, ProviderUnavailable
from medicalcor.core.eventstore.store import Append
from medicalcor.core.settings import Settings
from medicalcor.operations import deposits, places
from medicalcor.operations.ledger import Act, by_system, open_ledger
from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.schemas.events.people import AddressAdded, OptedOut
from medicalcor.schemas.wire.stripe import PaymentLink

ANA = "+40722000601"
MAIL = "ana@example.com"
ASK = deposits.Ask(amount=15_050, currency="RON", reason="appointment")


def till_with(pool: Pool, master_key: str, **changes: Any) -> Till:
    given: dict[str, Any] = {
        "medicalcor_master_key": master_key,
        "whatsapp_api_key": "key",
        "stripe_api_key": "sk_test",
        "smtp_url": "smtp://localhost:1",
        "email_from": "clinic@example.com",
        "clinic_name": "Clinica Aurora",
    }
    return Till(open_ledger(Settings(**{**given, **changes}), pool))


@pytest.fixture
def till(pool: Pool, master_key: str) -> Till:
    return till_with(pool, master_key)


async def happens(till: Till, person_id: UUID, event: Any) -> None:
    async def decide(connection: Connection) -> None:
        await Act(till.ledger, connection, by_system("c")).append(
            Append(f"person-{person_id}", (event,), person_id)
        )

    await record(till.ledger.pool, decide, subject=person_id)


async def leaves_a_mail_address(till: Till, person_id: UUID) -> None:
    mail = places.address(till.ledger, "email", MAIL)
    await happens(
        till, person_id, AddressAdded(person_id=person_id, kind="email", address_key=mail.key, value=MAIL)
    )


class Stripe:
    """Answers what it is told to, in turn, and remembers under which keys it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    async def create_payment_link(self, **asked: Any) -> PaymentLink:
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return PaymentLink(id="plink_1", url="https://buy.stripe.com/CANAR")


LATER = ProviderUnavailable(provider="stripe", reason="timeout")
SPENT = ProviderRejected(provider="stripe", reason="key_spent")
NO = ProviderRejected(provider="stripe", reason="account")


async def asked(till: Till, lead_id: UUID, *, key: str = "key-of-a-form") -> UUID:
    await deposits.request(till.ledger, lead_id=lead_id, ask=ASK, by=ids.new_id(), key=key)
    [row] = await till.rows("select id from payment_requests order by asked_at desc limit 1")
    return UUID(int=row["id"].int)


async def runs(till: Till, request: UUID, stripe: Stripe) -> None:
    """Try after try, as the runs do that each starts."""
    for attempt in range(1, len(stripe.answers) + 1):
        await deposits.make_link(
            till.ledger,
            stripe=stripe,  # type: ignore[arg-type]  # as much of it as is asked
            request_id=request,
            attempt=attempt,
            key_number=1,
        )


async def money_effects(till: Till) -> list[tuple[str, str]]:
    return [(e["kind"], e["status"]) for e in await till.effects()]


async def test_after_the_window_a_template_carries_the_receipt(till: Till) -> None:
    await till.person(ANA)
    with clock.using(clock.Still(clock.now() + timedelta(hours=25))):
        await till.gets(event("checkout.session.completed", payloads.checkout_session(payer(phone=ANA))))
    [receipt] = await till.effects()
    assert (receipt["kind"], receipt["status"]) == ("whatsapp.template", "planned")
    assert receipt["content"]["name"] == "payment_receipt"
    assert receipt["content"]["parameters"] == ["Clinica Aurora", "250,00\xa0RON"]


async def test_after_the_window_the_payers_own_mail_address_is_better(till: Till) -> None:
    ana = await till.person(ANA)
    await leaves_a_mail_address(till, ana["person_id"])
    with clock.using(clock.Still(clock.now() + timedelta(hours=25))):
        session = payloads.checkout_session(payer(phone=ANA, email="ANA@example.com"))
        await till.gets(event("checkout.session.completed", session))
    [receipt] = await till.effects()
    assert (receipt["kind"], receipt["status"]) == ("email.message", "planned")
    assert receipt["content"]["subject"] == "Plată primită – Clinica Aurora"
    [line] = await till.rows("select reply_to from conversations where channel = 'email'")
    assert line["reply_to"] == MAIL


async def test_a_mail_address_that_is_not_theirs_gets_nothing(till: Till) -> None:
    await till.person(ANA)
    with clock.using(clock.Still(clock.now() + timedelta(hours=25))):
        session = payloads.checkout_session(payer(phone=ANA, email="somebody.else@example.com"))
        await till.gets(event("checkout.session.completed", session))
    assert await money_effects(till) == [("whatsapp.template", "planned")]


async def test_without_whatsapp_mail_carries_it(pool: Pool, master_key: str) -> None:
    till = till_with(pool, master_key, whatsapp_api_key=None)
    ana = await till.person(ANA)
    await leaves_a_mail_address(till, ana["person_id"])
    await till.gets(event("checkout.session.completed", payloads.checkout_session(payer(phone=ANA))))
    assert await money_effects(till) == [("email.message", "planned")]


async def test_who_asked_for_silence_gets_no_receipt_and_no_request(till: Till) -> None:
    ana = await till.person(ANA)
    phone = places.address(till.ledger, "phone", ANA)
    silence = OptedOut(
        person_id=ana["person_id"], address_keys=(phone.key,), channel="whatsapp", message_id=ids.new_id()
    )
    await happens(till, ana["person_id"], silence)
    await till.gets(event("checkout.session.completed", payloads.checkout_session(payer(phone=ANA))))
    assert await money_effects(till) == [("whatsapp.text", "refused")]
    with pytest.raises(Forbidden, match="not to be contacted"):
        await asked(till, ana["lead_id"])
    assert await till.rows("select 1 from payment_requests") == []


async def test_without_stripe_nothing_can_be_asked_for(pool: Pool, master_key: str) -> None:
    till = till_with(pool, master_key, stripe_api_key=None)
    ana = await till.person(ANA)
    with pytest.raises(Forbidden, match="STRIPE_API_KEY"):
        await asked(till, ana["lead_id"])


async def test_a_link_is_sent_with_the_amount_and_its_metadata_are_ids(till: Till) -> None:
    ana = await till.person(ANA)
    request = await asked(till, ana["lead_id"])
    stripe = Stripe("yes")
    await runs(till, request, stripe)
    await deposits.make_link(till.ledger, stripe=stripe, request_id=request, attempt=1, key_number=1)  # type: ignore[arg-type]  # as above
    [call] = stripe.asked
    assert call["metadata"] == {
        "payment_request_id": str(request),
        "person_id": str(ana["person_id"]),
        "lead_id": str(ana["lead_id"]),
    }
    assert (call["amount"], call["title"]) == (15_050, "Avans pentru programare – Clinica Aurora")
    [message] = await till.effects()
    assert (message["purpose"], message["author"]) == ("payment_request", "staff")
    assert "150,50\xa0RON" in message["content"]["body"]
    assert "https://buy.stripe.com/CANAR" in message["content"]["body"]
    plain = await till.rows("select 1 from domain_events where payload::text like '%CANAR%'")
    assert plain == []


async def test_the_same_form_asks_once(till: Till) -> None:
    ana = await till.person(ANA)
    by = ids.new_id()
    for _ in range(2):
        await deposits.request(till.ledger, lead_id=ana["lead_id"], ask=ASK, by=by, key="key-of-a-form")
    assert len(await till.rows("select 1 from payment_requests")) == 1


async def started(database_url: str, request: UUID) -> dict[str, str]:
    """Runs for this request, with what each was given."""
    owner = await connect(database_url)
    try:
        rows = await owner.fetch(
            "select workflow_uuid, inputs from dbos.workflow_input where workflow_uuid like $1",
            f"payments.link:{request}:%",
        )
    finally:
        await owner.close()
    return {row["workflow_uuid"].rpartition(":")[2]: row["inputs"].replace(" ", "") for row in rows}


async def test_stripe_is_asked_again_under_the_same_key_until_it_answers(
    till: Till, database_url: str
) -> None:
    ana = await till.person(ANA)
    request = await asked(till, ana["lead_id"])
    stripe = Stripe(LATER, LATER, "yes")
    await runs(till, request, stripe)
    assert len({call["idempotency_key"] for call in stripe.asked}) == 1
    assert await money_effects(till) == [("whatsapp.text", "planned")]
    assert sorted(await started(database_url, request)) == ["1", "2", "3"]


async def test_a_failure_that_stripe_keeps_needs_another_key(till: Till, database_url: str) -> None:
    ana = await till.person(ANA)
    request = await asked(till, ana["lead_id"])
    await runs(till, request, Stripe(SPENT))
    assert "2,2" in (await started(database_url, request))["2"]
    assert await money_effects(till) == []


async def test_a_link_that_cannot_be_made_is_told_to_staff(till: Till) -> None:
    ana = await till.person(ANA)
    request = await asked(till, ana["lead_id"])
    await runs(till, request, Stripe(NO))
    [alert] = await till.effects()
    assert alert["content"]["code"] == "payment_link_failed"
    [row] = await till.rows("select failed_reason, url from payment_requests")
    assert (row["failed_reason"], row["url"]) == ("account", None)


async def test_a_stripe_that_stays_away_is_given_up(till: Till) -> None:
    ana = await till.person(ANA)
    request = await asked(till, ana["lead_id"])
    last = len(deposits.PAUSES) + 1
    await deposits.make_link(
        till.ledger,
        stripe=Stripe(LATER),
        request_id=request,
        attempt=last,
        key_number=1,  # type: ignore[arg-type]  # as above
    )
    [row] = await till.rows("select failed_reason from payment_requests")
    assert row["failed_reason"] == "timeout"
