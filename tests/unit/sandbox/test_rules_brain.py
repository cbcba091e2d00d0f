"""The sandbox's OpenAI, thinking with the product's rules."""

import json

import pytest

from medicalcor.cli.sandbox import RulesBrain, approved_templates
from medicalcor.domain.language.detect import detect
from medicalcor.domain.scoring import prompt, rules
from medicalcor.schemas.scoring import ScoringInput, Turn

BRAIN = RulesBrain(clinic="Clinica Zâmbet", emergency_number="112")


def facts(*texts: str) -> ScoringInput:
    return ScoringInput(channel="whatsapp", messages=tuple(Turn(role="user", content=text) for text in texts))


@pytest.mark.parametrize(
    "text",
    [
        "Bună ziua! Aș vrea un implant dentar. Cât costă și când aș putea veni la o consultație?",
        "Hello, how much is teeth whitening?",
        "Guten Tag, was kosten Veneers bei Ihnen?",
        "Nu îmi mai scrieți, vă rog.",
        "Mulțumesc!",
    ],
)
def test_judges_what_the_prompt_carries_as_the_rules_would(text):
    asked = facts(text)
    judged = prompt.AiJudgement.model_validate(BRAIN.judge(prompt.messages(asked)))
    scored = rules.score(asked)
    assert (judged.score, judged.language) == (scored.score, scored.language)
    assert prompt.combine(judged, scored).classification == scored.classification


def test_replies_in_the_patients_language_with_the_clinics_name():
    asked = facts("Guten Tag, was kostet eine Zahnaufhellung bei Ihnen?")
    scored = rules.score(asked)
    said = BRAIN.reply(prompt.reply_messages(asked, clinic="Clinica Zâmbet", language="de", scored=scored))
    assert "Clinica Zâmbet" in said
    assert detect(said) == "de"


@pytest.mark.parametrize("intent", ["emergency", "opt_out"])
def test_every_kind_of_reply_has_its_words(intent):
    texts = {"emergency": "I cannot breathe and my face is swollen", "opt_out": "Please stop messaging me"}
    assert BRAIN.reply([{"role": "user", "content": texts[intent]}])


def test_something_that_is_no_conversation_is_taken_as_said():
    assert BRAIN.judge([{"role": "user", "content": json.dumps({"task": "translate"})}])["score"] >= 1


def test_templates_have_numbered_places():
    for bodies in approved_templates().values():
        for body in bodies.values():
            assert "{{1}}" in body
            assert "{clinic}" not in body
