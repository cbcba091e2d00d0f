"""Keys that the settings ask for."""

import click

from medicalcor.core import ids


@click.group()
def keys() -> None:
    """Make the keys that the settings ask for."""


@keys.command()
def new() -> None:
    """Print a fresh MEDICALCOR_MASTER_KEY and API_SECRET_KEY.

    Keep the master key apart from the database and its backups: whoever has both can read everything, and
    without it nothing personal can be read again.
    """
    from medicalcor.core.crypto.vault import new_master_key

    click.echo(f"MEDICALCOR_MASTER_KEY={new_master_key()}")
    click.echo(f"API_SECRET_KEY={ids.token()}")
