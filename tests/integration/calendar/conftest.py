"""A small clinic in Bucharest, open from nine to five, and a clock that stands still on a Monday morning."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from patients import Phones

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.core.settings import Settings
from medicalcor.operations import appointments, practice
from medicalcor.operations.ledger import Ledger, by_patient, by_system, open_ledger
from medicalcor.schemas.appointments import Appointment, Choice, Wish
from medicalcor.schemas.events.people import PersonCreated
from medicalcor.schemas.practice import Need, Practitioner, Resource, Terms, WeekHours

ZONE = ZoneInfo("Europe/Bucharest")
NOW = datetime(2026, 5, 4, 7, 30, tzinfo=ZONE).astimezone(UTC)
CAUSE = by_patient("c")


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """By the clock on the wall, today or in some days."""
    day = NOW.astimezone(ZONE) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)


@dataclass
class Clinic:
    ledger: Ledger
    doctors: dict[str, UUID] = field(default_factory=dict)
    rooms: dict[str, UUID] = field(default_factory=dict)
    procedures: dict[str, UUID] = field(default_factory=dict)

    async def person(self, name: str = "Ana") -> UUID:
        person_id = ids.new_id()
        created = PersonCreated(person_id=person_id, name=name, source="web")
        async with transaction(self.ledger.pool) as connection:
            entry = Append(f"person-{person_id}", (created,), person_id, expected=0)
            await self.ledger.store.append(connection, entry, cause=Cause("c", "system"))
        return person_id

    async def doctor(self, name: str, *skills: str) -> UUID:
        cause = by_system("c")
        who = Practitioner(name=name, languages=("ro",), skills=skills)
        self.doctors[name] = await practice.add_practitioner(self.ledger, practitioner=who, cause=cause)
        hours = [WeekHours(weekday=day, opens=time(9), closes=time(17)) for day in range(5)]
        await practice.set_week(
            self.ledger, practitioner_id=self.doctors[name], hours=hours, version=1, cause=cause
        )
        return self.doctors[name]

    async def room(self, title: str, *groups: str) -> UUID:
        resource = Resource(kind="room", title=title, groups=groups)
        self.rooms[title] = await practice.add_resource(self.ledger, resource=resource, cause=by_system("c"))
        return self.rooms[title]

    async def procedure(self, code: str, **more: object) -> UUID:
        terms = Terms.model_validate({"code": code, "titles": {"ro": code}, "minutes": 30, **more})
        self.procedures[code] = await practice.add_procedure(self.ledger, terms=terms, cause=by_system("c"))
        return self.procedures[code]

    def choice(self, when: datetime, *, what: str = "consultation", who: str = "Ionescu") -> Choice:
        return Choice(procedure_id=self.procedures[what], practitioner_id=self.doctors[who], starts_at=when)

    async def wish(self, when: datetime, *, person: UUID | None = None, key: str = "", **more: str) -> Wish:
        person_id = person or await self.person()
        return Wish(person_id=person_id, choice=self.choice(when, **more), key=key or ids.token())

    async def book(self, when: datetime, *, person: UUID | None = None, **more: str) -> Appointment:
        wish = await self.wish(when, person=person, **more)
        return await appointments.book(self.ledger, wish=wish, cause=CAUSE)


@pytest.fixture
def still() -> Iterator[clock.Still]:
    source = clock.Still(NOW)
    with clock.using(source):
        yield source


@pytest.fixture
def ledger(pool: Pool, master_key: str) -> Ledger:
    """WhatsApp is on; what goes out by it arrives on `phones`."""
    told = {"medicalcor_master_key": master_key, "whatsapp_api_key": "k", "clinic_name": "Clinica Zâmbet"}
    return open_ledger(Settings.model_validate(told), pool)


@pytest.fixture
def phones(ledger: Ledger) -> Phones:
    return Phones(ledger)


@pytest.fixture
async def clinic(ledger: Ledger, still: clock.Still) -> Clinic:
    """Two doctors and two chairs; a consultation needs either, surgery has buffers and only one room."""
    made = Clinic(ledger)
    await made.doctor("Ionescu", "surgery")
    await made.doctor("Marin")
    await made.room("Chair 1", "chair")
    await made.room("Chair 2", "chair", "surgery")
    await made.procedure("consultation", needs=(Need(kind="room", group="chair"),))
    await made.procedure(
        "implant",
        minutes=60,
        before_minutes=10,
        after_minutes=20,
        skill="surgery",
        needs=(Need(kind="room", group="surgery", before_minutes=15, after_minutes=30),),
    )
    return made
