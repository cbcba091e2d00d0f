"""`medicalcor seed`: a clinic to look at."""

import asyncio
import os

import click

from medicalcor.cli.seeding.clinic import SignIn, fill
from medicalcor.core import clock, ids
from medicalcor.core.database import migrate
from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable, open_pool
from medicalcor.core.errors import InvalidInput
from medicalcor.core.settings import load_settings

_EMAIL = "elena@demo.medicalcor.example"
_STEPS = 5


@click.command()
def seed() -> None:
    """Fill an empty database with a demo clinic and its last five weeks.

    People, numbers and messages are made up; nothing is sent to anybody. The first account is DEMO_EMAIL with
    DEMO_PASSWORD; when no password is set, one is made and shown.
    """
    given = os.environ.get("DEMO_PASSWORD")
    sign_in = SignIn(os.environ.get("DEMO_EMAIL") or _EMAIL, given or ids.token(12))
    began = clock.monotonic()
    if not asyncio.run(_fill(sign_in)):
        click.echo("The demo clinic is already there; nothing was changed.")
        return
    click.echo(f"The demo clinic is ready ({clock.monotonic() - began:.1f} s).")
    if not given:
        click.echo(f"Sign in as {sign_in.email} with {sign_in.password}")


async def _fill(sign_in: SignIn) -> bool:
    settings = load_settings()
    try:
        pool = await open_pool(settings.require("database_url"), maximum=1, name="medicalcor-seed")
    except CONNECTION_LOST:
        raise DatabaseUnavailable(
            "The database does not answer. Is it running, and is DATABASE_URL right?"
        ) from None
    async with pool:
        async with pool.acquire() as connection:
            if await migrate.pending(connection):
                raise InvalidInput("The database is not up to date. Run `medicalcor migrate` first.")
        return await fill(pool, settings, sign_in=sign_in, progress=_tell)


def _tell(played: int, of: int) -> None:
    if played * _STEPS // of != (played - 1) * _STEPS // of:
        click.echo(f"{played} of {of} messages and acts …", err=True)
