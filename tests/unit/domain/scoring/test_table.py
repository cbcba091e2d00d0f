"""What would change the class: true of the table, and no more than needed."""

from typing import Any

import pytest
from scoring_conversations import facts_of, said

from medicalcor.domain.scoring.rules import score
from medicalcor.domain.scoring.table import would_change
from medicalcor.schemas.common import Classification


def changes(*texts: str) -> set[tuple[str, tuple[str, ...], str]]:
    return {(one.change, one.signs, one.classification.value) for one in would_change(score(said(*texts)))}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cat costa un implant?", ("without", ("procedure:implant",), "COLD")),
        ("cat costa un implant?", ("without", ("budget",), "WARM")),
        ("mă doare o măsea", ("without", ("acute",), "COLD")),
        ("cat costa un detartraj?", ("with", ("book",), "HOT")),
        ("ce preturi aveti?", ("with", ("procedure",), "WARM")),
        ("do you do implants?", ("with", ("budget",), "HOT")),
        ("nu mă mai contactați, voiam un implant", ("without", ("opt_out",), "WARM")),
    ],
)
def test_what_would_change_the_class(text: str, told: tuple[str, tuple[str, ...], str]) -> None:
    assert told in changes(text)


def test_two_reasons_for_hot_go_together() -> None:
    told = changes("cat costa un implant? vreau programare maine")
    assert ("without", ("book", "budget"), "WARM") in told
    assert ("without", ("budget",), "WARM") not in told


def test_every_class_named_is_another_one_and_no_set_holds_a_smaller(own_cases: list[dict[str, Any]]) -> None:
    order = [Classification.UNQUALIFIED, Classification.COLD, Classification.WARM, Classification.HOT]
    for case in own_cases:
        got = score(facts_of(case))
        found = would_change(got)
        for one in found:
            assert Classification.of(one.score) == one.classification
            if one.change == "with":
                assert order.index(one.classification) > order.index(got.classification)
            elif got.score > 1:
                assert order.index(one.classification) < order.index(got.classification)
        without = [set(one.signs) for one in found if one.change == "without"]
        assert not any(one < other for one in without for other in without)


def test_every_hot_lead_says_what_it_stands_on(own_cases: list[dict[str, Any]]) -> None:
    for case in own_cases:
        got = score(facts_of(case))
        if got.classification == Classification.HOT:
            assert any(one.change == "without" for one in would_change(got)), case["id"]


def test_a_judgement_that_contradicts_itself_is_not_explained() -> None:
    got = score(said("cat costa un implant?"))
    assert would_change(got.model_copy(update={"score": 2, "classification": Classification.COLD})) == ()
