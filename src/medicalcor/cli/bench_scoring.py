"""`medicalcor bench scoring`: how right and how fast the rules are on labelled cases."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from medicalcor.cli.score import parse_case, prediction
from medicalcor.core import clock
from medicalcor.domain.scoring.rules import VERSION
from medicalcor.domain.scoring.rules import score as judge

_CLASSES = ("HOT", "WARM", "COLD", "UNQUALIFIED")
Pair = tuple[dict[str, Any], dict[str, Any]]
"""A case's labels and what was predicted for it."""


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _accuracy(pairs: Sequence[Pair], field: str) -> float | None:
    return _ratio(sum(want[field] == got[field] for want, got in pairs), len(pairs))


def _detection(pairs: Iterable[Pair], holds: Callable[[dict[str, Any]], bool]) -> dict[str, float | None]:
    """Recall, precision and F1 of a yes-or-no question asked of labels and predictions alike."""
    counts = Counter((holds(want), holds(got)) for want, got in pairs)
    hits, missed, wrong = counts[True, True], counts[True, False], counts[False, True]
    return {
        "recall": _ratio(hits, hits + missed),
        "precision": _ratio(hits, hits + wrong),
        "f1": _ratio(2 * hits, 2 * hits + missed + wrong),
    }


def _macro_f1(pairs: Sequence[Pair]) -> float | None:
    scores = [
        _detection(pairs, lambda case, name=name: case["classification"] == name)["f1"] or 0.0  # type: ignore[misc]  # bound now, not later
        for name in _CLASSES
        if any(want["classification"] == name for want, _ in pairs)
    ]
    return _ratio(sum(scores), len(scores))


def _procedures_f1(pairs: Iterable[Pair]) -> float | None:
    hits = wrong = missed = 0
    for want, got in pairs:
        wanted, found = set(want["procedures"]), set(got["procedures"])
        hits, wrong, missed = (
            hits + len(wanted & found),
            wrong + len(found - wanted),
            missed + len(wanted - found),
        )
    return _ratio(2 * hits, 2 * hits + wrong + missed)


def _figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    return {
        "cases": len(pairs),
        "accuracy": _accuracy(pairs, "classification"),
        "macro_f1": _macro_f1(pairs),
        "score_accuracy": _accuracy(pairs, "score"),
        "hot": _detection(pairs, lambda case: case["classification"] == "HOT"),
        "procedures_f1": _procedures_f1(pairs),
        "budget_f1": _detection(pairs, lambda case: case["budget"])["f1"],
        "intent_to_book_f1": _detection(pairs, lambda case: case["intent_to_book"])["f1"],
        "urgency_accuracy": _accuracy(pairs, "urgency"),
        "emergency": _detection(pairs, lambda case: case["emergency"]),
        "opt_out": _detection(pairs, lambda case: case["opt_out"]),
        "language_accuracy": _accuracy(pairs, "language"),
    }


def _reliability(rights: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """How often the class was right at each level of confidence; `error` is the mean gap between
    the two, weighted by how many judgements lie at the level."""
    levels: dict[float, list[tuple[float, bool]]] = {}
    for sure, right in rights:
        levels.setdefault(min(int(sure * 10), 9) / 10, []).append((sure, right))
    table = [
        {
            "from": level,
            "cases": len(held),
            "confidence": round(sum(sure for sure, _ in held) / len(held), 4),
            "accuracy": round(sum(right for _, right in held) / len(held), 4),
        }
        for level, held in sorted(levels.items())
    ]
    gaps = sum(row["cases"] * abs(row["confidence"] - row["accuracy"]) for row in table)
    return {"levels": table, "error": _ratio(gaps, len(rights))}


@click.command()
@click.option(
    "--file",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Labelled cases, one JSON object a line.",
)
def scoring(*, file: Path) -> None:
    """Measure the scoring rules on labelled cases and print the figures as JSON."""
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    cases = [parse_case(line) for line in lines]
    labels = [json.loads(line) for line in lines]
    judge(cases[0][1])  # reads the lexicon, which a running service has long done
    started = clock.monotonic()
    judged = [judge(facts) for _, facts in cases]
    taken = clock.monotonic() - started
    pairs = [
        (want, prediction(case_id, got))
        for want, (case_id, _), got in zip(labels, cases, judged, strict=True)
    ]
    languages = sorted({want["language"] for want in labels})
    rights = [
        (got.confidence, want["classification"] == got.classification)
        for want, got in zip(labels, judged, strict=True)
    ]
    figures = _figures(pairs) | {
        "reliability": _reliability(rights),
        "lexicon": VERSION,
        "messages_per_second": round(sum(len(facts.messages) for _, facts in cases) / taken),
        "by_language": {
            language: _figures([pair for pair in pairs if pair[0]["language"] == language])
            for language in languages
        },
    }
    click.echo(json.dumps(figures, indent=2))
