"""One payment from all of its events, in any order: whose it is, how it stands, and who is told."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.till import Till, deposit, event, payer

from medicalcor.core import ids
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import Conflict, KeyDestroyed, NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.core.settings import Settings
from medicalcor.operations import assigning, payments
from medicalcor.operations.ledger import Act, by_system, open_ledger
from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.schemas.events.people import PersonErased

ANA, BOGDAN = "+40722000501", "+40722000502"


@pytest.fixture
def till(pool: Pool, master_key: str) -> Till:
    chosen = Settings(
        medicalcor_master_key=master_key,
        whatsapp_api_key="key",
        hubspot_access_token="key",
        stripe_api_key="sk_test",
        clinic_name="Clinica Aurora",
    )
    return Till(open_ledger(chosen, pool))


def kinds(effects: list[dict[str, Any]]) -> list[str]:
    return [e["key"].partition(":")[0] for e in effects if e["kind"] != "hubspot.note"]


async def test_checkout_intent_and_refunds_are_one_payment(till: Till) -> None:
    ana = await till.person(ANA)
    await till.gets(*deposit(phone=ANA))
    payment = await till.payment()
    assert (payment["state"], payment["paid"], payment["refunded"]) == ("partly_refunded", 25_000, 12_000)
    assert (payment["currency"], payment["person_id"], payment["tied_by"]) == (
        "RON",
        ana["person_id"],
        "phone",
    )
    planned = await till.effects()
    assert kinds(planned) == ["paid", "refunded"]
    receipt, refund = (e for e in planned if e["kind"] == "whatsapp.text")
    assert "250,00\xa0RON" in receipt["content"]["body"]
    assert "120,00\xa0RON" in refund["content"]["body"]
    assert "Clinica Aurora" in receipt["content"]["body"]


def _shown(payment: dict[str, Any]) -> dict[str, Any]:
    """The row without ids and times of our own."""
    ours = {"id", "person_id", "changed_at", "version"}
    return {name: value for name, value in payment.items() if name not in ours}


@given(order=st.lists(st.integers(0, 7), min_size=0, max_size=6), shuffled=st.permutations(range(8)))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_order_with_repeats_gives_the_same_row_and_the_same_effects(
    till: Till, order: list[int], shuffled: list[int]
) -> None:
    phone = f"+4072{ids.new_id().int % 10_000_000:07d}"
    await till.person(phone)
    usual = deposit(phone=phone)
    other = deposit(phone=phone)
    await till.takes(*usual)
    await till.takes(*(other[n] for n in [*order, *shuffled, *order]))
    await till.settles()
    one, two = (await till.payments())[-2:]
    assert _comparable(one) == _comparable(two)
    assert await _told(till, one["id"]) == await _told(till, two["id"])


def _comparable(payment: dict[str, Any]) -> dict[str, Any]:
    """The provider's ids differ between the two; what they say does not."""
    row = _shown(payment)
    row["sayings"] = sorted(row["sayings"].values(), key=str)
    return row


async def _told(till: Till, payment_id: UUID) -> set[tuple[str, str]]:
    rows = await till.rows("select key, kind, content from effects where cause_id = $1", payment_id)
    return {(row["key"].replace(str(payment_id), "x"), str(row["content"].get("body"))) for row in rows}


@pytest.mark.parametrize("name", ["person_id", "patient_id", "lead_id", "phone"])
async def test_metadata_names_the_person(till: Till, name: str) -> None:
    """Our ids, or the number that a clinic's own page has noted in its way of writing it."""
    ana = await till.person(ANA)
    named = {"patient_id": ana["person_id"], "phone": "0722 000 501", **ana}[name]
    await till.gets(
        event("payment_intent.succeeded", payloads.payment_intent(payer(metadata={name: str(named)})))
    )
    assert (await till.payment())["person_id"] == ana["person_id"]
    assert kinds(await till.effects()) == ["paid"]


async def test_a_failed_attempt_that_was_paid_in_the_end_alarms_nobody(till: Till) -> None:
    await till.person(ANA)
    failed, _, paid, *_ = deposit(phone=ANA)
    await till.gets(paid, failed)
    assert (await till.payment())["state"] == "paid"
    assert kinds(await till.effects()) == ["paid"]


