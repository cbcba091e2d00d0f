"""`medicalcor bookings`: why a visit has its time, and why a wish could not be."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from pydantic_core import to_json

from medicalcor.core import clock
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.core.settings import load_settings
from medicalcor.operations import admissions
from medicalcor.operations.admissions import Between, Decided, Looked
from medicalcor.operations.replaying import Replayed
from medicalcor.schemas.admissions import Admission, Ground
from medicalcor.web.visit_words import VISITS

T = TypeVar("T")
_GROUNDS, _THROUGH = VISITS["admission"], VISITS["through"]


@click.group()
def bookings() -> None:
    """Why visits have their times, and why wishes were refused. Shows ids and reasons, never a patient's name."""


@bookings.command()
@click.argument("about", metavar="ID", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="With all that was looked at, as JSON.")
@click.pass_context
def why(context: click.Context, *, about: UUID, as_json: bool) -> None:
    """Every decision about the visit ID, or the one that refused a wish; each made once more. Exit 1 if one differs."""

    async def read(pool: Pool) -> list[Decided]:
        async with pool.acquire() as connection:
            return await admissions.why(connection, about=about)

    found = _with_pool(read)
    zone = ZoneInfo(load_settings().clinic_timezone)
    lines = [line for one in found for line in _in_words(one, zone)]
    click.echo(to_json(found, indent=2).decode() if as_json else "\n".join(lines))
    context.exit(1 if any(one.again.differs for one in found) else 0)


@bookings.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1))
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
def refused(*, days: int, limit: int) -> None:
    """Wishes that could not be, the latest first."""

    async def read(pool: Pool) -> list[dict[str, Any]]:
        since = clock.now() - timedelta(days=days)
        async with pool.acquire() as connection:
            return [dict(row) for row in await connection.fetch(admissions.SQL["refused"], limit, since)]

    zone = ZoneInfo(load_settings().clinic_timezone)
    for row in _with_pool(read):
        offered = ", ".join(_at(at, zone) for at in row["offered"]) or "nothing"
        click.echo(
            f"{row['id']}  {_at(row['at'], zone)}  {row['actor']:<12} {row['procedure']} at {_at(row['starts_at'], zone)}: "
            f"{_GROUNDS[row['reason']]} Offered instead: {offered}."
        )


def _in_words(one: Decided, zone: ZoneInfo) -> list[str]:
    kept, when = one.admission, f" for {_at(one.starts_at, zone)}" if one.starts_at else ""
    lines = [f"{_at(one.at, zone)}  {one.type} by {one.actor}{when}"]
    if one.held_until is not None:
        lines.append(f"the time was held until {_at(one.held_until, zone)}")
    if kept is not None:
        facts = kept.facts
        lines += [f"{kept.verdict}, rules {kept.rules}; asked {_THROUGH[facts.through]}"]
        lines += [f"{_overridden(kept, ground)}{_GROUNDS[ground]}" for ground in kept.reasons]
        if facts.leave is not None:
            lines.append(
                f"leave to overlap: {facts.leave.role}, {'has' if facts.leave.may else 'lacks'} the right"
            )
        closed = ", ".join(day.isoformat() for day in facts.closed) or "no"
        lines += [
            f"set-up {facts.set_up}; {'our turn with all of it' if facts.locked else 'as things stood'}",
            f"takes {facts.duration // 60} minutes, {facts.before // 60} before and {facts.after // 60} after",
            f"may be entered until {facts.grace // 60} minutes after it begins",
            f"works {_stretches(one.hours, zone)}; closed: {closed}",
        ]
        lines += [line for looked in one.looked for line in _of(looked, zone)]
    if one.offered:
        lines.append(f"offered instead: {', '.join(_at(at, zone) for at in one.offered)}")
    lines.append(f"decided again: {_again(one.again)}")
    return [lines[0], *(f"    {line}" for line in lines[1:])]


def _overridden(kept: Admission, ground: Ground) -> str:
    return "overridden on purpose: " if kept.verdict == "placed" and ground != "free" else ""


def _again(again: Replayed) -> str:
    if again.differs:
        return f"otherwise. It was {again.then}; it is {again.again}"
    return f"the same ({again.then})" if again.again else again.because or ""


def _of(looked: Looked, zone: ZoneInfo) -> list[str]:
    off = f"; off {_stretches(looked.off, zone)}" if looked.off else ""
    free = "" if looked.against else "; nothing in the way"
    mark = "taken" if looked.taken else "looked at"
    return [
        f"{looked.name or 'erased'}: {mark} {_stretches([looked.between], zone)}{off}{free}",
        *(
            f"    visit {other} stands there {_stretches([between], zone)}{', a hold that had lapsed' if lapsed else ''}"
            for other, between, lapsed in looked.against
        ),
    ]


def _stretches(stretches: Sequence[Between], zone: ZoneInfo) -> str:
    told = [f"{_hour(start, zone)}–{_hour(stop, zone)}" for start, stop in stretches]
    return ", ".join(told) or "not at all"


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _hour(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _with_pool(act: Callable[[Pool], Awaitable[T]]) -> T:
    async def run() -> T:
        url = load_settings().require("database_url")
        pool = await open_pool(url, role="medicalcor_app", name="medicalcor-bookings")
        try:
            return await act(pool)
        finally:
            await pool.close()

    return asyncio.run(run())
