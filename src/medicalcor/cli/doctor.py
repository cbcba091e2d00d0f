"""`medicalcor doctor`: everything that is missing or wrong, at once, with what it stops."""

import json
import sys
from collections.abc import Iterable

import click

from medicalcor.cli import checks
from medicalcor.cli.checks import Finding, Level
from medicalcor.core.settings import Settings

_WORDS = {Level.WRONG: "WRONG", Level.NEEDED: "MISSING", Level.OFF: "off", Level.FINE: "ok"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(as_json: bool) -> None:
    """Name every setting that is missing or wrong, and what does not work without it.

    Ends with 1 when something needed is missing or wrong; what is merely switched off is not.
    """
    findings = checks.everything()
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2, ensure_ascii=False))
    else:
        _print(findings)
    if any(finding.level in (Level.WRONG, Level.NEEDED) for finding in findings):
        sys.exit(1)


def needed_but_missing(settings: Settings) -> list[str]:
    """Names of settings without which nothing starts."""
    return [finding.name for finding in checks.of_settings(settings) if finding.level is Level.NEEDED]


def _print(findings: Iterable[Finding]) -> None:
    ordered = sorted(findings, key=lambda finding: list(_WORDS).index(finding.level))
    usual = [finding for finding in ordered if finding.usual]
    ordered = [finding for finding in ordered if not finding.usual]
    width = max(len(finding.name) for finding in ordered)
    for finding in ordered:
        click.echo(f"{_WORDS[finding.level]:<8} {finding.name:<{width}}  {finding.says}")
    bad = [finding for finding in ordered if finding.level in (Level.WRONG, Level.NEEDED)]
    click.echo(f"\n{len(usual)} more settings have their usual values; docs/reference/settings.md lists all.")
    click.echo(
        f"{len(bad)} to mend before it can run; `medicalcor demo` needs none of them."
        if bad
        else "Nothing needed is missing."
    )