async def test_a_failed_payment_is_told_to_staff_and_succeeds_later(till: Till) -> None:
    await till.person(ANA)
    failed, _, paid, *_ = deposit(phone=ANA)
    await till.gets(failed)
    row = await till.payment()
    assert (row["state"], row["failure"], row["paid"]) == ("failed", "insufficient_funds", 0)
    alert, task = await till.effects()
    assert (alert["kind"], alert["content"]["code"]) == ("staff.alert", "payment_failed")
    assert task["kind"] == "hubspot.task"
    await till.gets(failed, paid)
    assert (await till.payment())["state"] == "paid"
    assert kinds(await till.effects()) == ["failed", "crm", "paid"]


async def test_a_checkout_that_is_not_paid_yet_is_pending_and_nobody_is_told(till: Till) -> None:
    await till.person(ANA)
    session = payloads.checkout_session(payer(phone=ANA), payment_status="unpaid")
    await till.gets(event("checkout.session.completed", session))
    assert (await till.payment())["state"] == "pending"
    assert await till.effects() == []
    await till.gets(event("checkout.session.async_payment_failed", session, after=9))
    assert (await till.payment())["state"] == "failed"
    assert kinds(await till.effects()) == ["failed", "crm"]


async def test_two_partial_refunds_are_told_by_what_each_returned(till: Till) -> None:
    await till.person(ANA)
    *_, paid, _, first, second, _, _ = deposit(phone=ANA)
    await till.gets(paid)
    await till.gets(first)
    await till.gets(first, second)
    notes = [e["content"]["body"] for e in await till.effects() if e["key"].startswith("refunded:")]
    assert ["50,00\xa0RON" in notes[0], "70,00\xa0RON" in notes[1]] == [True, True]
    assert len(notes) == 2


async def test_a_dispute_is_urgent(till: Till) -> None:
    await till.person(ANA)
    _, _, paid, _, _, _, disputed, won = deposit(phone=ANA)
    await till.gets(paid, disputed)
    row = await till.payment()
    assert row["state"] == "disputed"
    assert row["next_at"] is not None
    [alert] = [e for e in await till.effects() if e["kind"] == "staff.alert"]
    assert alert["content"]["code"] == "payment_disputed"
    [task] = [e for e in await till.effects() if e["kind"] == "hubspot.task"]
    assert task["content"]["priority"] == "HIGH"
    await till.gets(won)
    assert (await till.payment())["state"] == "paid"


async def test_an_invoice_and_its_intent_are_one_payment_though_neither_names_the_other(till: Till) -> None:
    """Without `invoice_payment.paid`: by customer, sum and moment; in either order, and once for each pair."""
    await till.person(ANA)
    who = payer(phone=ANA, customer="cus_ana")
    for number, swapped in enumerate((False, True), start=1):
        paid = [
            event("invoice.paid", payloads.invoice(who, status="paid", attempts=1), after=1),
            event("payment_intent.succeeded", payloads.payment_intent(who)),
        ]
        await till.gets(*(reversed(paid) if swapped else paid))
        assert [row["paid"] for row in await till.payments()] == [25_000] * number
    assert kinds(await till.effects()) == ["paid", "paid"]


async def test_what_another_customer_paid_or_at_another_time_or_by_a_link_stays_apart(till: Till) -> None:
    await till.person(ANA)
    who = payer(phone=ANA, customer="cus_ana")
    await till.gets(event("invoice.paid", payloads.invoice(who, status="paid", attempts=1)))
    bought = payloads.payment_intent(who)
    session = {**payloads.checkout_session(who), "payment_intent": bought["id"]}
    await till.gets(
        event("payment_intent.succeeded", payloads.payment_intent(payer(customer="cus_other")), after=1),
        event("payment_intent.succeeded", payloads.payment_intent(who), after=3600),
        event("checkout.session.completed", session, after=1),
        event("payment_intent.succeeded", bought, after=1),
    )
    assert len(await till.payments()) == 4


@pytest.mark.parametrize(
    "names", [{"payment_details": {"order_reference": "{}"}}, {"metadata": {"invoice_id": "{}"}}]
)
async def test_an_intent_that_names_its_invoice_is_the_same_payment(
    till: Till, names: dict[str, dict[str, str]]
) -> None:
    await till.person(ANA)
    invoice = payloads.invoice(payer(phone=ANA), status="paid", attempts=1)
    named = {key: {k: v.format(invoice["id"]) for k, v in held.items()} for key, held in names.items()}
    intent = {**payloads.payment_intent(payer(phone=ANA)), **named}
    await till.gets(event("invoice.paid", invoice), event("payment_intent.succeeded", intent, after=9_999))
    assert (await till.payment())["paid"] == 25_000


