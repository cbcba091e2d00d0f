"""What Vapi is answered, held against its specification."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.integrations.vapi import replies
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.wire.vapi import ToolCall

SPEC = Path(__file__).parents[4] / "shared" / "providers" / "specs" / "vapi" / "vapi.trimmed.json"
TOOL = replies.Tool(
    name="find_slots",
    description="Free times on a day",
    parameters={"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]},
)
SERVER = replies.Server(url="https://clinic.example/webhooks/vapi", credential_id="5d1b4d92")
CALL = ToolCall(id="t1", name="find_slots")


def fits(value: Any, schema: str) -> None:
    if not SPEC.is_file():
        pytest.skip("the provider specifications are not beside this repository")
    document = json.loads(SPEC.read_text(encoding="utf-8"))
    pointer = f"#/components/schemas/{schema}"
    jsonschema.Draft202012Validator({"components": document["components"], "$ref": pointer}).validate(value)


def inline(language: Language) -> dict[str, Any]:
    return replies.assistant_inline(
        "Recepție",
        language=language,
        greeting="Bună ziua!",
        instructions="Ești la recepția clinicii.",
        tools=[TOOL],
        server=SERVER,
        model="gpt-5.5",
        record=True,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_assistant_for_each_language(language: Language) -> None:
    assistant = inline(language)["assistant"]
    assert assistant["transcriber"]["language"].startswith(language)
    assert assistant["voice"]["voiceId"].startswith(language)
    assert assistant["firstMessage"] == "Bună ziua!"
    fits(inline(language), "ServerMessageResponseAssistantRequest")
    # the specification gives the words of a backoff plan's type as those of an object: left out here
    fits({k: v for k, v in assistant["server"].items() if k != "backoffPlan"}, "Server")


def test_every_server_proves_itself_and_repeats_what_failed() -> None:
    assistant = inline("ro")["assistant"]
    [tool] = assistant["model"]["tools"]
    for server in (assistant["server"], tool["server"]):
        assert server["credentialId"] == "5d1b4d92"
        assert server["backoffPlan"]["maxRetries"] == 5
    assert "transcript" not in assistant["serverMessages"]
    assert set(tool["function"]) == {"name", "description", "parameters"}


@pytest.mark.parametrize(
    "answer",
    [
        replies.assistant_by_id("44444444-4444-4444-8444-444444444444", variables={"clinic": "Zâmbet"}),
        replies.refusal("Vă rugăm reveniți.\nMulțumim."),
        replies.destination("+40310000002", spoken="Vă fac legătura."),
        replies.destination("+40310000002"),
    ],
)
def test_the_other_answers_to_a_call(answer: dict[str, Any]) -> None:
    fits(answer, "ServerMessageResponseAssistantRequest")
    assert "\n" not in json.dumps(answer)


def test_results_of_tools() -> None:
    entries = [
        replies.done(CALL, result={"slots": ["09:30", "11:00"]}),
        replies.failed(ToolCall(id="t2", name="book"), error="Calendarul nu\nrăspunde."),
    ]
    answer = replies.results(entries)
    assert answer["results"] == [
        {"name": "find_slots", "toolCallId": "t1", "result": '{"slots": ["09:30", "11:00"]}'},
        {"name": "book", "toolCallId": "t2", "error": "Calendarul nu răspunde."},
    ]
    fits(answer, "ServerMessageResponseToolCalls")


def test_the_legacy_form_is_the_bare_result() -> None:
    one = ToolCall(id=None, name="find_slots")
    assert replies.results([replies.done(one, result="la 9")], legacy=True) == {"result": "la 9"}
    assert replies.results([replies.failed(one, error="nu")], legacy=True) == {"result": "nu"}


@given(st.text() | st.dictionaries(st.text(), st.text()) | st.lists(st.integers()))
def test_a_result_is_always_one_line_of_text(value: object) -> None:
    said = replies.done(CALL, result=value)["result"]
    assert isinstance(said, str)
    assert len(said.splitlines()) <= 1
