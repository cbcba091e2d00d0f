"""Vapi's messages in all their shapes, and what must not be kept of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medicalcor.schemas.wire import vapi
from medicalcor.schemas.wire.vapi_secrets import without_secrets

SPECS = Path(__file__).parents[5] / "shared" / "providers" / "specs"
SID = "CA" + "5" * 32
CALL = {
    "id": "0b0e7c1e-5f58-4d36-9a55-0c6b7a4d9e01",
    "type": "inboundPhoneCall",
    "customer": {"number": "+40722000001"},
    "phoneCallProviderId": SID,
}


def message(kind: str, **fields: Any) -> vapi.ServerMessage:
    return vapi.server_message(
        {"message": {"type": kind, "timestamp": 1795500000000, "call": CALL, **fields}}
    )


ARGUMENTS = {"day": "2026-12-01", "near": {"hour": 9}}
SHAPES = {
    "function with text": {
        "toolCallList": [
            {"id": "t1", "type": "function", "function": {"name": "f", "arguments": json.dumps(ARGUMENTS)}}
        ]
    },
    "function with object": {
        "toolCallList": [{"id": "t1", "function": {"name": "f", "arguments": ARGUMENTS}}]
    },
    "flat arguments": {"toolCallList": [{"id": "t1", "name": "f", "arguments": ARGUMENTS}]},
    "flat parameters": {"toolCallList": [{"id": "t1", "name": "f", "parameters": ARGUMENTS}]},
    "older name of the list": {
        "toolCalls": [{"id": "t1", "function": {"name": "f", "arguments": ARGUMENTS}}]
    },
    "only with its tool": {
        "toolCallList": [],
        "toolWithToolCallList": [
            {"name": "f", "toolCall": {"id": "t1", "function": {"name": "f", "parameters": ARGUMENTS}}}
        ],
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_one_normaliser_for_all_shapes(shape: str) -> None:
    read = message("tool-calls", **SHAPES[shape])
    assert isinstance(read, vapi.ToolCalls)
    assert read.calls == (vapi.ToolCall(id="t1", name="f", arguments=ARGUMENTS),)
    assert read.key == f"{CALL['id']}:tool-calls:t1"
    assert not read.legacy


def test_the_legacy_function_call_has_no_id() -> None:
    read = message("function-call", functionCall={"name": "f", "parameters": ARGUMENTS})
    assert isinstance(read, vapi.ToolCalls)
    assert read.legacy
    assert read.calls == (vapi.ToolCall(id=None, name="f", arguments=ARGUMENTS),)


@pytest.mark.parametrize("given_", ['{"day": ', "[1]", 7, ["x"]])
def test_arguments_that_are_no_object_are_marked(given_: Any) -> None:
    read = message("tool-calls", toolCallList=[{"id": "t1", "name": "f", "arguments": given_}])
    assert isinstance(read, vapi.ToolCalls)
    assert read.calls[0].unreadable
    assert read.calls[0].arguments == {}


@pytest.mark.parametrize("given_", [None, "", " "])
def test_no_arguments_are_an_empty_object(given_: Any) -> None:
    read = message("tool-calls", toolCallList=[{"id": "t1", "name": "f", "arguments": given_}])
    assert isinstance(read, vapi.ToolCalls)
    assert read.calls == (vapi.ToolCall(id="t1", name="f"),)


def test_what_all_have_in_common() -> None:
    read = message("hang")
    assert isinstance(read, vapi.Hang)
    assert read.caller == "+40722000001"
    assert read.call is not None
    assert read.call.twilio_sid == SID
    assert read.at is not None
    assert read.at.isoformat() == "2026-11-24T06:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "sid"),
    [
        ({"phoneCallProviderId": "a-sip-call"}, None),
        ({"phoneCallProviderId": "a-sip-call", "transport": {"callSid": SID}}, SID),
        ({"phoneCallProviderId": None, "assistantOverrides": {"variableValues": {"X-Call-Sid": SID}}}, SID),
        ({"phoneCallProviderId": None, "artifact": {"variableValues": {"callSid": SID, "n": 1}}}, SID),
        ({"phoneCallProviderId": None, "artifact": {"variableValues": {"callSid": "CA-no"}}}, None),
    ],
)
def test_twilios_id_of_the_call_wherever_it_stands(fields: dict[str, Any], sid: str | None) -> None:
    read = message("hang", call={**CALL, **fields})
    assert read.call is not None
    assert read.call.twilio_sid == sid


def test_a_final_transcript_by_type_or_by_field() -> None:
    by_type = message('transcript[transcriptType="final"]', role="user", transcript="Da")
    by_field = message("transcript", role="user", transcriptType="final", transcript="Da")
    partial = message("transcript", role="user", transcriptType="partial", transcript="D")
    assert isinstance(by_type, vapi.Transcript)
    assert isinstance(by_field, vapi.Transcript)
    assert isinstance(partial, vapi.Transcript)
    assert (by_type.final, by_field.final, partial.final) == (True, True, False)
    assert by_type.kind == by_field.kind == "transcript"


def test_an_end_of_call_report() -> None:
    said = [
        {"role": "bot", "message": "Bună ziua", "secondsFromStart": 0.4},
        {"role": "tool_calls", "toolCalls": []},
        {"role": "user", "message": "Vreau un implant", "secondsFromStart": 2.5},
    ]
    report = message(
        "end-of-call-report",
        endedReason="customer-ended-call",
        startedAt="2026-11-24T14:40:00.000Z",
        endedAt="2026-11-24T14:41:30.000Z",
        cost=0.2,
        analysis={"summary": "Implant", "successEvaluation": "true"},
        artifact={"transcript": "AI: …", "messages": said},
    )
    assert isinstance(report, vapi.EndOfCallReport)
    assert report.seconds == 90
    assert [turn.message for turn in report.turns] == ["Bună ziua", "Vreau un implant"]
    assert report.key == f"{CALL['id']}:end-of-call-report"
    assert vapi.outcome_of(report.ended_reason) == "completed"


def test_a_new_kind_is_kept_and_so_is_a_known_one_that_does_not_fit() -> None:
    new = message("weather-update", sky="blue")
    broken = message("status-update", status={"not": "a word"})
    assert type(new) is vapi.ServerMessage
    assert type(broken) is vapi.ServerMessage
    assert broken.kind == "status-update"


@pytest.mark.parametrize(
    "body", [None, [], {}, {"message": None}, {"message": {}}, {"message": {"type": ""}}]
)
def test_without_a_message_there_is_nothing_to_read(body: Any) -> None:
    with pytest.raises(ValidationError):
        vapi.server_message(body)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("customer-did-not-answer", "no_answer"),
        ("assistant-forwarded-call", "handed_over"),
        ("assistant-request-returned-error", "refused_by_us"),
        ("call.in-progress.error-vapifault-openai-llm-failed", "failed"),
        ("a-reason-of-next-year", "unknown"),
        (None, "unknown"),
    ],
)
def test_reasons_in_few_words(reason: str | None, outcome: str) -> None:
    assert vapi.outcome_of(reason) == outcome


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "timestamp",
        "call",
        "toolCallList",
        "functionCall",
        "status",
        "artifact",
        "analysis",
        "role",
        "transcript",
    ]
)


@given(kind=st.sampled_from(sorted(vapi._KINDS)), fields=st.dictionaries(FIELDS, JSON, max_size=5))
def test_whatever_the_fields_hold_the_message_is_read(kind: str, fields: dict[str, Any]) -> None:
    read = vapi.server_message({"message": {**fields, "type": kind}})
    assert read.kind == kind
    assert read.key
    assert read.at is None or read.at.year >= 2020


def test_secrets_are_taken_out_at_any_depth() -> None:
    number = {
        "provider": "twilio",
        "number": "+40310000001",
        "twilioAccountSid": "AC1",
        "twilioAuthToken": "hush",
        "twilioApiKey": "hush",
        "twilioApiSecret": "hush",
        "server": {"url": "https://clinic.example", "headers": {"X-Key": "hush"}, "secret": "hush"},
    }
    call = {
        **CALL,
        "phoneNumber": number,
        "monitor": {"listenUrl": "wss://hush", "controlUrl": "https://hush"},
    }
    artifact = {"presignedMonoUrl": "https://hush", "transcript": "bună", "recordingUrl": "https://hush"}
    raw = {
        "message": {
            "type": "hang",
            "phoneNumber": number,
            "call": call,
            "artifact": artifact,
            "costs": [{"promptTokens": 4, "transport": {"callToken": "hush"}}],
        }
    }
    kept = without_secrets(raw)
    assert "hush" not in json.dumps(kept)
    assert kept["message"]["phoneNumber"] == {
        "provider": "twilio",
        "number": "+40310000001",
        "twilioAccountSid": "AC1",
    }
    assert kept["message"]["artifact"] == {"transcript": "bună"}
    assert kept["message"]["costs"] == [{"promptTokens": 4, "transport": {}}]
    assert raw["message"]["phoneNumber"] is number, "what was given is not changed"


@given(JSON)
def test_what_holds_no_secret_is_left_as_it_is(value: Any) -> None:
    assert without_secrets(without_secrets(value)) == without_secrets(value)


def test_the_official_shapes_are_read() -> None:
    path = SPECS / "vapi" / "server_messages.own.json"
    if not path.is_file():
        pytest.skip("the provider specifications are not beside this repository")
    for name, body in json.loads(path.read_text(encoding="utf-8"))["messages"].items():
        read = vapi.server_message(without_secrets(body))
        assert type(read) is not vapi.ServerMessage, name
        assert read.caller
        assert "MUST-BE-REDACTED" not in json.dumps(without_secrets(body))
        if isinstance(read, vapi.ToolCalls):
            assert [(call.name, call.arguments) for call in read.calls] == [
                ("find_slots", {"day": "2026-11-24"})
            ]