async def test_a_refund_that_failed_is_the_clinics_again_and_staff_is_told(till: Till) -> None:
    await till.person(ANA)
    who = payer(phone=ANA)
    intent = payloads.payment_intent(who)
    names = {"charge": intent["latest_charge"], "payment_intent": intent["id"]}
    charge = {**payloads.charge(who, refunded=25_000), "id": names["charge"], "payment_intent": intent["id"]}
    failed = {**payloads.refund(who, status="failed"), **names}
    await till.gets(
        event("payment_intent.succeeded", intent),
        event("charge.refunded", charge, after=5),
        event("refund.created", {**failed, "status": "succeeded"}, after=5),
    )
    assert (await till.payment())["refunded"] == 25_000
    await till.gets(event("refund.failed", failed, after=60), event("refund.updated", failed, after=60))
    row = await till.payment()
    assert (row["state"], row["refunded"], row["paid"]) == ("paid", 0, 25_000)
    [alert] = [e for e in await till.effects() if e["kind"] == "staff.alert"]
    assert alert["content"]["code"] == "refund_failed"
    again = {**payloads.refund(who), **names}
    await till.gets(event("charge.refunded", charge, after=90), event("refund.created", again, after=90))
    assert (await till.payment())["refunded"] == 25_000
    assert kinds(await till.effects()) == ["paid", "refunded", "refund_failed", "crm", "refunded"]


async def test_a_refund_that_failed_before_anybody_was_told_of_it_is_no_refund_to_the_patient(
    till: Till,
) -> None:
    await till.person(ANA)
    who = payer(phone=ANA)
    intent = payloads.payment_intent(who)
    names = {"charge": intent["latest_charge"], "payment_intent": intent["id"]}
    charge = {**payloads.charge(who, refunded=25_000), "id": names["charge"], "payment_intent": intent["id"]}
    failed = {**payloads.refund(who, status="failed"), **names}
    await till.gets(
        event("charge.refund.updated", failed, after=60),
        event("charge.refunded", charge, after=5),
        event("payment_intent.succeeded", intent),
    )
    assert (await till.payment())["state"] == "paid"
    assert kinds(await till.effects()) == ["paid", "refund_failed", "crm"]


async def test_a_payment_is_moved_from_the_wrong_person_with_the_reason(till: Till) -> None:
    ana, bogdan = await till.person(ANA), await till.person(BOGDAN, "Bogdan")
    by, who = ids.new_id(), {"customer": "cus_shared"}
    await till.gets(event("payment_intent.succeeded", payloads.payment_intent(payer(**who))))
    payment = (await till.payment())["id"]
    with pytest.raises(Conflict):
        await assigning.move(
            till.ledger, payment_id=payment, lead_id=bogdan["lead_id"], reason="mistake", by=by
        )
    await assigning.assign(till.ledger, payment_id=payment, lead_id=ana["lead_id"], by=by)
    with pytest.raises(Conflict):
        await assigning.assign(till.ledger, payment_id=payment, lead_id=bogdan["lead_id"], by=by)
    for _ in range(2):
        await assigning.move(
            till.ledger, payment_id=payment, lead_id=bogdan["lead_id"], reason="same_name", by=by
        )
    assert (await till.payment())["person_id"] == bogdan["person_id"]
    told = await till.rows(
        "select lead_id, type, data ->> 'reason' as reason from timeline"
        " where type in ('payment.untied', 'payment.assigned') order by position"
    )
    assert told == [
        {"lead_id": ana["lead_id"], "type": "payment.assigned", "reason": None},
        {"lead_id": ana["lead_id"], "type": "payment.untied", "reason": "same_name"},
        {"lead_id": bogdan["lead_id"], "type": "payment.assigned", "reason": None},
    ]
    assert kinds(await till.effects()) == ["paid"]
    later = event("payment_intent.succeeded", payloads.payment_intent(payer(**who)), after=9)
    await till.gets(later)
    assert (await till.payments())[-1]["person_id"] == bogdan["person_id"]


