"""Weeks of visits at the demo clinic: booked, confirmed, moved, kept, missed, each act at its moment.

Nothing is drawn by lot: the same clinic comes out each time it is made on the same day.
"""

import zlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.cli.seeding.arrivals import SQL
from medicalcor.cli.seeding.practice import Doctor, Practice
from medicalcor.core import ids, jobs
from medicalcor.core.database.pool import Connection
from medicalcor.core.eventstore.store import Append
from medicalcor.operations import appointments, waitlist
from medicalcor.operations.availability import NotWorking
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.ledger import Act, Ledger, by_patient, by_system, by_user
from medicalcor.schemas.appointments import Appointment, Choice, Wish
from medicalcor.schemas.events.people import AddressAdded, PersonCreated
from medicalcor.schemas.waitlist import Joining, Wants

Do = Callable[[], Awaitable[None]]
_LONG, _HURRIED = timedelta(days=6), 0.08
"""Of those who have to wait so long, this share would come earlier."""
PAST, AHEAD = timedelta(days=12), timedelta(days=21)
_FIRST = ("Adriana", "Cristian", "Daniela", "Emil", "Florin", "Gabriela", "Horia", "Irina", "Liviu", "Monica")
_LAST = ("Albu", "Barbu", "Cozma", "Dima", "Enache", "Florea", "Grosu")
_PHONE = 40_700_003_000
"""A range that is nobody's."""


