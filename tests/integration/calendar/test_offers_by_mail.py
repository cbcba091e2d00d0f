"""Whoever WhatsApp does not reach is offered an earlier time by mail, and takes it or lets it go by a link."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from patients import Phones
from pydantic import SecretStr
from test_waiting import Room, Waits

from conftest import Clinic, at
from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Pool
from medicalcor.core.errors import NotFound, SealBroken
from medicalcor.domain.scheduling import offer_link
from medicalcor.operations import appointments, offer_answers, openings
from medicalcor.operations.asks import Tools
from medicalcor.operations.ledger import by_patient

HOLE = at(12, days=2)
MAIL = "ana@canary-mail.example"


class Letters:
    """A room whose people WhatsApp does not reach."""

    def __init__(self, room: Room) -> None:
        told = {"smtp_url": SecretStr("smtp://127.0.0.1:1"), "email_from": "Clinica <clinic@clinic.example>"}
        ledger = replace(room.phones.ledger, settings=room.phones.ledger.settings.model_copy(update=told))
        room.phones.ledger = room.clinic.ledger = ledger
        room.phones.unreachable = True
        self.room, self.ledger = room, ledger

    async def waits(self, mail: str | None = MAIL, visit_at: datetime | None = None) -> Waits:
        one = await self.room.waits(visit_at)
        if mail:
            await self.room.phones.mail_of(one.person, mail)
        return one

    async def mails(self) -> list[dict[str, Any]]:
        async with self.ledger.pool.acquire() as connection:
            rows = await connection.fetch(
                "select key, status, purpose, content from effects where kind = 'email.message'"
                " order by planned_at, id"
            )
        return [dict(row) for row in rows]

    def question(self, body: str) -> dict[str, str]:
        """What the link in a mail asks, as the gateway reads it."""
        [token] = re.findall(r"/offers/([\w-]+)", body)
        link = offer_link.unpacked(self.ledger.vault.open_token(offer_link.PURPOSE, token))
        return {"offer": str(link.offer_id), "person": str(link.person_id), "language": link.language}

    async def show(self, question: dict[str, str]) -> dict[str, Any]:
        return await offer_answers.show(self._tools(), question)

    async def answer(self, question: dict[str, str], verb: str) -> str:
        said: str = (await offer_answers.answer(self._tools(), {**question, "verb": verb}))["said"]
        return said

    def _tools(self) -> Tools:
        return Tools(self.ledger, None, ids.new_id(), "c")


@pytest.fixture
def letters(clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool) -> Letters:
    still.at = at(9)
    return Letters(Room(clinic, still, phones, pool))


async def offered(letters: Letters) -> dict[str, str]:
    """The question of the one mail that goes out for the hole."""
    await letters.room.comes_free(HOLE)
    assert await letters.room.sweep() == []
    [mail] = await letters.mails()
    assert (mail["purpose"], mail["status"]) == ("waitlist", "planned")
    assert "miercuri, 6 mai, ora 12:00" in mail["content"]["body"]
    assert MAIL not in mail["content"]["body"]
    return letters.question(mail["content"]["body"])


async def test_a_yes_behind_the_link_moves_the_visit_once_and_says_so(letters: Letters) -> None:
    ana = await letters.waits(visit_at=at(10, days=7))
    question = await offered(letters)
    shown = await letters.show(question)
    assert shown["open"]
    assert "ora 12:00" in shown["visit"]
    assert not await letters.room.has(ana.person, HOLE), "looking takes nothing"
    said = await letters.answer(question, "yes")
    assert said.startswith("Ora este a dumneavoastră")
    assert await letters.answer(question, "yes") == said
    assert await letters.room.has(ana.person, HOLE)
    confirmations = [one for one in await letters.mails() if one["key"].startswith("visit-answer:")]
    assert len(confirmations) == 1
    assert await letters.show(question) == {"open": False, "said": said}
    async with letters.ledger.pool.acquire() as connection:
        alerts = await connection.fetchval("select count(*) from effects where kind = 'staff.alert'")
    assert alerts == 0, "nobody has to look at what was said by mail"


async def test_a_no_changes_nothing_and_a_stop_takes_them_off_the_list(letters: Letters) -> None:
    ana = await letters.waits(visit_at=at(10, days=7))
    question = await offered(letters)
    assert (await letters.answer(question, "no")).startswith("Am înțeles, nu schimbăm nimic")
    assert not await letters.room.has(ana.person, HOLE)
    assert (await letters.room.offers())[ana.person] == "declined"
    await letters.answer(question, "stop")
    async with letters.ledger.pool.acquire() as connection:
        assert await connection.fetchval("select left_why from waitlist where id = $1", ana.id) == "asked"


async def test_a_time_that_somebody_else_has_is_said_to_be_gone(letters: Letters) -> None:
    ana = await letters.waits(visit_at=at(10, days=7))
    question = await offered(letters)
    faster = await letters.room.clinic.wish(HOLE)
    await appointments.book(letters.ledger, wish=faster, cause=by_patient("c"))
    assert (await letters.answer(question, "yes")).startswith("Ne pare rău")
    assert not await letters.room.has(ana.person, HOLE)


async def test_an_offer_that_is_over_is_not_sent_after_by_mail(letters: Letters) -> None:
    letters.room.phones.unreachable = False
    await letters.waits(visit_at=at(10, days=7))
    await letters.room.comes_free(HOLE)

    await openings.sweep(letters.ledger)
    faster = await letters.room.clinic.wish(HOLE)
    await appointments.book(letters.ledger, wish=faster, cause=by_patient("c"))
    letters.room.phones.unreachable = True
    await letters.room.sweep()
    assert await letters.mails() == []


async def test_without_an_address_a_colleague_looks_at_it(letters: Letters) -> None:
    await letters.waits(mail=None, visit_at=at(10, days=7))
    await letters.room.comes_free(HOLE)
    await letters.room.sweep()
    assert await letters.mails() == []
    async with letters.ledger.pool.acquire() as connection:
        codes = await connection.fetch(
            "select content ->> 'code' as code from effects where kind = 'staff.alert'"
        )
    assert [row["code"] for row in codes] == ["delivery_failed"]


async def test_a_link_is_for_one_offer_and_one_person(letters: Letters) -> None:
    await letters.waits(visit_at=at(10, days=7))
    question = await offered(letters)
    stranger = {**question, "person": str(UUID(int=1))}
    with pytest.raises(NotFound):
        await letters.answer(stranger, "yes")
    vault = letters.ledger.vault
    for purpose in ("unsubscribe", "visit-file", "consent"):
        token = vault.token(purpose, b"x" * 34)
        with pytest.raises(SealBroken):
            vault.open_token(offer_link.PURPOSE, token)
