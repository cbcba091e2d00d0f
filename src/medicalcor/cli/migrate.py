"""Migrations as a command: run it as the database's owner before new code starts."""

import asyncio

import click

from medicalcor.core.settings import load_settings


@click.command()
def migrate() -> None:
    """Bring DATABASE_URL up to date; running it again does nothing."""
    url = load_settings().require("database_url")
    applied = run(url)
    click.echo("\n".join(f"applied {name}" for name in applied) if applied else "the database is up to date")


def run(url: str) -> list[str]:
    """The workflow engine's own, which ours build on, then ours; names of ours that were applied."""
    from medicalcor.core.database.migrate import migrate as migrate_own
    from medicalcor.workflows import engine

    engine.migrate(url)
    return asyncio.run(migrate_own(url))
