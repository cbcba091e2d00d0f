"""`medicalcor`: the door for people and for process supervisors.

A command's module is imported when the command is called, so that `medicalcor api` pays for the gateway alone.
"""

import importlib
from dataclasses import dataclass
from typing import Any

import click

from medicalcor.cli import environment
from medicalcor.core.errors import ProductError


@dataclass(frozen=True)
class Entry:
    """Where a command lives, and what the list of commands says about it."""

    target: str
    summary: str
    joins_demo: bool = False
    """Works on the running demo when DATABASE_URL is unset: its secrets and its database are taken over."""


_OF = "medicalcor.cli."
COMMANDS = {
    "demo": Entry(
        f"{_OF}demo:demo", "Everything on this machine, with a made-up clinic and simulated providers."
    ),
    "up": Entry(f"{_OF}up:up", "Gateway, worker and dashboard on this machine, with PostgreSQL if need be."),
    "api": Entry(f"{_OF}serve:api", "Serve the gateway: webhooks and the API."),
    "web": Entry(f"{_OF}serve:web", "Serve the dashboard."),
    "worker": Entry(f"{_OF}serve:worker", "Carry out the durable work."),
    "sandbox": Entry(f"{_OF}sandbox:sandbox", "Serve the simulated providers and the patient's phone."),
    "doctor": Entry(
        f"{_OF}doctor:doctor",
        "Name every setting that is missing or wrong, and what it stops.",
        joins_demo=True,
    ),
    "migrate": Entry(f"{_OF}migrate:migrate", "Bring the database up to date.", joins_demo=True),
    "seed": Entry(f"{_OF}seed:seed", "Fill an empty database with a demo clinic.", joins_demo=True),
    "users": Entry(f"{_OF}users:users", "Add people who may sign in; reset passwords.", joins_demo=True),
    "keys": Entry(f"{_OF}keys:keys", "Make the keys that the settings ask for."),
    "apikeys": Entry(
        f"{_OF}apikeys:apikeys",
        "Make, list and revoke the keys of systems that call the API.",
        joins_demo=True,
    ),
    "calendars": Entry(
        f"{_OF}calendars:calendars",
        "Make, list and revoke the addresses that calendar programs read at.",
        joins_demo=True,
    ),
    "events": Entry(
        f"{_OF}events:events", "List, show, verify and rebuild from the event log.", joins_demo=True
    ),
    "effects": Entry(
        f"{_OF}effects:effects", "What waits to go out, what did not go, and why.", joins_demo=True
    ),
    "bookings": Entry(
        f"{_OF}bookings:bookings",
        "Why visits have their times, and why wishes were refused.",
        joins_demo=True,
    ),
    "runs": Entry(f"{_OF}runs:runs", "What the workers do and did; try again what failed.", joins_demo=True),
    "simulate": Entry(f"{_OF}simulate:simulate", "Be a patient: post signed webhooks.", joins_demo=True),
    "score": Entry(f"{_OF}score:score", "Score messages by the rules alone, offline."),
    "bench": Entry(f"{_OF}bench:bench", "Measure the gateway and whole flows."),
}


class Commands(click.Group):
    """Lists without importing, imports what is called, and says foreseen errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        found = super().resolve_command(ctx, args)
        if found[0] and COMMANDS[found[0]].joins_demo:
            environment.join_demo()
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            environment.end_with_supervisor()
            return super().invoke(ctx)
        except ProductError as problem:
            raise click.ClickException(problem.message) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="medicalcor")
def commands() -> None:
    """MedicalCor: the CRM that clinics win and keep patients with."""


def main() -> None:
    commands(prog_name="medicalcor")
