"""Visits are reminded of, and what is tapped is done with that very visit."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from patients import Heard, Phones
from pydantic import SecretStr

from conftest import CAUSE, Clinic, at
from medicalcor.core import clock
from medicalcor.core.database.pool import Pool
from medicalcor.operations import appointments, reminders
from medicalcor.schemas.appointments import Appointment
from medicalcor.schemas.common import Language


async def remind(still: clock.Still, phones: Phones, when: Any) -> list[Heard]:
    still.at = when
    await reminders.sweep(phones.ledger)
    return await phones.deliver()


async def status(pool: Pool, visit: Appointment) -> str:
    async with pool.acquire() as connection:
        found: str = await connection.fetchval("select status from appointments where id = $1", visit.id)
    return found


async def decided(pool: Pool) -> list[tuple[str, str]]:
    async with pool.acquire() as connection:
        rows = await connection.fetch("select ahead, outcome from reminders order by decided_at, ahead")
    return [(row["ahead"], row["outcome"]) for row in rows]


async def test_a_visit_is_reminded_of_a_day_and_two_hours_before(
    clinic: Clinic, still: clock.Still, phones: Phones
) -> None:
    ana = await phones.patient("Ana Pop")
    visit = await clinic.book(at(11, days=2), person=ana)
    assert await remind(still, phones, at(10, 59, days=1)) == []
    [day] = await remind(still, phones, at(11, days=1))
    assert day.template == "visit_reminder_day"
    assert "consultation, miercuri, 6 mai, ora 11:00, Ionescu" in day.text
    assert day.buttons == tuple(f"visit:{visit.id}:{verb}" for verb in ("confirm", "move", "cancel"))
    assert await remind(still, phones, at(12, days=1)) == []
    [hours] = await remind(still, phones, at(9, days=2))
    assert hours.template == "visit_reminder_hours"
    assert await remind(still, phones, at(10, days=2)) == []


async def test_a_missed_hour_heals_and_too_late_is_said(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    ana = await phones.patient("Ana Pop")
    await clinic.book(at(11, days=2), person=ana)
    [late] = await remind(still, phones, at(17, days=1))
    assert late.template == "visit_reminder_day"
    assert await remind(still, phones, at(10, 45, days=2)) == []
    assert await decided(pool) == [("day", "planned"), ("hours", "too_late")]
    async with pool.acquire() as connection:
        reasons = await connection.fetch(
            "select decision -> 'reasons' ->> 0 as why, status from effects where purpose = 'reminder' order by planned_at"
        )
    assert [(row["why"], row["status"]) for row in reasons][1] == ("too_late", "refused")


async def test_who_has_just_booked_is_not_reminded_and_the_decision_says_so(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    ana = await phones.patient("Ana Pop")
    await clinic.book(at(16), person=ana)
    assert await remind(still, phones, at(8)) == []
    assert await decided(pool) == [("day", "just_booked")]
    [hours] = await remind(still, phones, at(14))
    assert hours.template == "visit_reminder_hours"


async def test_none_for_a_dead_visit_not_even_one_on_its_way(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    ana = await phones.patient("Ana Pop")
    visit = await clinic.book(at(11, days=2), person=ana)
    still.at = at(11, days=1)
    await reminders.sweep(phones.ledger)
    await appointments.cancel(clinic.ledger, appointment_id=visit.id, reason="patient", cause=CAUSE)
    assert await phones.deliver() == []
    async with pool.acquire() as connection:
        row: Any = await connection.fetchrow("select status, reason from effects where purpose = 'reminder'")
    assert (row["status"], row["reason"]) == ("void", "visit_changed")
    assert await remind(still, phones, at(9, days=2)) == []


async def test_a_moved_visit_has_reminders_of_its_own_also_when_it_comes_back(
    clinic: Clinic, still: clock.Still, phones: Phones
) -> None:
    ana = await phones.patient("Ana Pop")
    visit = await clinic.book(at(11, days=4), person=ana)
    for when in (at(15, days=4), at(11, days=4)):
        await appointments.move(
            clinic.ledger, appointment_id=visit.id, to=clinic.choice(when), version=None, cause=CAUSE
        )
    assert len(await remind(still, phones, at(11, days=3))) == 1
    await appointments.move(
        clinic.ledger, appointment_id=visit.id, to=clinic.choice(at(15, days=7)), version=None, cause=CAUSE
    )
    assert await remind(still, phones, at(9, days=4)) == []
    [again] = await remind(still, phones, at(15, days=6))
    assert "luni, 11 mai, ora 15:00" in again.text


async def test_a_family_on_one_phone_gets_one_message_and_each_visit_is_answered(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    ana = await phones.patient("Ana Pop")
    children = []
    for name, when, who in (("Mihai", at(11, days=2), "Ionescu"), ("Ioana", at(11, 30, days=2), "Marin")):
        wish = await clinic.wish(when, person=ana, who=who)
        wish = wish.model_copy(update={"for_name": name})
        children.append(await appointments.book(clinic.ledger, wish=wish, cause=CAUSE))
    [one] = await remind(still, phones, at(11, days=1))
    assert one.template == "visit_reminder_family"
    assert "Mihai: consultation" in one.text
    assert "Ioana: consultation" in one.text
    assert await remind(still, phones, at(12, days=1)) == []
    confirm, _, cancel = one.buttons
    assert await phones.tap(ana, cancel, one)
    [which] = await phones.deliver()
    assert len(which.buttons) == 2
    assert await phones.tap(ana, which.buttons[0], which)
    assert [await status(pool, child) for child in children] == ["cancelled", "booked"]
    assert await phones.tap(ana, confirm, one)
    assert [await status(pool, child) for child in children] == ["cancelled", "confirmed"]


async def test_when_one_of_a_family_drops_out_in_that_minute_the_other_is_still_reminded(
    clinic: Clinic, still: clock.Still, phones: Phones
) -> None:
    ana = await phones.patient("Ana Pop")
    one = await clinic.book(at(11, days=2), person=ana)
    await clinic.book(at(11, 30, days=2), person=ana, who="Marin")
    still.at = at(11, days=1)
    await reminders.sweep(phones.ledger)
    await appointments.cancel(clinic.ledger, appointment_id=one.id, reason="patient", cause=CAUSE)
    assert await phones.deliver() == []
    [alone] = await remind(still, phones, at(11, 31, days=1))
    assert "11:30" in alone.text
    assert alone.template == "visit_reminder_day"


@pytest.mark.parametrize("language", ["ro", "en", "de", "it", "fr", "es", "hu"])
async def test_confirm_cancel_and_move_by_a_tap(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool, language: Language
) -> None:
    ana = await phones.patient("Ana Pop", language=language)
    visit = await clinic.book(at(11, days=2), person=ana)
    [day] = await remind(still, phones, at(11, days=1))
    confirm, move, cancel = day.buttons
    assert await phones.tap(ana, confirm, day)
    assert await status(pool, visit) == "confirmed"
    assert await phones.tap(ana, confirm, day), "twice does no harm"
    await phones.deliver()
    assert await phones.tap(ana, move, day)
    assert await status(pool, visit) == "confirmed", "it stays until there is another"
    [*_, times] = await phones.deliver()
    assert times.buttons[0].startswith("slot:"), "other times are offered"
    assert await phones.tap(ana, cancel, day)
    assert await status(pool, visit) == "cancelled"
    said = await phones.deliver()
    assert [one.buttons for one in said][-1] == (f"visit:{visit.id}:another",)
    assert await phones.tap(ana, confirm, day), "too late, and told so"
    [off] = await phones.deliver()
    assert off.buttons == (f"visit:{visit.id}:another",)
    assert await status(pool, visit) == "cancelled"


async def test_a_tap_under_an_old_message_tells_how_the_visit_stands(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    ana, other = await phones.patient("Ana Pop"), await phones.patient("Ion Pop")
    visit = await clinic.book(at(11, days=2), person=ana)
    [day] = await remind(still, phones, at(11, days=1))
    await appointments.move(
        clinic.ledger, appointment_id=visit.id, to=clinic.choice(at(15, days=3)), version=None, cause=CAUSE
    )
    assert await phones.tap(ana, day.buttons[0], day)
    assert await status(pool, visit) == "booked", "another time was never confirmed"
    [now_at] = await phones.deliver()
    assert "7 mai, ora 15:00" in now_at.text
    assert await phones.tap(ana, now_at.buttons[0], now_at)
    assert await status(pool, visit) == "confirmed"
    await clinic.book(at(13, days=3), person=other)
    [of_other] = [
        one for one in await remind(still, phones, at(15, days=2)) if one.phone == phones.numbers[other]
    ]
    assert not await phones.tap(other, day.buttons[2], of_other), "nobody cancels somebody else's visit"
    assert await status(pool, visit) == "confirmed"
    still.at = at(18, days=3)
    assert await phones.tap(ana, day.buttons[2], day)
    assert "a trecut" in phones.on(ana)[-1].text or "a trecut" in (await phones.deliver())[-1].text
    assert await status(pool, visit) == "confirmed"


async def test_who_wants_no_messages_gets_none_and_the_decision_is_kept(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    ana = await phones.patient("Ana Pop")
    await clinic.book(at(11, days=2), person=ana)
    [day] = await remind(still, phones, at(11, days=1))
    async with pool.acquire() as connection:
        await connection.execute("update people set opted_out_at = now() where id = $1", ana)
    assert await remind(still, phones, at(9, days=2)) == []
    async with pool.acquire() as connection:
        why = await connection.fetchval(
            "select decision -> 'reasons' ->> 0 from effects where status = 'refused' and purpose = 'reminder'"
        )
    assert why == "opted_out"
    assert day.template


async def test_who_left_no_address_is_on_record_as_unreachable(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    await clinic.book(at(11, days=2))
    assert await remind(still, phones, at(11, days=1)) == []
    assert await decided(pool) == [("day", "unreachable")]


async def test_two_sweeps_at_once_say_it_once(clinic: Clinic, still: clock.Still, phones: Phones) -> None:
    ana = await phones.patient("Ana Pop")
    await clinic.book(at(11, days=2), person=ana)
    still.at = at(11, days=1)
    await asyncio.gather(*(reminders.sweep(phones.ledger) for _ in range(6)))
    assert len(await phones.deliver()) == 1


async def mails(pool: Pool) -> list[dict[str, Any]]:
    async with pool.acquire() as connection:
        rows = await connection.fetch("select content from effects where kind = 'email.message'")
    return [dict(row["content"]) for row in rows]


@pytest.fixture
def by_mail_too(phones: Phones) -> None:
    told = {"smtp_url": SecretStr("smtp://127.0.0.1:1"), "email_from": "clinic@clinic.example"}
    phones.ledger = replace(phones.ledger, settings=phones.ledger.settings.model_copy(update=told))


@pytest.mark.usefixtures("by_mail_too")
async def test_who_has_no_whatsapp_is_reminded_by_mail(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool
) -> None:
    ana = await clinic.person("Ana Pop")
    await phones.mail_of(ana, "ana@canary-mail.example")
    await clinic.book(at(11, days=2), person=ana)
    assert await remind(still, phones, at(11, days=1)) == []
    [mail] = await mails(pool)
    assert "ora 11:00" in mail["body"]


@pytest.mark.usefixtures("by_mail_too")
@pytest.mark.parametrize("has_mail", [True, False])
async def test_what_whatsapp_cannot_deliver_is_said_by_mail_or_staff_are_told(
    clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool, has_mail: bool
) -> None:
    ana = await phones.patient("Ana Pop")
    if has_mail:
        await phones.mail_of(ana, "ana@canary-mail.example")
    await clinic.book(at(11, days=2), person=ana)
    phones.unreachable = True
    assert await remind(still, phones, at(11, days=1)) == []
    assert len(await mails(pool)) == has_mail
    async with pool.acquire() as connection:
        alerts = await connection.fetchval("select count(*) from effects where kind = 'staff.alert'")
    assert alerts == (not has_mail)


async def test_what_a_procedure_asks_for_stands_in_the_reminder_a_day_before(
    clinic: Clinic, still: clock.Still, phones: Phones
) -> None:
    own = {"ro": "Nu mâncați cu două ore înainte."}
    await clinic.procedure("sedation", preparation=own)
    ana = await phones.patient("Ana Pop")
    await clinic.book(at(11, days=2), person=ana, what="sedation")
    [day] = await remind(still, phones, at(11, days=1))
    assert "Ionescu. Nu mâncați cu două ore înainte. " in day.text
    [hours] = await remind(still, phones, at(9, days=2))
    assert "Nu mâncați" not in hours.text
    bob = await phones.patient("Bob", language="en")
    await clinic.book(at(11, days=4), person=bob, what="sedation")
    [other] = await remind(still, phones, at(11, days=3))
    assert "mâncați" not in other.text, "what was not said in their language is not said in another"
