"""What the voice agent says and is told, in every language; and that every tool it knows is there."""

import re
from dataclasses import replace
from datetime import date

import pytest

from medicalcor.domain.voice import agent
from medicalcor.domain.voice.tools import BY_NAME, PREFIX, TOOLS
from medicalcor.operations.functions import FUNCTIONS
from medicalcor.schemas.common import LANGUAGES, Language

CLINIC = agent.Clinic("Clinica Aurora", "112", {"hours": "9-18 {x}", "prices": "Consultație 150"})
RECORDED = {
    "ro": "înregistrată",
    "en": "recorded",
    "de": "aufgezeichnet",
    "it": "registrata",
    "fr": "enregistré",
    "es": "se graba",
    "hu": "rögzítjük",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_greeting_names_the_clinic_and_says_that_the_call_is_recorded(language: Language) -> None:
    said = agent.greeting(CLINIC, language)
    assert "Clinica Aurora" in said
    assert RECORDED[language] in said
    assert "{" not in said
    unrecorded = agent.greeting(replace(CLINIC, records=False), language)
    assert "Clinica Aurora" in unrecorded
    assert RECORDED[language] not in unrecorded


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_instructions_hold_the_clinics_facts_and_all_rules(language: Language) -> None:
    told = agent.instructions(CLINIC, language, today=date(2026, 12, 3))
    for part in ("Clinica Aurora", "112", "9-18 {x}", "hours, prices", "hand_to_person", "request_callback"):
        assert part in told, part
    assert re.findall(r"^(\d)\.", told, re.MULTILINE) == list("123456")
    assert "2026-12-03" in told
    assert "book_appointment" in told
    assert "150" not in told, "prices come from the tool, when they are asked for"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_facts_a_call_back_is_offered(language: Language) -> None:
    told = agent.instructions(agent.Clinic("A", "112", {}), language, today=date(2026, 12, 3))
    assert "{" not in told
    assert agent.handing_over(language)
    assert agent.nobody_there(language)


def test_every_tool_has_its_function_and_a_schema() -> None:
    assert {PREFIX + name for name in BY_NAME} == {name for name in FUNCTIONS if name.startswith(PREFIX)}
    for tool in TOOLS:
        assert tool.description
        assert tool.parameters["type"] == "object"
        assert set(tool.parameters["required"]) <= set(tool.parameters["properties"])