async def test_an_invoice_and_its_intent_become_one_payment_when_that_is_known(till: Till) -> None:
    await till.person(ANA)
    who = payer(phone=ANA, customer=None)
    invoice, intent = payloads.invoice(who, status="paid", attempts=1), payloads.payment_intent(who)
    await till.gets(event("invoice.paid", invoice), event("payment_intent.succeeded", intent))
    assert len(await till.payments()) == 2
    tie = {
        "id": "inpay_1", "object": "invoice_payment", "invoice": invoice["id"], "status": "paid",
        "amount_paid": 25_000, "currency": "ron", "payment": {"payment_intent": intent["id"]},
    }  # fmt: skip
    await till.gets(event("invoice_payment.paid", tie, after=1))
    assert (await till.payment())["paid"] == 25_000
    before = await till.effects()
    await till.gets(event("payment_intent.succeeded", intent), event("invoice.paid", invoice, after=2))
    assert await till.effects() == before


async def test_the_tie_first_and_there_is_one_receipt(till: Till) -> None:
    await till.person(ANA)
    who = payer(phone=ANA)
    intent = payloads.payment_intent(who)
    invoice = {**payloads.invoice(who, status="paid", attempts=1), "payment_intent": intent["id"]}
    await till.gets(event("invoice.paid", invoice), event("payment_intent.succeeded", intent))
    assert (await till.payment())["paid"] == 25_000
    assert kinds(await till.effects()) == ["paid"]


async def test_an_invoice_says_when_it_is_tried_again(till: Till) -> None:
    await till.person(ANA)
    invoice = payloads.invoice(payer(phone=ANA), attempts=1)
    await till.gets(event("invoice.finalized", invoice))
    assert (await till.payment())["state"] == "open"
    await till.gets(event("invoice.payment_failed", invoice, after=1))
    row = await till.payment()
    assert (row["state"], row["next_at"] is not None) == ("failed", True)
    paid = {**invoice, "status": "paid", "amount_paid": 25_000}
    await till.gets(event("invoice.paid", paid, after=2), event("invoice.payment_failed", invoice, after=1))
    assert (await till.payment())["state"] == "paid"


async def test_a_subscription_is_kept_and_is_no_money(till: Till) -> None:
    await till.person(ANA)
    made = payloads.subscription(payer(phone=ANA), status="incomplete")
    active = {**made, "status": "active", "cancel_at_period_end": True}
    await till.gets(
        event("customer.subscription.updated", active), event("customer.subscription.created", made)
    )
    row = await till.payment()
    assert (row["account"], row["state"], row["paid"], row["ending"]) == ("subscription", "active", 0, True)
    assert row["next_at"] is not None
    await till.gets(event("customer.subscription.deleted", {**made, "status": "canceled"}, after=3))
    assert (await till.payment())["state"] == "ended"
    assert await till.effects() == []


async def test_a_stranger_waits_for_a_colleague_and_then_fits_by_themselves(till: Till) -> None:
    ana = await till.person(ANA)
    by = ids.new_id()
    who = {"customer": "cus_canar", "name": "CANAR Payer", "email": "canar@example.com"}
    await till.gets(event("payment_intent.succeeded", payloads.payment_intent(payer(**who))))
    waiting = await till.payment()
    assert (waiting["person_id"], waiting["unmatched"]) == (None, "nobody")
    assert waiting["payer_email"] == "canar@example.com"
    assert await till.effects() == []
    assert await till.rows("select 1 from people") == [{"?column?": 1}]

    await assigning.assign(till.ledger, payment_id=waiting["id"], lead_id=ana["lead_id"], by=by)
    await assigning.assign(till.ledger, payment_id=waiting["id"], lead_id=ana["lead_id"], by=by)
    assert kinds(await till.effects()) == ["paid"]
    async with till.ledger.pool.acquire() as connection:
        till.ledger.vault.forget()
        with pytest.raises(KeyDestroyed):
            await till.ledger.vault.subject_key(connection, waiting["id"])

    await till.gets(
        event("charge.refunded", payloads.charge(payer(**who, phone=BOGDAN), refunded=25_000), after=5)
    )
    later = (await till.payments())[-1]
    assert (later["person_id"], later["tied_by"]) == (ana["person_id"], "customer")


