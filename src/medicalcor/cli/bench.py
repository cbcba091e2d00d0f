"""`medicalcor bench`: figures, measured, as JSON."""

import click

from medicalcor.cli.bench_booking import booking
from medicalcor.cli.bench_consent import consent
from medicalcor.cli.bench_flow import flow
from medicalcor.cli.bench_gateway import gateway
from medicalcor.cli.bench_isolation import isolation
from medicalcor.cli.bench_scoring import scoring
from medicalcor.cli.bench_slots import slots


@click.group()
def bench() -> None:
    """Measure. These machines are noisy: compare ratios, and runs of the same hour."""


bench.add_command(flow)
bench.add_command(gateway)
bench.add_command(isolation)
bench.add_command(scoring)
bench.add_command(slots)
bench.add_command(booking)
bench.add_command(consent)
