"""`medicalcor score`: conversations in, judgements out, by the rules alone."""

import json
import sys
from typing import Any

import click

from medicalcor.domain.scoring.labelled import UnreadableCase, parse_case
from medicalcor.domain.scoring.rules import score as judge
from medicalcor.domain.scoring.table import would_change
from medicalcor.schemas.scoring import ScoringOutput


def prediction(case_id: str, judged: ScoringOutput) -> dict[str, Any]:
    return {
        "id": case_id,
        "score": judged.score,
        "classification": judged.classification.value,
        "procedures": [code.value for code in judged.procedures],
        "budget": judged.budget,
        "intent_to_book": judged.intent_to_book,
        "urgency": judged.urgency.value,
        "emergency": judged.emergency,
        "opt_out": judged.opt_out,
        "language": judged.language,
        "confidence": judged.confidence,
        "evidence": [found.model_dump(mode="json") for found in judged.evidence],
        "would_change": [change.model_dump(mode="json") for change in would_change(judged)],
    }


@click.command()
@click.option("--jsonl", is_flag=True, required=True, help="Read and write one JSON object a line.")
def score(*, jsonl: bool) -> None:
    """Score conversations from standard input by the rules: no network, no model.

    Writes one line for each case. A line that cannot be read is named on standard error, the
    others are still answered, and the command ends with code 1.
    """
    del jsonl  # the only form there is; asked for so that a later one changes nothing
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a text stream, whatever the locale
    unreadable = 0
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            case_id, facts = parse_case(line)
        except UnreadableCase as error:
            unreadable += 1
            click.echo(f"Line {number} was passed over: {error}.", err=True)
            continue
        click.echo(json.dumps(prediction(case_id, judge(facts)), ensure_ascii=False))
    if unreadable:
        sys.exit(1)
