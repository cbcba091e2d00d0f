"""The supervisor over the embedded database and the sandbox alone: what is tested here is the supervising."""

import sys
from pathlib import Path

import click

from medicalcor.cli import environment
from medicalcor.cli.processes import Program
from medicalcor.cli.system import Port, Run, System
from medicalcor.core.errors import ProductError
from medicalcor.core.settings import load_settings


def say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


def main() -> None:
    settings = load_settings()
    url = f"http://127.0.0.1:{settings.sandbox_port}/_sandbox/calls"
    small = System(
        settings=settings,
        data_dir=environment.data_dir(),
        programs=[Program("sandbox", ready_url=url)],
        ports=[Port(settings.sandbox_port, "SANDBOX_PORT")],
        prepare=lambda _: None,
        announce=lambda run: say(f"ready {Path(run.logs()).name}"),
    )
    try:
        Run(small, say=say).until_stopped()
    except ProductError as problem:
        say(f"error: {problem.message}")
        sys.exit(1)


main()
