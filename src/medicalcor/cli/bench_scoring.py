"""`medicalcor bench scoring`: how right and how fast the rules are on labelled cases."""

import json
import sys
from pathlib import Path

import click

from medicalcor.core import clock
from medicalcor.domain.scoring.figures import Judged, measured
from medicalcor.domain.scoring.labelled import Labelled, UnreadableCase, parse_labelled
from medicalcor.domain.scoring.rules import VERSION
from medicalcor.domain.scoring.rules import score as judge
from medicalcor.schemas.scoring import ScoringInput, Turn

_A_GREETING = ScoringInput(channel="whatsapp", messages=(Turn(role="user", content="Hallo Unbekanntes"),))


@click.command()
@click.option(
    "--file",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Labelled cases, one JSON object a line.",
)
def scoring(*, file: Path) -> None:
    """Measure the scoring rules on labelled cases and print the figures as JSON.

    Lines that cannot be read are named on standard error; the figures are of the others, and the command ends with
    code 1.
    """
    cases, unreadable = _read(file)
    judge(_A_GREETING)  # reads the lexicon, which a running service has long done
    started, worked = clock.monotonic(), clock.cpu_seconds()
    judged = [Judged(case, judge(case.facts)) for case in cases]
    taken, worked = clock.monotonic() - started, clock.cpu_seconds() - worked
    messages = sum(len(case.facts.messages) for case in cases)
    figures = measured(judged) | {
        "lexicon": VERSION,
        "messages_per_second": round(messages / taken) if messages else None,
        "messages_per_second_of_one_core": round(messages / worked) if messages else None,
    }
    click.echo(json.dumps(figures, indent=2))
    if unreadable:
        sys.exit(1)


def _read(file: Path) -> tuple[list[Labelled], int]:
    cases, unreadable = [], 0
    for number, line in enumerate(file.read_text("utf-8", errors="replace").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            cases.append(parse_labelled(line))
        except UnreadableCase as problem:
            unreadable += 1
            click.echo(f"Line {number} was passed over: {problem}.", err=True)
    return cases, unreadable
