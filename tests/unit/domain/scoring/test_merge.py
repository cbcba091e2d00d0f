"""AI's answer and the rules' findings are one judgement, and what was kept of both gives the same again."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from medicalcor.domain.scoring import prompt
from medicalcor.schemas.common import LANGUAGES, Classification, Procedure, Urgency
from medicalcor.schemas.scoring import Evidence, Merge, ScoringOutput

JUDGEMENTS = st.builds(
    prompt.AiJudgement,
    score=st.integers(1, 5),
    reasoning=st.just("Canarescu asks for the price of an implant."),
    suggested_action=st.just("Call Canarescu."),
    procedures=st.lists(st.sampled_from(Procedure), max_size=3),
    budget=st.booleans(),
    intent_to_book=st.booleans(),
    urgency=st.sampled_from(Urgency),
    emergency=st.booleans(),
    opt_out=st.booleans(),
    language=st.sampled_from(sorted(LANGUAGES)),
    confidence=st.floats(0, 1),
)
INTENTS = ("prospect", "existing_patient", "not_a_patient", "opt_out", "emergency", "withdrawn", "smalltalk")


@st.composite
def by_rules(draw: Any) -> ScoringOutput:
    score = draw(st.integers(1, 5))
    return ScoringOutput(
        score=score,
        classification=Classification.of(score),
        confidence=0.8,
        reasoning="By rules.",
        suggested_action="Answer.",
        emergency=draw(st.booleans()),
        opt_out=draw(st.booleans()),
        language="ro",
        evidence=(Evidence(turn=0, start=0, end=9, text="Canarescu", means="procedure:implant"),),
        intent=draw(st.sampled_from(INTENTS)),
    )


@given(JUDGEMENTS, by_rules())
def test_what_was_kept_merges_to_the_same_and_loses_nothing(
    judgement: prompt.AiJudgement, rules: ScoringOutput
) -> None:
    try:
        output = prompt.combine(judgement, rules)
    except ValueError:
        assume(False)
    kept = prompt.made_of(judgement, rules).model_dump_json()
    assert "Canarescu" not in kept
    again = prompt.settled(Merge.model_validate_json(kept))
    words = {"reasoning", "suggested_action", "evidence"}
    assert again.model_dump(exclude=words) == output.model_dump(exclude=words)
    assert again.emergency or not rules.emergency
    assert again.opt_out or not rules.opt_out
