"""`medicalcor bench booking`: many who want the same times."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Any

import click
from pydantic_core import to_json

from medicalcor.cli import bench_clinic
from medicalcor.cli.bench_clinic import LENGTH, PRACTITIONERS, Desk
from medicalcor.cli.bench_processes import cpu_seconds
from medicalcor.core import clock, ids
from medicalcor.core.errors import ProductError
from medicalcor.operations import appointments
from medicalcor.operations.booking import SlotTaken
from medicalcor.operations.ledger import by_system
from medicalcor.schemas.appointments import Choice, Wish

_CONNECTIONS = 16
_BASELINE_SECONDS = 3.0
_FAR_OFF = 4_000_000_000
_PLAIN = """
insert into occupancies (appointment_id, resource_no, during, begins, ends, status, deliberate)
values ($1, $2, tstzrange(to_timestamp($3), to_timestamp($3 + 1800)), $3, $3 + 1800, 'booked', false)
"""
_OVERLAPPING = """
select count(*) from (
    select begins < max(ends) over (
        partition by resource_no order by begins, ends rows between unbounded preceding and 1 preceding
    ) as overlaps
    from occupancies where status in ('held', 'booked', 'confirmed')
) as seen where seen.overlaps
"""


@click.command()
@click.option("--clients", default=64, show_default=True, help="Clients at the same time.")
@click.option("--attempts", default=10_000, show_default=True, help="Bookings tried in all.")
@click.option("--rivals", default=2, show_default=True, help="How many want each time, at the same moment.")
def booking(*, clients: int, attempts: int, rivals: int) -> None:
    """Let clients compete for times, count who got one, and look for overlaps afterwards."""

    async def measure(desk: Desk) -> dict[str, Any]:
        return await _measure(desk, clients=clients, attempts=attempts, rivals=rivals)

    report = bench_clinic.with_clinic(measure, people=300, connections=_CONNECTIONS)
    click.echo(to_json(report, indent=2).decode())


async def _measure(desk: Desk, *, clients: int, attempts: int, rivals: int) -> dict[str, Any]:
    before = await _plain_inserts(desk, clients)
    outcomes: Counter[str] = Counter()
    latencies: list[float] = []
    wishes = _wishes(desk, attempts, rivals)

    async def client() -> None:
        for wish in wishes:
            began = clock.monotonic()
            outcomes[await _outcome(desk, wish)] += 1
            latencies.append(clock.monotonic() - began)

    began, used, served = clock.monotonic(), cpu_seconds(os.getpid()), await bench_clinic.served(desk)
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds, used = clock.monotonic() - began, cpu_seconds(os.getpid()) - used
    served = await bench_clinic.served(desk) - served
    baseline = (before + await _plain_inserts(desk, clients)) / 2
    booked = outcomes.pop("booked", 0)
    return {
        "bookings_per_second": round(booked / seconds),
        "attempts_per_second": round(attempts / seconds),
        "booked": booked,
        "taken": outcomes.pop("taken", 0),
        "errors": dict(outcomes),
        "overlaps": await desk.ledger.pool.fetchval(_OVERLAPPING),
        "p50_ms": bench_clinic.at(latencies, 0.5),
        "p99_ms": bench_clinic.at(latencies, 0.99),
        "baseline_plain_inserts_per_second": round(baseline),
        "ratio_to_baseline": round(booked / seconds / baseline, 3),
        "own_cpu_ms_per_booking": round(1000 * used / max(1, booked), 2),
        "postgresql_cpu_ms_per_booking": round(1000 * served / max(1, booked), 2),
        "clients": clients,
        "attempts": attempts,
        "seconds": round(seconds, 1),
    }


def _wishes(desk: Desk, attempts: int, rivals: int) -> Iterator[Wish]:
    """Each time is wanted by `rivals`, one right after the other."""
    begins = desk.begins()
    for nth in range(attempts):
        place = nth // rivals
        choice = Choice(
            procedure_id=desk.procedure_id,
            practitioner_id=desk.practitioners[place % PRACTITIONERS],
            starts_at=begins[place // PRACTITIONERS % len(begins)],
        )
        yield Wish(person_id=desk.people[nth % len(desk.people)], choice=choice, key=ids.token(9))


async def _outcome(desk: Desk, wish: Wish) -> str:
    try:
        made = await appointments.book(desk.ledger, wish=wish, cause=by_system("bench"))
    except SlotTaken:
        return "taken"
    except ProductError as problem:
        return problem.code
    return "booked" if made.starts_at == wish.choice.starts_at else "another time"


async def _plain_inserts(desk: Desk, clients: int) -> float:
    """Rows a second that the same clients put under the same constraint, one a transaction, with nobody in the way."""
    numbers, until = count(), clock.monotonic() + _BASELINE_SECONDS
    resource = await desk.ledger.pool.fetchval("select 1000 + count(*)::int from occupancies")
    insert: Callable[..., Awaitable[Any]] = desk.ledger.pool.execute

    async def client() -> int:
        done = 0
        while clock.monotonic() < until:
            begins = _FAR_OFF + next(numbers) * int(LENGTH.total_seconds())
            await insert(_PLAIN, ids.new_id(), resource, begins)
            done += 1
        return done

    return sum(await asyncio.gather(*(client() for _ in range(clients)))) / _BASELINE_SECONDS
