"""`medicalcor up`: the system for one machine."""

import sys
from collections.abc import Sequence

import click

from medicalcor.cli import doctor, environment, system
from medicalcor.cli.system import Run, System
from medicalcor.core import clock
from medicalcor.core.errors import MissingSetting
from medicalcor.core.settings import load_settings


@click.command()
def up() -> None:
    """Run gateway, worker and dashboard here until Ctrl-C, with PostgreSQL when DATABASE_URL is unset.

    The database and the logs are in MEDICALCOR_DATA_DIR (.medicalcor).
    """
    settings = load_settings()
    missing = doctor.needed_but_missing(settings)
    if missing:
        raise MissingSetting(f"{', '.join(missing)} must be set. `medicalcor doctor` says what for.")
    Run(
        System(
            settings=settings,
            data_dir=environment.data_dir(),
            programs=system.core_programs(settings),
            ports=system.core_ports(settings),
            prepare=system.migrate,
            announce=_announce,
        ),
        say=say,
    ).until_stopped()


def say(text: str) -> None:
    click.echo(f"  {text}")
    sys.stdout.flush()


def table(run: Run, rows: Sequence[tuple[str, str]]) -> None:
    """The addresses, once everything answers."""
    seconds = clock.monotonic() - run.began
    width = max(len(name) for name, _ in rows)
    click.echo(f"\nMedicalCor is ready ({seconds:.1f} s). Ctrl-C stops everything.\n")
    for name, value in rows:
        click.echo(f"  {name:<{width}}  {value}")
    click.echo("")
    sys.stdout.flush()


def addresses(run: Run) -> list[tuple[str, str]]:
    settings = run.system.settings
    return [
        ("Dashboard", f"http://127.0.0.1:{settings.web_port}"),
        ("Gateway", f"http://127.0.0.1:{settings.api_port}"),
        ("Logs", str(run.logs())),
    ]


def _announce(run: Run) -> None:
    rows = addresses(run)
    rows.append(("Sign-in", "`medicalcor users add` makes the first one"))
    table(run, rows)