@dataclass
class Book:
    """The clinic's appointment book, from some days ago to some weeks ahead."""

    ledger: Ledger
    connection: Connection
    practice: Practice
    desk: UUID
    """The receptionist who writes in it."""
    now: datetime
    _regulars: list[UUID] = field(default_factory=list)
    _made: dict[str, Appointment] = field(default_factory=dict)

    async def know_regulars(self) -> None:
        """Patients of many years, who never had to write."""
        act = Act(self.ledger, self.connection, by_system("seed"))
        for nth, name in enumerate(f"{first} {last}" for first in _FIRST for last in _LAST):
            person_id, phone = ids.new_id(), f"+{_PHONE + nth}"
            events = (
                PersonCreated(person_id=person_id, name=name, source="voice"),
                AddressAdded(
                    person_id=person_id,
                    kind="phone",
                    address_key=self.ledger.vault.keyed_hash("phone", phone),
                    value=phone,
                ),
            )
            await act.append(Append(f"person-{person_id}", events, person_id, expected=0))
            self._regulars.append(person_id)

    def acts(self) -> Iterator[tuple[datetime, Do]]:
        """Everything that is done with the book, each with its moment."""
        zone = ZoneInfo(self.ledger.settings.clinic_timezone)
        today = self.now.astimezone(zone).date()
        for name, doctor in self.practice.doctors.items():
            for n in range(-PAST.days, AHEAD.days):
                day = today + timedelta(days=n)
                for opens, closes in doctor.week.get(day.weekday(), ()):
                    start, end = (datetime.combine(day, at, zone) for at in (opens, closes))
                    yield from self._stretch(name, doctor, start, end)

    def _stretch(
        self, name: str, doctor: Doctor, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, Do]]:
        at = start
        while at < end:
            key = f"{name}-{at:%Y%m%d%H%M}"
            code = doctor.skills[int(_chance(key, "what") * len(doctor.skills))]
            procedure_id, minutes = self.practice.procedures[code]
            length = timedelta(minutes=minutes)
            if at + length <= end and _chance(key, "whether") < self._fullness(at):
                choice = Choice(
                    procedure_id=procedure_id, practitioner_id=doctor.id, starts_at=at.astimezone(UTC)
                )
                yield from self._visit(key, choice, length)
                at += _up_to_quarter(length + timedelta(minutes=30 if minutes > 60 else 10))
            else:
                at += timedelta(minutes=30)

    def _fullness(self, at: datetime) -> float:
        """The nearer the fuller."""
        ahead = (at - self.now).days
        return 0.75 if ahead < 3 else 0.5 if ahead < 10 else 0.25

    def _visit(self, key: str, choice: Choice, length: timedelta) -> Iterator[tuple[datetime, Do]]:
        booked = self._at_the_desk(choice.starts_at, timedelta(days=1 + 12 * _chance(key, "early")))
        yield booked, partial(self._book, key, choice)
        if choice.starts_at > self.now + _LONG and _chance(key, "sooner") < _HURRIED:
            yield self._at_the_desk(booked, -timedelta(hours=2)), partial(self._wait, key)
        fate = _chance(key, "fate")
        before = choice.starts_at - timedelta(hours=23)
        if fate < 0.06:
            yield before, partial(self._end, key, "cancel")
        elif fate < 0.6:
            yield before, partial(self._end, key, "confirm")
        if fate >= 0.06:
            gone = 0.06 <= fate < 0.1
            yield choice.starts_at + length, partial(self._end, key, "miss" if gone else "complete")

    def _at_the_desk(self, start: datetime, early: timedelta) -> datetime:
        """So long before the visit, but not after now, and never before the book was opened."""
        return max(min(start - early, self.now - timedelta(minutes=3)), self.now - timedelta(days=34))

    async def _book(self, key: str, choice: Choice) -> None:
        person_id, lead_id = await self._somebody(key)
        wish = Wish(person_id=person_id, choice=choice, key=key, lead_id=lead_id)
        try:
            self._made[key] = await appointments.book(
                self.ledger, wish=wish, cause=by_user(self.desk, correlation_id=f"seed:{key}")
            )
        except (SlotTaken, NotWorking):
            return  # every chair is taken, or it is a day off: the desk says no as it does on any day
        # those who play along in a demo know of it
        await self.connection.execute(SQL["remove_runs"], [f"{jobs.VISIT_NEWS.name}:{self._made[key].id}:1"])

    async def _somebody(self, key: str) -> tuple[UUID, UUID | None]:
        """One in three wrote to the clinic and is a lead; the others are regulars."""
        leads = await self.connection.fetch(SQL["bookable_leads"])
        if leads and _chance(key, "lead") < 1 / 3:
            lead = leads[int(_chance(key, "who") * len(leads))]
            return lead["person_id"], lead["id"]
        return self._regulars[int(_chance(key, "who") * len(self._regulars))], None

    async def _wait(self, key: str) -> None:
        """They would come earlier, if something came free."""
        made = self._made.get(key)
        if made is None:
            return
        alone = _chance(key, "with") < 1 / 2
        wants = Wants(
            procedure_id=made.procedure_id,
            practitioner_id=made.practitioner_id if alone else None,
            part_of_day="morning" if _chance(key, "part") < 1 / 4 else "any",
        )
        joining = Joining(person_id=made.person_id, appointment_id=made.id, lead_id=made.lead_id, wants=wants)
        await waitlist.join(self.ledger, joining=joining, cause=by_user(self.desk, correlation_id=key))

    async def _end(self, key: str, what: str) -> None:
        made = self._made.get(key)
        if made is None:
            return
        if what == "cancel":
            await appointments.cancel(
                self.ledger, appointment_id=made.id, reason="patient", cause=by_patient(f"seed:{key}")
            )
            del self._made[key]
            return
        cause = by_patient(f"seed:{key}") if what == "confirm" else by_user(self.desk, correlation_id=key)
        act = {
            "confirm": appointments.confirm,
            "miss": appointments.miss,
            "complete": appointments.complete,
        }[what]
        await act(self.ledger, appointment_id=made.id, cause=cause)


def _chance(key: str, what: str) -> float:
    return zlib.crc32(f"{key}:{what}".encode()) / 2**32


def _up_to_quarter(length: timedelta) -> timedelta:
    return -(-length // timedelta(minutes=15)) * timedelta(minutes=15)
