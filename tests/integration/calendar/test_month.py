"""A month at the clinic at high speed, with patients who do as they please and workers that come and go.

What must have happened is worked out here, by the rules as a patient would tell them, from what was agreed and what
arrived on the phones. None of the product's own reckoning is used for it.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from patients import Heard, Phones

from conftest import CAUSE, Clinic
from medicalcor.core import clock
from medicalcor.core.database.pool import Pool
from medicalcor.core.errors import ProductError
from medicalcor.operations import appointments, availability, holds, openings, reminders, waitlist
from medicalcor.operations.booking import SlotTaken
from medicalcor.readmodels.rebuild import compare
from medicalcor.schemas.appointments import Choice, SlotQuery, Wish
from medicalcor.schemas.waitlist import Joining, Wants

DAYS = 30
PEOPLE = 24
ZONE = ZoneInfo("Europe/Bucharest")
MONTHS = ("ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie")
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class Agreed:
    """A visit at one place in time, from when to when it was agreed."""

    visit: UUID
    person: UUID
    doctor: str
    name: str | None
    start: datetime
    end: datetime
    since: datetime
    until: datetime = FAR
    heard: list[tuple[str, datetime]] = field(default_factory=list)

    def stands(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    @property
    def written(self) -> str:
        """As a patient reads it."""
        local = self.start.astimezone(ZONE)
        return f"{local.day} {MONTHS[local.month - 1]}, ora {local:%H:%M}, {self.doctor}"


def is_quiet(moment: datetime) -> bool:
    shown = moment.astimezone(ZONE).time()
    return shown < time(8) or shown >= time(21)


def when_due(start: datetime, kind: str) -> tuple[datetime, datetime]:
    """From when until when a reminder of this kind is right, found minute by minute."""
    moment = start - timedelta(hours=24 if kind == "day" else 2)
    last = start - (timedelta(hours=3) if kind == "day" else timedelta(minutes=30))
    early = moment
    while is_quiet(moment):
        moment += timedelta(minutes=1)
    if moment <= last:
        return moment, last
    while is_quiet(early):
        early -= timedelta(minutes=1)
    local = early.astimezone(ZONE).replace(hour=20, minute=45, second=0, microsecond=0)
    return local.astimezone(UTC), last


class Month:
    def __init__(self, clinic: Clinic, still: clock.Still, phones: Phones, pool: Pool, seed: int) -> None:
        self.clinic, self.still, self.phones, self.pool = clinic, still, phones, pool
        self.dice = random.Random(seed)  # noqa: S311 - a month that can be played again
        self.book: dict[UUID, list[Agreed]] = {}
        self.sweeps: list[datetime] = []
        self.people: list[UUID] = []
        self.done: Counter[str] = Counter()
        self.names = {doctor: name for name, doctor in clinic.doctors.items()}

    async def play(self) -> None:
        self.people = [await self.phones.patient(f"Patient {n}") for n in range(PEOPLE)]
        end = self.still.at + timedelta(days=DAYS)
        while self.still.at < end:
            gap = self.dice.choice((7, 20, 45, 60, 90, 120, 180))
            if self.dice.random() < 0.03:
                gap = self.dice.randint(5, 30) * 60  # nobody is at work in the machine room
            self.still.forward(minutes=gap)
            await self.somebody_acts()
            await self.look(await self.sweep())
            for heard in self.phones.heard[-6:]:
                await self.react(heard)
        self.still.forward(hours=30)
        await self.look(await self.sweep())

    # what people do

    async def somebody_acts(self) -> None:
        for _ in range(self.dice.choice((0, 1, 1, 2, 3))):
            act = self.dice.choice(
                (self.books,) * 5 + (self.moves, self.cancels, self.holds, self.waits, self.closes)
            )
            try:
                await act()
                self.done[act.__name__] += 1
            except ProductError as refusal:
                self.done[refusal.code] += 1

    def standing(self) -> list[Agreed]:
        now = self.still.at
        return [
            places[-1] for places in self.book.values() if places[-1].until == FAR and places[-1].start > now
        ]

    async def books(self) -> None:
        person = self.dice.choice(self.people)
        wish = Wish(
            person_id=person,
            choice=await self.choice(),
            key=f"k{self.dice.random()}",
            for_name=self.dice.choice((None, None, "Mihai", "Ioana")),
        )
        made = await appointments.book(self.clinic.ledger, wish=wish, cause=CAUSE)
        self.agree(made.id, person, wish.choice, made.ends_at, wish.for_name)

    async def holds(self) -> None:
        person = self.dice.choice(self.people)
        wish = Wish(person_id=person, choice=await self.choice(), key=f"k{self.dice.random()}")
        held = await appointments.hold(self.clinic.ledger, wish=wish, cause=CAUSE)
        if self.dice.random() < 0.5:
            await appointments.keep(self.clinic.ledger, appointment_id=held.id, cause=CAUSE)
            self.agree(held.id, person, wish.choice, held.ends_at, None)

    async def choice(self) -> Choice:
        procedure = self.clinic.procedures[self.dice.choice(("consultation", "consultation", "implant"))]
        first = self.still.at.astimezone(ZONE).date() + timedelta(
            days=self.dice.choice((0, 0, 1, 1, 2, 3, 5))
        )
        query = SlotQuery(
            procedure_id=procedure,
            first_day=first,
            last_day=first + timedelta(days=4),
            order="spread",
            limit=8,
        )
        found = await availability.find(self.clinic.ledger, query=query)
        if not found:
            raise SlotTaken
        slot = self.dice.choice(found)
        return Choice(procedure_id=procedure, practitioner_id=slot.practitioner_id, starts_at=slot.starts_at)

    async def moves(self) -> None:
        standing = self.standing()
        if standing:
            one = self.dice.choice(standing)
            to = await self.choice()
            moved = await appointments.move(
                self.clinic.ledger, appointment_id=one.visit, to=to, version=None, cause=CAUSE
            )
            self.leave(one)
            self.agree(one.visit, one.person, to, moved.ends_at, one.name)

    async def cancels(self) -> None:
        standing = self.standing()
        if standing:
            one = self.dice.choice(standing)
            await appointments.cancel(
                self.clinic.ledger, appointment_id=one.visit, reason="patient", cause=CAUSE
            )
            self.leave(one)

    async def waits(self) -> None:
        standing = self.standing()
        if standing:
            one = self.dice.choice(standing)
            wants = Wants(procedure_id=self.clinic.procedures["consultation"])
            joining = Joining(person_id=one.person, appointment_id=one.visit, wants=wants)
            await waitlist.join(self.clinic.ledger, joining=joining, cause=CAUSE)

    async def closes(self) -> None:
        now = self.still.at
        over = [p[-1] for p in self.book.values() if p[-1].until == FAR and p[-1].start <= now]
        for one in over[:3]:
            act = appointments.miss if self.dice.random() < 0.2 else appointments.complete
            await act(self.clinic.ledger, appointment_id=one.visit, cause=CAUSE)
            one.until = now

    async def react(self, heard: Heard) -> None:
        """Somebody takes up their phone, whatever has become of it meanwhile."""
        if not heard.buttons or self.dice.random() < 0.6:
            return
        person = next(p for p, number in self.phones.numbers.items() if number == heard.phone)
        choice = self.dice.choice(heard.buttons)
        assert await self.phones.tap(person, choice, heard)
        self.done[choice.partition(":")[0] + ":" + choice.rpartition(":")[2]] += 1
        await self.note_changes()

    async def note_changes(self) -> None:
        """What a tap came to: told by the calendar, as the desk would see it."""
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(
                "select id, person_id, status, starts_at, ends_at, practitioner_id, procedure_id, for_name from appointments"
                " where status in ('booked', 'confirmed', 'cancelled')"
            )
        for row in rows:
            places = self.book.get(row["id"])
            choice = Choice(
                procedure_id=row["procedure_id"],
                practitioner_id=row["practitioner_id"],
                starts_at=row["starts_at"],
            )
            if places is None:
                if row["status"] != "cancelled":
                    self.agree(row["id"], row["person_id"], choice, row["ends_at"], row["for_name"])
            elif row["status"] == "cancelled":
                self.leave(places[-1])
            elif (places[-1].start, places[-1].doctor) != (
                row["starts_at"],
                self.names[row["practitioner_id"]],
            ):
                self.leave(places[-1])
                self.agree(row["id"], row["person_id"], choice, row["ends_at"], row["for_name"])

    def agree(self, visit: UUID, person: UUID, choice: Choice, end: datetime, name: str | None) -> None:
        doctor = self.names[choice.practitioner_id]
        place = Agreed(visit, person, doctor, name, choice.starts_at, end, self.still.at)
        self.book.setdefault(visit, []).append(place)

    def leave(self, one: Agreed) -> None:
        one.until = min(one.until, self.still.at)

    # what the machine does

    async def sweep(self) -> list[Heard]:
        """One round of the jobs; now and then somebody changes their mind between two of its lines."""
        await holds.expire_holds(self.clinic.ledger)
        await reminders.sweep(self.clinic.ledger)
        await openings.sweep(self.clinic.ledger)
        if self.dice.random() < 0.1:
            await self.cancels()
        else:
            self.sweeps.append(self.still.at)
        return await self.phones.deliver()

    async def look(self, heard: list[Heard]) -> None:
        """Write down which visit each reminder was about, by its words."""
        keys = await self.keys()
        for one in heard:
            if not (one.template or "").startswith("visit_reminder"):
                continue
            assert not is_quiet(one.at), one
            person = next(p for p, number in self.phones.numbers.items() if number == one.phone)
            named = [
                place
                for places in self.book.values()
                for place in places
                if place.person == person and place.stands(one.at) and place.written in one.text
            ]
            assert len(named) == one.text.count(", ora "), f"a visit that does not stand: {one.text}"
            for place in named:
                place.heard.append((keys[one.effect_id], one.at))

    async def keys(self) -> dict[UUID, str]:
        async with self.pool.acquire() as connection:
            rows = await connection.fetch("select id, key from effects where purpose = 'reminder'")
        return {row["id"]: row["key"].split(":")[1] for row in rows}

    # what must have come of it

    def must_be_right(self) -> None:
        places = [place for listed in self.book.values() for place in listed]
        reminded = 0
        for place in places:
            for kind in ("day", "hours"):
                reminded += self.must_be_reminded(place, kind)
        assert reminded > 100, "a month in which something was to be done"
        for one in places:
            for other in places:
                if one is other or one.doctor != other.doctor:
                    continue
                at_once = max(one.since, other.since) < min(one.until, other.until)
                assert not (at_once and one.start < other.end and other.start < one.end), (one, other)

    def must_be_reminded(self, place: Agreed, kind: str) -> bool:
        came = [moment for sort, moment in place.heard if sort == kind]
        assert len(came) <= 1, f"doubled: {place}"
        first, last = when_due(place.start, kind)
        if place.since > first - timedelta(hours=1):
            assert not came, f"they had just agreed on it: {place}"
            return False
        if kind == "day":
            hours_first, _ = when_due(place.start, "hours")
            if place.since <= hours_first - timedelta(hours=1):
                last = min(last, hours_first - timedelta(seconds=1))
        chances = [s for s in self.sweeps if first <= s < last and place.stands(s) and not is_quiet(s)]
        if chances:
            assert came, f"lost: {place} {kind}"
        for moment in came:
            assert moment <= place.start - timedelta(minutes=30)
            assert first - timedelta(hours=4) <= moment
        return bool(came)


@pytest.mark.parametrize("seed", [7])
async def test_a_month_without_an_overlap_a_lost_or_a_doubled_reminder(
    clinic: Clinic,
    still: clock.Still,
    phones: Phones,
    pool: Pool,
    seed: int,
) -> None:
    month = Month(clinic, still, phones, pool, seed)
    await month.play()
    month.must_be_right()
    for act in (
        "books",
        "moves",
        "cancels",
        "waits",
        "visit:confirm",
        "visit:cancel",
        "offer:yes",
        "offer:no",
    ):
        assert month.done[act] > 3, month.done
    await every_reminder_is_accounted_for(pool)
    async with pool.acquire() as connection:
        told_twice = await connection.fetchval(
            "select count(*) from (select cause_id from effects where key like 'offer-gone:%' group by 1 having count(*) > 1) x"
        )
        won_twice = await connection.fetchval(
            "select count(*) from (select opening_id from offers where ended_why = 'accepted' group by 1"
            " having count(*) > 1) x"
        )
        left_open: Any = await connection.fetchval(
            "select count(*) from offers where ended_at is null and starts_at < $1", clock.now()
        )
        assert (told_twice, won_twice, left_open) == (0, 0, 0)
        async with connection.transaction():
            assert await compare(connection, clinic.ledger.store) == []


async def every_reminder_is_accounted_for(pool: Pool) -> None:
    """For each visit that took place: both reminders were decided, whichever way."""
    async with pool.acquire() as connection:
        silent = await connection.fetch(
            "select a.id from appointments a where a.status in ('booked', 'confirmed') and a.starts_at < $1"
            " and (select count(*) from reminders r where r.appointment_id = a.id and r.moves = a.moves) < 2",
            clock.now(),
        )
    assert silent == []
