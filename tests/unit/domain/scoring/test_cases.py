"""The rules against labelled conversations: ours, and the shared ones where they are present."""

from collections.abc import Callable
from typing import Any

import pytest
from scoring_conversations import facts_of

from medicalcor.domain.scoring.rules import score
from medicalcor.schemas.scoring import ScoringOutput

Cases = list[dict[str, Any]]


@pytest.fixture(params=["own_cases", "shared_cases"])
def judged(request: pytest.FixtureRequest) -> list[tuple[dict[str, Any], ScoringOutput]]:
    cases: Cases = request.getfixturevalue(request.param)
    return [(case, score(facts_of(case))) for case in cases]


Judged = list[tuple[dict[str, Any], ScoringOutput]]


def share(judged: Judged, right: Callable[[dict[str, Any], ScoringOutput], bool]) -> float:
    return sum(right(case, got) for case, got in judged) / len(judged)


def test_there_are_enough_cases_in_every_language(own_cases: Cases) -> None:
    counts: dict[str, int] = {}
    for case in own_cases:
        counts[case["language"]] = counts.get(case["language"], 0) + 1
    assert len(own_cases) >= 250
    assert min(counts[language] for language in ("ro", "en", "de", "it", "fr", "es", "hu")) >= 10


def test_classification(judged: Judged) -> None:
    assert share(judged, lambda case, got: got.classification == case["classification"]) >= 0.95


def test_score_and_procedures(judged: Judged) -> None:
    assert share(judged, lambda case, got: got.score == case["score"]) >= 0.95
    assert share(judged, lambda case, got: [*got.procedures] == case["procedures"]) >= 0.93


def test_budget_booking_urgency(judged: Judged) -> None:
    assert share(judged, lambda case, got: got.budget == case["budget"]) >= 0.95
    assert share(judged, lambda case, got: got.intent_to_book == case["intent_to_book"]) >= 0.95
    assert share(judged, lambda case, got: got.urgency == case["urgency"]) >= 0.95


def test_every_emergency_and_no_other(judged: Judged) -> None:
    missed = [case["id"] for case, got in judged if case["emergency"] and not got.emergency]
    wrong = [case["id"] for case, got in judged if got.emergency and not case["emergency"]]
    assert missed == []
    assert len(wrong) <= 2


def test_every_opt_out_and_no_other(judged: Judged) -> None:
    assert [case["id"] for case, got in judged if got.opt_out != case["opt_out"]] == []


def test_language_of_the_last_message(judged: Judged) -> None:
    assert share(judged, lambda case, got: got.language == case["language"]) >= 0.98


def test_evidence_quotes_the_patient_exactly(judged: Judged) -> None:
    for case, got in judged:
        for found in got.evidence:
            turn = case["messages"][found.turn]
            assert turn["role"] == "user"
            assert turn["content"][found.start : found.end] == found.text
            assert found.text


def test_confidence_is_higher_where_the_rules_are_right(judged: Judged) -> None:
    sure = [got for case, got in judged if got.confidence >= 0.9]
    assert len(sure) > len(judged) / 2
    assert all(0.4 <= got.confidence <= 1 for _, got in judged)