async def test_hints_that_disagree_are_a_colleagues_to_settle(till: Till) -> None:
    ana, bogdan = await till.person(ANA), await till.person(BOGDAN, "Bogdan")
    for hint in ({"lead_id": str(bogdan["lead_id"])}, {"person_id": str(bogdan["person_id"])}):
        paid = payloads.payment_intent(payer(metadata=hint))
        billed = {**payloads.checkout_session(payer(phone=ANA)), "payment_intent": paid["id"]}
        await till.gets(event("payment_intent.succeeded", paid), event("checkout.session.completed", billed))
        row = (await till.payments())[-1]
        assert (row["unmatched"], set(row["candidates"])) == (
            "conflict",
            {ana["person_id"], bogdan["person_id"]},
        )
    assert await till.effects() == []


async def test_not_ours_leaves_the_list_and_comes_back(till: Till) -> None:
    await till.person(ANA)
    paid = payloads.payment_intent(payer(name="A Stranger"))
    await till.gets(event("payment_intent.succeeded", paid))
    row, by = await till.payment(), ids.new_id()
    await assigning.set_aside(till.ledger, payment_id=row["id"], by=by)
    await till.gets(event("payment_intent.succeeded", paid, after=1))
    assert (await till.payment())["set_aside_at"] is not None
    await assigning.take_back(till.ledger, payment_id=row["id"], by=by)
    assert (await till.payment())["set_aside_at"] is None
    with pytest.raises(NotFound):
        await assigning.set_aside(till.ledger, payment_id=by, by=by)
    with pytest.raises(NotFound):
        await assigning.assign(till.ledger, payment_id=row["id"], lead_id=by, by=by)
    ana = (await till.rows("select id from leads"))[0]["id"]
    await assigning.assign(till.ledger, payment_id=row["id"], lead_id=ana, by=by)
    with pytest.raises(Conflict):
        await assigning.set_aside(till.ledger, payment_id=row["id"], by=by)


async def test_what_cannot_be_read_is_kept_and_what_is_not_about_money_is_done(till: Till) -> None:
    broken = await till.stored(
        "stripe", "event", b'{"id": "evt_1", "type": "invoice.paid", "data": {"object": {}}}'
    )
    other = await till.stored(
        "stripe", "event", b'{"id": "evt_2", "type": "customer.created", "data": {"object": {"id": "cus_1"}}}'
    )
    for item in (broken, other):
        await payments.take_in(till.ledger, inbox_id=item)
    rows = await till.rows("select kind, outcome, reason from inbox order by id")
    assert [row["kind"] for row in rows] == ["unread", "event"]
    assert rows[0]["reason"] == payments.UNREADABLE
    assert rows[1]["outcome"] == "not_read"


async def test_the_log_holds_nothing_of_the_payer_in_the_clear(till: Till, database_url: str) -> None:
    who = {
        "name": "CANAR Popescu",
        "email": "canar@example.com",
        "phone": "+40722777999",
        "customer": "cus_CANAR",
    }
    await till.gets(event("payment_intent.succeeded", payloads.payment_intent(payer(**who))))
    connection = await asyncpg.connect(database_url)
    try:
        found = await connection.fetch(
            "select stream from domain_events where payload::text ~* 'canar|22777999'"
            " union all select workflow_uuid from dbos.workflow_input where inputs ~* 'canar|22777999'"
        )
    finally:
        await connection.close()
    assert found == []


async def test_what_comes_after_an_erasure_is_booked_and_says_nothing_of_the_person(till: Till) -> None:
    ana = await till.person(ANA)
    *_, paid, _, refund, _, _, _ = deposit(phone=ANA, name="CANAR")
    await till.gets(paid)
    told = len(await till.effects())

    async def erase(connection: Connection) -> None:
        erased = PersonErased(person_id=ana["person_id"], reason="asked")
        entry = Append(f"person-{ana['person_id']}", (erased,), ana["person_id"])
        await Act(till.ledger, connection, by_system("c")).append(entry)
        await till.ledger.vault.destroy_subject_key(connection, ana["person_id"])

    await record(till.ledger.pool, erase, subject=ana["person_id"])
    await till.gets(refund)
    row = await till.payment()
    assert (row["state"], row["refunded"]) == ("partly_refunded", 5_000)
    assert (row["payer_name"], row["payer_phone"], row["payer_email"]) == (None, None, None)
    assert len(await till.effects()) == told
