"""What comes free is offered to those who wait, in waves, and the calendar decides who has it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from patients import Heard, Phones

from conftest import CAUSE, Clinic, at
from medicalcor.core import clock
from medicalcor.core.database.pool import Pool
from medicalcor.core.errors import InvalidInput, NotFound
from medicalcor.operations import appointments, openings, waitlist
from medicalcor.readmodels.waitlist import queries
from medicalcor.schemas.appointments import Appointment
from medicalcor.schemas.waitlist import Joining, Wants


@dataclass
class Waits:
    person: UUID
    visit: Appointment | None
    id: UUID


class Room:
    """Those who wait, and the time that comes free."""

    def __init__(self, clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool) -> None:
        self.clinic, self.still, self.phones, self.pool = clinic, still, phones, pool
        self.number = 0

    async def waits(self, visit_at: datetime | None = None, **wants: Any) -> Waits:
        self.number += 1
        self.still.forward(minutes=1)
        person = await self.phones.patient(f"Patient {self.number}", language=wants.pop("language", "ro"))
        visit = await self.clinic.book(visit_at, person=person) if visit_at else None
        joining = Joining(
            person_id=person,
            appointment_id=visit.id if visit else None,
            wants=Wants(procedure_id=self.clinic.procedures["consultation"], **wants),
        )
        waiting = await waitlist.join(self.clinic.ledger, joining=joining, cause=CAUSE)
        return Waits(person, visit, waiting)

    async def comes_free(self, when: datetime) -> Appointment:
        visit = await self.clinic.book(when)
        await appointments.cancel(self.clinic.ledger, appointment_id=visit.id, reason="patient", cause=CAUSE)
        return visit

    async def sweep(self) -> list[Heard]:
        await openings.sweep(self.clinic.ledger)
        return await self.phones.deliver()

    async def has(self, person: UUID, when: datetime) -> bool:
        async with self.pool.acquire() as connection:
            return bool(
                await connection.fetchval(
                    "select exists (select from appointments where person_id = $1 and starts_at = $2"
                    " and status in ('booked', 'confirmed'))",
                    person,
                    when,
                )
            )

    async def offers(self) -> dict[UUID, str | None]:
        async with self.pool.acquire() as connection:
            return {
                r["person_id"]: r["ended_why"]
                for r in await connection.fetch("select * from offers order by asked_at desc")
            }

    async def open(self) -> int:
        async with self.pool.acquire() as connection:
            count: int = await connection.fetchval("select count(*) from openings where closed_at is null")
        return count


@pytest.fixture
def room(clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool) -> Room:
    still.at = at(9)
    return Room(clinic, still, phones, pool)


async def test_the_first_yes_has_it_the_others_are_told_once(room: Room) -> None:
    hole = at(12, days=2)
    people = [await room.waits(at(10, 30 * (n % 2), days=7 + n // 2)) for n in range(3)]
    await room.comes_free(hole)
    asked = await room.sweep()
    assert {one.phone for one in asked} == {room.phones.numbers[p.person] for p in people}
    assert {one.template for one in asked} == {"earlier_time"}
    assert "miercuri, 6 mai, ora 12:00" in asked[0].text
    second, first = people[1], people[0]
    under = {p.person: next(h for h in asked if h.phone == room.phones.numbers[p.person]) for p in people}
    assert await room.phones.tap(second.person, under[second.person].buttons[0], under[second.person])
    assert await room.has(second.person, hole), "their visit was moved"
    assert await room.phones.tap(first.person, under[first.person].buttons[0], under[first.person])
    assert first.visit is not None
    assert await room.has(first.person, first.visit.starts_at), "they keep what they have"
    told = await room.phones.deliver()
    assert len(told) == 4, "the winner's answer, the others' news, and the answer to the late tap"
    assert [t.template for t in told if t.phone == room.phones.numbers[people[2].person]] == [
        "earlier_time_gone"
    ]
    assert await room.offers() == {
        first.person: "taken",
        second.person: "accepted",
        people[2].person: "taken",
    }
    [again] = await room.sweep()
    assert again.phone == room.phones.numbers[people[2].person], "what the winner gave back helps the third"
    assert await room.open() == 1


async def test_two_at_once_and_only_one_has_it(room: Room) -> None:
    hole = at(12, days=2)
    people = [await room.waits(at(10 + n, days=8)) for n in range(3)]
    await room.comes_free(hole)
    asked = {one.phone: one for one in await room.sweep()}
    taps = []
    for one in people:
        under = asked[room.phones.numbers[one.person]]
        taps.append(room.phones.tap(one.person, under.buttons[0], under))
    assert all(await asyncio.gather(*taps))
    assert sum([await room.has(one.person, hole) for one in people]) == 1
    assert sorted(filter(None, (await room.offers()).values())) == ["accepted", "taken", "taken"]
    told = await room.phones.deliver()
    news = [one.phone for one in told if one.template == "earlier_time_gone"]
    answers = [one.phone for one in told if one.template is None]
    assert len(answers) == len(set(answers)) == 3, "each tap is answered"
    assert len(news) == len(set(news)) <= 2, "and nobody is told twice besides"


async def test_who_waits_with_two_visits_is_asked_once_and_keeps_the_other(room: Room) -> None:
    hole = at(12, days=2)
    first = await room.waits(at(10, days=7))
    room.still.forward(minutes=1)
    later = await room.clinic.book(at(15, days=9), person=first.person)
    joining = Joining(
        person_id=first.person,
        appointment_id=later.id,
        wants=Wants(procedure_id=room.clinic.procedures["consultation"]),
    )
    await waitlist.join(room.clinic.ledger, joining=joining, cause=CAUSE)
    await room.comes_free(hole)
    [asked] = await room.sweep()
    assert await room.sweep() == []
    assert await room.phones.tap(first.person, asked.buttons[0], asked)
    await room.sweep()
    assert await room.has(first.person, hole)
    assert await room.has(first.person, later.starts_at)
    async with room.pool.acquire() as connection:
        left = dict(await connection.fetch("select appointment_id, left_why from waitlist"))
    assert first.visit is not None
    assert left == {first.visit.id: "got_earlier", later.id: None}


async def test_waves_by_patience_and_fair_over_time(room: Room) -> None:
    people = [await room.waits(at(9, 30 * (n % 2), days=8 + n // 2)) for n in range(5)]
    await room.comes_free(at(12, days=2))
    first = await room.sweep()
    numbers = [room.phones.numbers[one.person] for one in people]
    assert {one.phone for one in first} == set(numbers[:3]), "who waits longest first"
    assert await room.sweep() == []
    room.still.forward(hours=3)
    assert {one.phone for one in await room.sweep()} == set(numbers[3:])
    await room.comes_free(at(14, days=2))
    assert numbers[0] in {one.phone for one in await room.sweep()}, (
        "all were asked once: the longest waiting again"
    )


async def test_only_whom_it_fits(room: Room) -> None:
    fits = await room.waits(at(10, days=8), part_of_day="afternoon", weekdays=frozenset({2}))
    await room.waits(at(11, days=8), part_of_day="morning")
    await room.waits(at(12, days=8), weekdays=frozenset({4}))
    await room.waits(at(13, days=8), practitioner_id=room.clinic.doctors["Marin"])
    await room.waits(at(14, days=8), notice_minutes=5 * 24 * 60)
    await room.waits(at(10, days=2))
    none_yet = await room.waits()
    await room.comes_free(at(13, days=2))
    asked = {one.phone for one in await room.sweep()}
    assert asked == {room.phones.numbers[fits.person], room.phones.numbers[none_yet.person]}


async def test_who_has_no_visit_is_booked_one_and_no_means_no(room: Room) -> None:
    hole = at(12, days=2)
    eager, other, tired = [await room.waits() for _ in range(3)]
    await room.comes_free(hole)
    asked = {one.phone: one for one in await room.sweep()}
    on = {p.person: asked[room.phones.numbers[p.person]] for p in (eager, other, tired)}
    assert await room.phones.tap(other.person, on[other.person].buttons[1], on[other.person])
    assert await room.phones.tap(tired.person, on[tired.person].buttons[2], on[tired.person])
    assert await room.phones.tap(eager.person, on[eager.person].buttons[0], on[eager.person])
    assert await room.has(eager.person, hole)
    said = await room.phones.deliver()
    assert [one.template for one in said] == [None, None, None], "whoever said no is not told that it is gone"
    async with room.pool.acquire() as connection:
        left = {r["id"]: r["left_why"] for r in await connection.fetch("select id, left_why from waitlist")}
        listed = await queries.waiting(connection, now=clock.now())
        assert await connection.fetchval("select closed_why from openings") == "accepted"
    assert left == {eager.id: "got_earlier", other.id: None, tired.id: "asked"}
    assert [one.id for one in listed] == [other.id]


async def test_a_hole_that_somebody_books_or_that_passes_closes_the_offers(room: Room) -> None:
    one = await room.waits(at(10, days=8))
    hole = at(12, days=2)
    await room.comes_free(hole)
    [asked] = await room.sweep()
    await room.clinic.book(hole)
    [gone] = await room.sweep()
    assert gone.template == "earlier_time_gone"
    assert await room.sweep() == []
    assert await room.phones.tap(one.person, asked.buttons[0], asked)
    [late] = await room.phones.deliver()
    assert "luată între timp" in late.text
    await room.comes_free(at(14, days=2))
    [second] = await room.sweep()
    room.still.at = at(15, days=2)
    assert await room.sweep() == [], "nobody is told of what nobody could have had"
    assert (await room.offers())[one.person] in {"past", "taken"}
    assert await room.open() == 0
    assert await room.phones.tap(one.person, second.buttons[0], second)
    assert not await room.has(one.person, at(14, days=2))


async def test_nobody_is_asked_at_night_nor_who_wants_no_messages(room: Room) -> None:
    silent, one = await room.waits(at(10, days=8)), await room.waits(at(11, days=8))
    async with room.pool.acquire() as connection:
        await connection.execute("update people set opted_out_at = now() where id = $1", silent.person)
    await room.comes_free(at(14, days=2))
    room.still.at = at(23)
    assert await room.sweep() == []
    room.still.at = at(8, 30, days=1)
    assert [h.phone for h in await room.sweep()] == [room.phones.numbers[one.person]]
    assert (await room.offers())[silent.person] == "not_sent"


async def test_a_yes_that_was_cut_off_is_finished_by_the_sweep(room: Room) -> None:
    """As after a kill between the move and everything that follows it."""
    hole = at(12, days=2)
    one, other = await room.waits(at(10, days=8)), await room.waits(at(11, days=8))
    await room.comes_free(hole)
    assert len(await room.sweep()) == 2
    assert one.visit is not None
    await appointments.move(
        room.clinic.ledger,
        appointment_id=one.visit.id,
        to=room.clinic.choice(hole),
        version=None,
        cause=CAUSE,
    )
    room.still.forward(minutes=1)
    told = [h for h in await room.sweep() if h.template == "earlier_time_gone"]
    assert [h.phone for h in told] == [room.phones.numbers[other.person]]
    offers = await room.offers()
    assert (offers[one.person], offers[other.person]) == ("accepted", "taken")


async def test_the_list_keeps_places_and_lets_go_of_those_who_wait_in_vain(room: Room) -> None:
    one = await room.waits(at(10, days=3))
    assert one.visit is not None
    again = Joining(
        person_id=one.person,
        appointment_id=one.visit.id,
        wants=Wants(procedure_id=room.clinic.procedures["consultation"], part_of_day="evening"),
    )
    assert await waitlist.join(room.clinic.ledger, joining=again, cause=CAUSE) == one.id
    async with room.pool.acquire() as connection:
        [listed] = await queries.waiting(connection, now=clock.now())
    assert (listed.part_of_day, listed.visit_at) == ("evening", one.visit.starts_at)
    with pytest.raises(NotFound):
        await waitlist.join(
            room.clinic.ledger,
            joining=again.model_copy(update={"person_id": await room.clinic.person()}),
            cause=CAUSE,
        )
    await appointments.cancel(room.clinic.ledger, appointment_id=one.visit.id, reason="patient", cause=CAUSE)
    with pytest.raises(InvalidInput):
        await waitlist.join(room.clinic.ledger, joining=again, cause=CAUSE)
    await room.sweep()
    async with room.pool.acquire() as connection:
        assert await queries.waiting(connection, now=clock.now()) == []
        assert await connection.fetchval("select left_why from waitlist") == "visit_over"
    await waitlist.leave(room.clinic.ledger, waiting_id=one.id, cause=CAUSE)


async def test_who_waited_for_a_first_visit_and_got_one_is_offered_no_second(room: Room) -> None:
    booked, still_waits = await room.waits(), await room.waits()
    await room.clinic.book(at(10, days=9), person=booked.person)
    await room.comes_free(at(12, days=2))
    assert [one.phone for one in await room.sweep()] == [room.phones.numbers[still_waits.person]]
    async with room.pool.acquire() as connection:
        left = await connection.fetch("select id, left_why from waitlist where left_at is not null")
    assert [(row["id"], row["left_why"]) for row in left] == [(booked.id, "got_earlier")]
