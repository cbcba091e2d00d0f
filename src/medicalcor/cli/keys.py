"""Keys that the settings ask for."""

import base64

import click

from medicalcor.core import ids

MASTER_KEY_BYTES = 32


def new_master_key() -> str:
    return base64.b64encode(ids.random_bytes(MASTER_KEY_BYTES)).decode()


@click.group()
def keys() -> None:
    """Make the keys that the settings ask for."""


@keys.command()
def new() -> None:
    """Print a fresh MEDICALCOR_MASTER_KEY and API_SECRET_KEY.

    Keep the master key apart from the database and its backups: whoever has both can read everything, and
    without it nothing personal can be read again.
    """
    click.echo(f"MEDICALCOR_MASTER_KEY={new_master_key()}")
    click.echo(f"API_SECRET_KEY={ids.token()}")
