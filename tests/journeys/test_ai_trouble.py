"""The AI is off, slow, broken or talks nonsense: rules judge, the patient is answered, and the history says why."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.embedded import EmbeddedPostgres
from tests.journeys.conftest import make_database
from tests.journeys.test_whatsapp_message import COLD, HOT, WARM
from tests.stack import Stack


def scored(stack: Stack, phone: str) -> list[dict[str, Any]]:
    """Who judged, and why they did, as the history has it."""
    return stack.rows(
        "select d.payload #>> '{by,scorer}' as scorer, d.payload #>> '{by,why}' as why,"
        " d.payload ->> 'classification' as classification"
        " from domain_events d join addresses a on a.person_id = d.subject_id"
        " where d.type = 'lead.scored' and a.value = $1 order by d.position",
        phone,
    )


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "status", "status": 500}, "ai_error"),
        ({"kind": "status", "status": 401}, "ai_account"),
        ({"kind": "drop"}, "ai_error"),
        ({"kind": "drop_after"}, "ai_error"),
        ({"kind": "rate_limit"}, "ai_error"),
        ({"kind": "rate_limit", "code": "insufficient_quota"}, "ai_quota"),
        ({"kind": "nonsense"}, "ai_nonsense"),
        ({"kind": "nonsense", "content": "not even JSON"}, "ai_nonsense"),
        ({"kind": "malformed"}, "ai_nonsense"),
        ({"kind": "refusal"}, "ai_refused"),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else value,
)
def test_rules_judge_when_the_ai_fails(stack: Stack, phone: str, fault: dict[str, Any], why: str) -> None:
    stack.fault(provider="openai", **fault)
    stack.say(phone, WARM["ro"])
    stack.answered(phone)
    assert scored(stack, phone) == [{"scorer": "rules", "why": why, "classification": "WARM"}]


def test_a_patient_does_not_wait_for_a_slow_or_a_hanging_ai(
    stack: Stack, phone: str, other_phone: str
) -> None:
    stack.fault(provider="openai", kind="delay", seconds=120)
    stack.fault(provider="openai", kind="hang", seconds=120)
    stack.say(phone, WARM["ro"])
    stack.say(other_phone, WARM["de"])
    stack.answered(phone)
    stack.answered(other_phone)
    for who in (phone, other_phone):
        assert scored(stack, who) == [{"scorer": "rules", "why": "ai_timeout", "classification": "WARM"}]


def test_the_ai_may_fail_at_writing_only(stack: Stack, phone: str) -> None:
    stack.fault(provider="openai", kind="delay", seconds=0)
    stack.fault(provider="openai", kind="status", status=500)
    stack.say(phone, WARM["ro"])
    [sent] = stack.answered(phone)
    assert scored(stack, phone)[0]["scorer"] == "ai"
    [effect] = stack.rows(
        "select content ->> 'written_by' as by from effects e join addresses a using (person_id)"
        " where a.value = $1 and e.kind = 'whatsapp.text'",
        phone,
    )
    assert effect["by"] == "phrases"
    assert "albire" in sent["text"]["body"].lower()


@pytest.fixture(scope="module")
def without_ai(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    asyncio.run(make_database(postgres.url(), "without_ai"))
    folder: Path = tmp_path_factory.mktemp("without_ai")
    stack = Stack(postgres.url(database="without_ai"), folder, new_master_key(), {"OPENAI_API_KEY": ""})
    try:
        stack.start("sandbox", "api", "worker-0")
        yield stack
    finally:
        stack.stop()


@pytest.mark.parametrize(
    ("text", "classification", "kind"),
    [
        (HOT["en"], "HOT", "template"),
        (WARM["de"], "WARM", "text"),
        (COLD["ro"], "COLD", "text"),
    ],
)
def test_without_ai_everybody_is_judged_by_rules_and_answered(
    without_ai: Stack, phone: str, text: str, classification: str, kind: str
) -> None:
    without_ai.say(phone, text)
    [sent] = without_ai.answered(phone)
    assert sent["type"] == kind
    assert scored(without_ai, phone) == [
        {"scorer": "rules", "why": "ai_off", "classification": classification}
    ]
    assert without_ai.calls("openai") == []
