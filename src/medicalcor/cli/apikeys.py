"""Keys that other systems call the API with."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from medicalcor.core.auth import apikeys as keys
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.core.settings import load_settings

T = TypeVar("T")


@click.group()
def apikeys() -> None:
    """Make keys for other systems, list them, revoke them."""


@apikeys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in keys.Scope]),
    help="What it may do; all of it when left out. May be repeated.",
)
def new(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key for the system called NAME and print it, once."""
    key = _with_pool(lambda pool: keys.new(pool, name=name, scopes=scopes or keys.ALL, by="command line"))
    print(key)
    click.echo("Keep it now: it is shown this once.", err=True)


@apikeys.command(name="list")
def list_keys() -> None:
    """Every key: its visible part, its name, what it may do, when it was last used."""

    async def read(pool: Pool) -> list[keys.Key]:
        async with pool.acquire() as connection:
            return await keys.everyone(connection)

    found = _with_pool(read)
    for key in found:
        used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        print(
            f"{key.prefix}  {key.name:<30} {' '.join(key.scopes):<44} {'revoked' if key.revoked_at else used}"
        )
    if not found:
        print("None yet. `medicalcor apikeys new NAME` makes one; API_SECRET_KEY opens everything meanwhile.")


@apikeys.command()
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Let the key that begins mc_PREFIX_ open nothing any more."""
    _with_pool(lambda pool: keys.revoke(pool, prefix=prefix.removeprefix("mc_").partition("_")[0]))
    print("Revoked. Gateways notice within seconds.")


def _with_pool(act: Callable[[Pool], Awaitable[T]]) -> T:
    async def run() -> T:
        pool = await open_pool(
            load_settings().require("database_url"), role="medicalcor_app", name="medicalcor-apikeys"
        )
        try:
            return await act(pool)
        finally:
            await pool.close()

    return asyncio.run(run())
