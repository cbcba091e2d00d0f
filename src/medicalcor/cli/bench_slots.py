"""`medicalcor bench slots`: how long it takes to find a time."""

import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import click
from pydantic_core import to_json

from medicalcor.cli import bench_clinic
from medicalcor.cli.bench_clinic import DAYS, LENGTH, PRACTITIONERS, Desk
from medicalcor.cli.bench_processes import cpu_seconds
from medicalcor.core import clock, ids
from medicalcor.operations import availability
from medicalcor.schemas.appointments import SlotQuery

_FILL = """
with visits as (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::timestamptz[])
        as t (id, person_id, practitioner_id, worker, room, starts_at)
),
booked as (
    insert into appointments (
        id, person_id, procedure_id, practitioner_id, starts_at, ends_at, status, version, booked_by, booked_at,
        changed_at
    ) select id, person_id, $7, practitioner_id, starts_at, starts_at + $8, 'booked', 1, 'bench', now(), now()
    from visits
)
insert into occupancies (appointment_id, resource_no, during, begins, ends, status, deliberate)
select id, no, tstzrange(starts_at, starts_at + $8), extract(epoch from starts_at),
    extract(epoch from starts_at + $8), 'booked', false
from visits cross join lateral (values (worker), (room)) as taken (no)
"""
_ROW_BY_ROW = """
select resource_no, begins, ends from occupancies
where status in ('held', 'booked', 'confirmed') order by resource_no, begins
"""


@click.command()
@click.option("--appointments", default=20_000, show_default=True, help="Visits in the next 90 days.")
@click.option("--rounds", default=30, show_default=True, help="Searches that are timed, of each kind.")
def slots(*, appointments: int, rounds: int) -> None:
    """Search 90 days of 20 practitioners for a free time, in a calendar that is well filled."""

    async def measure(desk: Desk) -> dict[str, Any]:
        await _fill(desk, appointments)
        return await _measure(desk, rounds)

    report = bench_clinic.with_clinic(measure, people=200, connections=4)
    click.echo(to_json(report, indent=2).decode())


async def _fill(desk: Desk, count: int) -> None:
    """The same share of everybody's half hours, spread over the days without a pattern that a search could use."""
    numbers = await desk.ledger.pool.fetch("select no, id, kind from resources order by no")
    workers = {row["id"]: row["no"] for row in numbers if row["kind"] == "practitioner"}
    rooms = [row["no"] for row in numbers if row["kind"] == "room"]
    places = [
        (who, room, begin)
        for who, room in zip(desk.practitioners, rooms, strict=True)
        for begin in desk.begins()
    ]
    places.sort(key=lambda _: ids.jitter(1))
    chosen = places[:count]
    await desk.ledger.pool.execute(
        _FILL,
        [ids.new_id() for _ in chosen],
        [desk.people[nth % len(desk.people)] for nth in range(len(chosen))],
        [who for who, _, _ in chosen],
        [workers[who] for who, _, _ in chosen],
        [room for _, room, _ in chosen],
        [begin for _, _, begin in chosen],
        desk.procedure_id,
        LENGTH,
    )


async def _measure(desk: Desk, rounds: int) -> dict[str, Any]:
    async def read_rows() -> None:
        await desk.ledger.pool.fetch(_ROW_BY_ROW)

    earliest = await _timed(lambda: availability.find(desk.ledger, query=_query(desk, "earliest")), rounds)
    used, served = cpu_seconds(os.getpid()), await bench_clinic.served(desk)
    spread = await _timed(lambda: availability.find(desk.ledger, query=_query(desk, "spread")), rounds)
    used, served = cpu_seconds(os.getpid()) - used, await bench_clinic.served(desk) - served
    baseline = await _timed(read_rows, rounds)
    found = await availability.find(desk.ledger, query=_query(desk, "spread"))
    return {
        "all_90_days_p50_ms": bench_clinic.at(spread, 0.5),
        "all_90_days_p95_ms": bench_clinic.at(spread, 0.95),
        "all_90_days_own_cpu_ms": round(1000 * used / (rounds + 1), 1),
        "all_90_days_postgresql_cpu_ms": round(1000 * served / (rounds + 1), 1),
        "earliest_50_p50_ms": bench_clinic.at(earliest, 0.5),
        "earliest_50_p95_ms": bench_clinic.at(earliest, 0.95),
        "baseline_read_rows_p50_ms": bench_clinic.at(baseline, 0.5),
        "ratio_to_baseline": round(bench_clinic.at(spread, 0.5) / bench_clinic.at(baseline, 0.5), 2),
        "slots_found": len(found),
        "appointments": await desk.ledger.pool.fetchval("select count(*) from appointments"),
        "practitioners": PRACTITIONERS,
        "days": DAYS,
        "rounds": rounds,
    }


def _query(desk: Desk, order: Literal["earliest", "spread"]) -> SlotQuery:
    today = clock.now().astimezone(ZoneInfo(desk.ledger.settings.clinic_timezone)).date()
    return SlotQuery(
        procedure_id=desk.procedure_id,
        first_day=today,
        last_day=today + timedelta(days=DAYS - 1),
        order=order,
        limit=50,
    )


async def _timed(do: Callable[[], Awaitable[Any]], rounds: int) -> list[float]:
    """Seconds of each round, once everything is warm."""
    await do()
    taken = []
    for _ in range(rounds):
        began = clock.monotonic()
        await do()
        taken.append(clock.monotonic() - began)
    return taken
