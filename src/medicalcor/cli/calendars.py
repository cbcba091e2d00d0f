"""Addresses at which practitioners' own programs read their calendars."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import click

from medicalcor.core.database.pool import open_pool
from medicalcor.core.errors import NotFound
from medicalcor.core.settings import load_settings
from medicalcor.domain.scheduling import spoken
from medicalcor.operations import calendar_feed
from medicalcor.operations.ledger import Ledger, open_ledger
from medicalcor.readmodels.practice import queries as practice

T = TypeVar("T")


@click.group()
def calendars() -> None:
    """Make, list and revoke the addresses that calendar programs read at."""


@calendars.command()
@click.argument("practitioner")
@click.option(
    "--with-names", is_flag=True, help="Patients' names stand in the calendar. They then leave the house."
)
def new(practitioner: str, with_names: bool) -> None:
    """Make a new address for PRACTITIONER (a name, or part of one) and print it, once. The one before ends."""

    async def make(ledger: Ledger) -> str:
        who = await _find(ledger, practitioner)
        return await calendar_feed.renew(
            ledger, practitioner_id=who, with_names=with_names, by="command line"
        )

    print(_with_ledger(make))
    click.echo("Whoever has this address can read the calendar. It is shown this once.", err=True)


@calendars.command()
@click.argument("practitioner")
def revoke(practitioner: str) -> None:
    """Let the address of PRACTITIONER's calendar open nothing any more."""

    async def end(ledger: Ledger) -> None:
        await calendar_feed.revoke(ledger, practitioner_id=await _find(ledger, practitioner))

    _with_ledger(end)
    print("Revoked.")


@calendars.command(name="list")
def list_calendars() -> None:
    """Every practitioner, whether their calendar has an address, and when it was last read."""

    async def read(ledger: Ledger) -> list[str]:
        async with ledger.pool.acquire() as connection:
            people = await practice.practitioners(connection)
            known = await calendar_feed.known(connection)
        return [f"{one.name or '?':<30} {_standing(known.get(one.id))}" for one in people]

    print("\n".join(_with_ledger(read)))


def _standing(feed: calendar_feed.Feed | None) -> str:
    if feed is None:
        return "no address"
    read = f"read {feed.last_read_at:%Y-%m-%d %H:%M}" if feed.last_read_at else "never read"
    return f"{'with names' if feed.with_names else 'without names'}, {read}"


async def _find(ledger: Ledger, words: str) -> UUID:
    async with ledger.pool.acquire() as connection:
        people = await practice.practitioners(connection)
    found = spoken.person(words, {one.id: one.name or "" for one in people})
    if found is None:
        raise NotFound(
            "Nobody, or more than one, is called that. `medicalcor calendars list` shows them all."
        )
    return found


def _with_ledger(act: Callable[[Ledger], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = load_settings()
        url = settings.require("database_url")
        async with await open_pool(url, role="medicalcor_app", name="medicalcor-calendars") as pool:
            return await act(open_ledger(settings, pool))

    return asyncio.run(run())
