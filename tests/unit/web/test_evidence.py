"""Which passages are shown for a score."""

from collections.abc import Sequence

import pytest

from medicalcor.core import clock, ids
from medicalcor.readmodels.leads.queries import Score
from medicalcor.web.pages.leads.view import evidence_of


def _shown(*marks: tuple[int, int, str], procedures: Sequence[str] = ()) -> list[str]:
    evidence = [{"turn": 0, "start": start, "end": end, "means": means} for start, end, means in marks]
    score = Score(
        id=ids.new_id(),
        message_id=ids.new_id(),
        at=clock.now(),
        scorer="rules",
        why="ai_off",
        version="1",
        score=4,
        classification="HOT",
        confidence=0.9,
        output={"evidence": evidence, "procedures": list(procedures)},
        rules_score=None,
        agreed=None,
        turns=(),
    )
    return [item["means"] for item in evidence_of(score)]


def test_part_of_an_emergency_is_not_said_twice() -> None:
    whole, part, apart = (
        (5, 40, "emergency:bleeding"),
        (5, 14, "acute:bleeding"),
        (50, 60, "acute:pain"),
    )
    assert _shown(part, whole, apart) == ["emergency:bleeding", "acute:pain"]


@pytest.mark.parametrize(("procedure", "shown"), [("veneers", ["many:bare"]), ("whitening", [])])
def test_a_lone_number_is_of_teeth_only_where_teeth_are_counted(procedure: str, shown: list[str]) -> None:
    assert _shown((0, 2, "many:bare"), procedures=[procedure]) == shown


def test_without_a_score_nothing_is_shown() -> None:
    assert evidence_of(None) == []
