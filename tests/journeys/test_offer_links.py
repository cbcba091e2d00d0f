"""An earlier time that is offered by mail is taken behind a link, or let go; nothing is done by only looking."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from medicalcor.core import ids
from medicalcor.core.database.pool import open_pool
from medicalcor.core.settings import Settings
from medicalcor.operations import appointments, openings, practice, waitlist
from medicalcor.operations.ledger import Ledger, by_system, open_ledger
from medicalcor.schemas.appointments import Choice, Wish
from medicalcor.schemas.practice import Practitioner, Terms, WeekHours
from medicalcor.schemas.waitlist import Joining, Wants
from tests import mail
from tests.stack import Stack

CAUSE = by_system("desk")
AHEAD = timedelta(hours=40)


@pytest.fixture
def stack(own_system: Stack) -> Iterator[Stack]:
    own_system.settle(60)
    own_system.reset()
    yield own_system
    own_system.settle(60)


async def _comes_free(stack: Stack, person_id: UUID) -> datetime:
    """Somebody gives a time back that this person has waited for; what is offered goes out by the stack's own worker."""
    pool = await open_pool(stack.database_url, role="medicalcor_app")
    settings = Settings(
        medicalcor_master_key=SecretStr(stack.master_key),
        quiet_hours="off",
        clinic_name=stack.env["CLINIC_NAME"],
        smtp_url=SecretStr("smtp://127.0.0.1:1"),
        email_from="Clinica <clinic@clinic.example>",
    )
    try:
        return await _offered(open_ledger(settings, pool), person_id)
    finally:
        await pool.close()


async def _offered(ledger: Ledger, person_id: UUID) -> datetime:
    who = Practitioner(name="Dr. Ionescu", languages=("ro",), skills=())
    doctor = await practice.add_practitioner(ledger, practitioner=who, cause=CAUSE)
    hours = [WeekHours(weekday=day, opens=time(0), closes=time(0)) for day in range(7)]
    await practice.set_week(ledger, practitioner_id=doctor, hours=hours, version=1, cause=CAUSE)
    terms = Terms(code=f"c{ids.new_id().hex[-12:]}", titles={"ro": "consultație"}, minutes=15)
    procedure = await practice.add_procedure(ledger, terms=terms, cause=CAUSE)
    joining = Joining(person_id=person_id, wants=Wants(procedure_id=procedure, practitioner_id=doctor))
    await waitlist.join(ledger, joining=joining, cause=CAUSE)
    starts_at = (datetime.now(UTC) + AHEAD).replace(second=0, microsecond=0)
    choice = Choice(procedure_id=procedure, practitioner_id=doctor, starts_at=starts_at)
    first = await appointments.book(
        ledger, wish=Wish(person_id=person_id, choice=choice, key=ids.token()), cause=CAUSE
    )
    await appointments.cancel(ledger, appointment_id=first.id, reason="other", cause=CAUSE)
    await openings.sweep(ledger)
    return starts_at


def _link(stack: Stack) -> tuple[str, UUID]:
    """Of the offer to somebody who only ever wrote by mail."""
    address = f"{uuid4().hex[:10]}@canary-mail.example"
    mail.write(stack, address, "Bună ziua, aș dori informații despre o consultație. Ana")
    mail.answered(stack, address)
    stack.settle()
    [row] = stack.rows("select person_id from addresses where value = $1", address)
    asyncio.run(_comes_free(stack, row["person_id"]))
    stack.until(lambda: len(mail.letters(stack, address)) > 1, what="the offer by mail")
    offer = mail.letters(stack, address)[-1]
    [token] = re.findall(r"/offers/([\w-]+)", offer["text"])
    assert address not in token
    return f"{stack.api_url}/offers/{token}", row["person_id"]


def _visits(stack: Stack, person_id: UUID) -> list[str]:
    rows = stack.rows("select status from appointments where person_id = $1 order by booked_at", person_id)
    return [row["status"] for row in rows]


def test_the_link_shows_the_time_and_a_yes_books_it_once(stack: Stack) -> None:
    link, person = _link(stack)
    page = stack.http.get(link)
    assert page.status_code == 200
    assert "consultație" in page.text
    assert 'value="yes"' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert _visits(stack, person) == ["cancelled"], "mail programs look at links by themselves"
    for _press in range(2):
        taken = stack.http.post(link, data={"answer": "yes"})
        assert taken.status_code == 200
        assert "Ora este a dumneavoastră" in taken.text
    assert _visits(stack, person) == ["cancelled", "booked"]
    again = stack.http.get(link)
    assert "Ora este a dumneavoastră" in again.text
    assert "<button" not in again.text


def test_a_no_lets_it_go_and_a_link_that_is_not_ours_opens_nothing(stack: Stack) -> None:
    link, person = _link(stack)
    assert stack.http.post(link, data={"answer": "perhaps"}).status_code == 422
    assert "nu schimbăm nimic" in stack.http.post(link, data={"answer": "no"}).text
    assert _visits(stack, person) == ["cancelled"]
    assert stack.http.get(f"{link[:-4]}AAAA").status_code == 404
    assert stack.http.post(f"{link[:-4]}AAAA", data={"answer": "yes"}).status_code == 404
