"""A clinic of twenty practitioners on a database of its own, for the calendar's benchmarks."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from medicalcor.cli.bench_processes import cpu_seconds
from medicalcor.core import clock, ids
from medicalcor.core.database.pool import open_pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import Append
from medicalcor.core.settings import Settings
from medicalcor.operations import practice
from medicalcor.operations.ledger import Ledger, by_system, open_ledger
from medicalcor.schemas.events.people import PersonCreated
from medicalcor.schemas.practice import Need, Practitioner, Resource, Terms, WeekHours

T = TypeVar("T")
PRACTITIONERS = 20
DAYS = 90
LENGTH = timedelta(minutes=30)
_OPENS, _CLOSES = time(8), time(20)
_WORKDAYS = 6


@dataclass(frozen=True, slots=True)
class Desk:
    """The clinic under measurement."""

    ledger: Ledger
    procedure_id: UUID
    practitioners: list[UUID]
    people: list[UUID]

    def begins(self) -> list[datetime]:
        """Every half hour of the clinic's next ninety days, in order."""
        zone = ZoneInfo(self.ledger.settings.clinic_timezone)
        first = clock.now().astimezone(zone).date() + timedelta(days=1)
        halves = int((_CLOSES.hour - _OPENS.hour) * 3600 / LENGTH.total_seconds())
        return [
            (datetime.combine(day, _OPENS, zone) + nth * LENGTH).astimezone(UTC)
            for day in (first + timedelta(days=n) for n in range(DAYS - 1))
            if day.weekday() < _WORKDAYS
            for nth in range(halves)
        ]


@contextmanager
def own_server() -> Iterator[tuple[str, str]]:
    """The address of a migrated database for this run alone, and a master key."""
    from medicalcor.core.crypto.vault import new_master_key
    from medicalcor.core.database.embedded import EmbeddedPostgres
    from medicalcor.core.database.migrate import migrate
    from medicalcor.workflows import engine

    with (
        tempfile.TemporaryDirectory(prefix="mc-bench-") as folder,
        EmbeddedPostgres(Path(folder), port=None) as server,
    ):
        engine.migrate(server.url())
        asyncio.run(migrate(server.url()))
        yield server.url(), new_master_key()


def with_clinic(measure: Callable[[Desk], Awaitable[T]], *, people: int, connections: int) -> T:
    """What `measure` finds at a clinic that has just been set up."""

    async def run(url: str, key: str) -> T:
        async with await open_pool(url, role="medicalcor_app", maximum=connections) as pool:
            settings = Settings(medicalcor_master_key=key)
            return await measure(await _set_up(open_ledger(settings, pool), people))

    import uvloop

    with own_server() as (url, key), asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        return loop.run(run(url, key))


async def served(desk: Desk) -> float:
    """CPU seconds of PostgreSQL's sessions that are open."""
    rows = await desk.ledger.pool.fetch("select pid from pg_stat_activity where datname = current_database()")
    return sum(cpu_seconds(row["pid"]) for row in rows)


async def _set_up(ledger: Ledger, people: int) -> Desk:
    """Each practitioner has a room's worth of rooms; a consultation needs one of them, with five minutes after."""
    cause = by_system("bench")
    hours = [WeekHours(weekday=day, opens=_OPENS, closes=_CLOSES) for day in range(_WORKDAYS)]
    practitioners = []
    for nth in range(PRACTITIONERS):
        who = Practitioner(name=f"Dr. {nth}", languages=("ro",), skills=("consultation",))
        practitioners.append(await practice.add_practitioner(ledger, practitioner=who, cause=cause))
        await practice.set_week(
            ledger, practitioner_id=practitioners[-1], hours=hours, version=1, cause=cause
        )
    for nth in range(PRACTITIONERS):
        room = Resource(kind="room", title=f"Chair {nth}", groups=("chair",))
        await practice.add_resource(ledger, resource=room, cause=cause)
    terms = Terms(
        code="consultation",
        titles={"en": "Consultation"},
        minutes=int(LENGTH.total_seconds() // 60),
        skill="consultation",
        needs=(Need(kind="room", group="chair"),),
    )
    procedure_id = await practice.add_procedure(ledger, terms=terms, cause=cause)
    return Desk(ledger, procedure_id, practitioners, await _people(ledger, people))


async def _people(ledger: Ledger, count: int) -> list[UUID]:
    known = [ids.new_id() for _ in range(count)]
    async with transaction(ledger.pool) as connection:
        for person_id in known:
            created = PersonCreated(person_id=person_id, name="Bench", source="web")
            entry = Append(f"person-{person_id}", (created,), person_id, expected=0)
            await ledger.store.append(connection, entry, cause=by_system("bench"))
    return known


def at(values: list[float], share: float) -> float:
    """Milliseconds below which this share of the measured seconds lies."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)
