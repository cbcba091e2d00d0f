"""The page of payments: what waits for a colleague, what they do about it, and who may look."""

from typing import Any

import pytest
from tests.integration.web.conftest import PASSWORD, Browser
from tests.till import Till, event, payer

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Pool
from medicalcor.operations.ledger import Ledger
from medicalcor.sandbox.providers import stripe_payloads as payloads

ANA = "+40722000701"


@pytest.fixture
def till(ledger: Ledger) -> Till:
    return Till(ledger)


async def stranger(till: Till) -> dict[str, Any]:
    who = payer(name="Zoe Stranger", email="zoe@example.com", customer="cus_1")
    await till.gets(event("checkout.session.completed", payloads.checkout_session(who)))
    return (await till.payments())[-1]


async def test_an_empty_page_says_what_to_do(browser: Browser) -> None:
    page = await browser.get("/payments")
    assert "No payments yet" in page.text
    assert "Nothing was received today yet." in page.text
    for show, words in (("needs", "Every payment has its person"), ("failed", "No payment has failed")):
        assert words in (await browser.get(f"/payments?show={show}")).text
    assert (await browser.get("/payments?show=nonsense&period=x")).status_code == 200


async def test_a_stranger_is_assigned_and_stands_on_the_lead(browser: Browser, till: Till) -> None:
    ana = await till.person(ANA, "Ana Popescu")
    payment = await stranger(till)
    page = await browser.get("/payments?period=month")
    assert "Zoe Stranger" in page.text
    assert "1 payment waits" in page.text
    found = await browser.post(f"/payments/{payment['id']}/find", {"q": "popes"}, htmx=True)
    assert "Ana Popescu" in found.text
    assert str(ana["lead_id"]) in found.text
    done = await browser.post(
        f"/payments/{payment['id']}/assign", {"lead_id": str(ana["lead_id"])}, htmx=True
    )
    assert "fits by itself" in done.text
    assert "Zoe Stranger" not in done.text
    lead = await browser.get(f"/leads/{ana['lead_id']}")
    assert "RON\xa0250.00" in lead.text
    assert "assigned a payment" in lead.text


async def test_not_ours_can_be_undone(browser: Browser, till: Till) -> None:
    payment = await stranger(till)
    gone = await browser.post(f"/payments/{payment['id']}/not-ours", htmx=True)
    assert "Zoe Stranger" not in gone.text
    assert f"/payments/{payment['id']}/take-back" in gone.text
    assert "Zoe Stranger" in (await browser.get("/payments?show=aside")).text
    back = await browser.post(f"/payments/{payment['id']}/take-back", htmx=True)
    assert "Zoe Stranger" in back.text


async def test_a_choice_between_two_is_offered(browser: Browser, till: Till) -> None:
    ana, bogdan = await till.person(ANA, "Ana Popescu"), await till.person("+40722000702", "Bogdan Ilie")
    intent = payloads.payment_intent(payer(metadata={"lead_id": str(bogdan["lead_id"])}))
    session = {**payloads.checkout_session(payer(phone=ANA)), "payment_intent": intent["id"]}
    await till.gets(event("payment_intent.succeeded", intent), event("checkout.session.completed", session))
    page = await browser.get("/payments")
    assert "points to different people" in page.text
    assert {str(ana["lead_id"]), str(bogdan["lead_id"])} <= set(_leads(page.text))


def _leads(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('name="lead_id" value="')[1:]]


async def test_sums_count_one_money_once_and_say_what_went_back(browser: Browser, till: Till) -> None:
    await till.person(ANA)
    intent = payloads.payment_intent(payer(metadata={}))
    session = {**payloads.checkout_session(payer(phone=ANA)), "payment_intent": intent["id"]}
    charge = {**payloads.charge(payer(), refunded=4_000), "payment_intent": intent["id"]}
    await till.gets(
        event("payment_intent.succeeded", intent),
        event("checkout.session.completed", session),
        event("charge.refunded", charge),
        event("payment_intent.succeeded", payloads.payment_intent(payer(currency="jpy", amount=5_000))),
    )
    page = await browser.get("/payments?period=month")
    assert "RON\xa0250.00" in page.text
    assert "RON\xa0500.00" not in page.text
    assert "RON\xa040.00 of it went back" in page.text
    assert "¥5,000" in page.text


async def test_a_deposit_needs_an_amount_and_stripe(browser: Browser, till: Till) -> None:
    ana = await till.person(ANA)
    fields = {"amount": "abc", "currency": "RON", "reason": "appointment", "key": "key-of-a-form"}
    wrong = await browser.post(f"/leads/{ana['lead_id']}/deposit", fields, htmx=True)
    assert (wrong.status_code, "in figures" in wrong.text) == (422, True)
    off = await browser.post(f"/leads/{ana['lead_id']}/deposit", {**fields, "amount": "50"}, htmx=True)
    assert (off.status_code, "STRIPE_API_KEY" in off.text) == (403, True)
    odd = await browser.post(
        f"/leads/{ana['lead_id']}/deposit", {**fields, "reason": "root canal"}, htmx=True
    )
    assert odd.status_code == 422


async def test_a_doctor_sees_what_a_person_paid_and_not_the_page(
    anonymous: Browser, pool: Pool, till: Till
) -> None:
    for role, sees in ((Role.DOCTOR, True), (Role.PRIVACY_OFFICER, False)):
        email = f"{role.value}@clinic.example"
        await accounts.add(pool, email=email, name="Who", role=role, password=PASSWORD, language="en")
        await anonymous.sign_in(email=email)
        ana = await till.person(ANA)
        page = await anonymous.get(f"/leads/{ana['lead_id']}")
        assert ("lead-payments" in page.text) is sees
        assert "Request a deposit" not in page.text
        assert (await anonymous.get("/payments")).status_code == 403
        anonymous.http.cookies.clear()
