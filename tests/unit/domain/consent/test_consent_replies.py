"""The labelled replies: no wish for silence is missed, next to nothing is decided wrongly, most plain answers are read."""

from pathlib import Path

import pytest

from medicalcor.cli.bench_consent import judged, load

FOLDER = Path(__file__).parent
SETS = sorted(FOLDER.glob("replies_*.toml"))


@pytest.mark.parametrize("file", SETS, ids=lambda file: file.stem)
def test_no_wish_for_silence_is_missed(file: Path) -> None:
    assert judged(load(file))["missed_opt_outs"] == []


def test_at_most_one_in_two_hundred_is_decided_wrongly() -> None:
    cases = [case for file in SETS for case in load(file)]
    assert len(cases) > 3300
    figures = judged(cases)
    assert figures["false_decisions"] <= 0.005, figures["decided_wrongly"]
    assert figures["plain_answers_read"] >= 0.98


def test_the_figures_count_what_is_wrong() -> None:
    """A measure that finds nothing wrong with wrong labels measures nothing."""
    figures = judged([("ro", "yes", "nu"), ("ro", "stop", "vreau un implant"), ("ro", "trap", "da")])
    assert (figures["false_decisions"], len(figures["missed_opt_outs"])) == (0.6667, 1)
