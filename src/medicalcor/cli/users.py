"""People who may sign in to the dashboard."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.core.settings import load_settings
from medicalcor.readmodels.users import queries

T = TypeVar("T")
_ROLES = click.Choice([role.value for role in Role])


@click.group()
def users() -> None:
    """Add people who may sign in, list them, close or unlock their accounts."""


@users.command()
@click.argument("email")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option("--role", type=_ROLES, default=Role.RECEPTIONIST.value, show_default=True)
@click.option("--language", type=click.Choice(["ro", "en", "de"]), default="ro", show_default=True)
@click.password_option(help="At least 12 characters; asked for when left out.")
def add(email: str, name: str, role: str, language: str, password: str) -> None:
    """Let somebody sign in."""
    _with_pool(
        lambda pool: accounts.add(
            pool, email=email, name=name, role=Role(role), password=password, language=language
        )
    )
    print(f"{name} may sign in as {role}.")


@users.command(name="list")
def list_users() -> None:
    """Who may sign in, and who could once."""

    async def read(pool: Pool) -> list[queries.Colleague]:
        async with pool.acquire() as connection:
            return await queries.everybody(connection)

    found = _with_pool(read)
    for who in found:
        print(f"{who.email:<34} {who.name:<26} {who.role:<16} {'disabled' if who.disabled_at else 'active'}")
    if not found:
        print("Nobody yet. `medicalcor users add` makes the first account.")


@users.command()
@click.argument("email")
def disable(email: str) -> None:
    """End somebody's sessions and let them in no more."""
    _with_pool(lambda pool: accounts.disable(pool, email=email))
    print("Disabled; open sessions are over.")


@users.command()
@click.argument("email")
def unlock(email: str) -> None:
    """Forget somebody's failed tries."""
    vault = Vault(load_settings().require("medicalcor_master_key"))
    _with_pool(lambda pool: accounts.unlock(pool, vault=vault, email=email))
    print("Unlocked.")


def _with_pool(act: Callable[[Pool], Awaitable[T]]) -> T:
    async def run() -> T:
        pool = await open_pool(
            load_settings().require("database_url"), role="medicalcor_app", name="medicalcor-users"
        )
        try:
            return await act(pool)
        finally:
            await pool.close()

    return asyncio.run(run())
