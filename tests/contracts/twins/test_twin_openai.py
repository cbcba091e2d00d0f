"""The OpenAI twin, asked through OpenAI's own client."""

import json
from collections.abc import AsyncIterator
from typing import Any, Literal

import jsonschema
import openai
import pytest
from pydantic import BaseModel

from medicalcor.sandbox.providers.openai_schemas import plain


class Judgement(BaseModel):
    score: int
    classification: Literal["HOT", "COLD"]
    note: str | None
    procedures: list[str]


class Thinker:
    def judge(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {"score": 4, "classification": "HOT", "procedures": [messages[-1]["content"]], "surplus": 1}

    def reply(self, messages: list[dict[str, Any]]) -> str:
        return f"You said: {messages[-1]['content']}"


MESSAGES: Any = [{"role": "user", "content": "implant"}]


@pytest.fixture
def brain():
    return Thinker()


@pytest.fixture
async def client(staged) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        api_key="ai-key", base_url=f"{staged.url}/openai/v1", max_retries=0
    ) as client:
        yield client


async def judged(client: openai.AsyncOpenAI) -> Any:
    completion = await client.chat.completions.parse(
        model="gpt-5.5", messages=MESSAGES, response_format=Judgement, store=False
    )
    return completion.choices[0].message


async def test_structured_output_has_what_the_brain_judged_and_plain_values_for_the_rest(client):
    message = await judged(client)
    assert message.parsed == Judgement(score=4, classification="HOT", note=None, procedures=["implant"])


async def test_words(client):
    completion = await client.chat.completions.create(model="gpt-5.5", messages=MESSAGES)
    assert completion.choices[0].message.content == "You said: implant"
    assert completion._request_id.startswith("req_")


async def test_the_answer_fits_the_specification(staged, specification):
    document = specification("openai/openai.trimmed.json")
    body = {"model": "gpt-5.5", "messages": MESSAGES}
    answer = await staged.http.post(
        "/openai/v1/chat/completions", json=body, headers={"Authorization": "Bearer ai-key"}
    )
    reference = {"$ref": "#/components/schemas/CreateChatCompletionResponse"}
    jsonschema.validate(answer.json(), {**reference, "components": document["components"]})


async def test_models(client):
    assert "gpt-5.5" in [model.id async for model in client.models.list()]


async def test_wrong_key(staged):
    async with openai.AsyncOpenAI(
        api_key="wrong", base_url=f"{staged.url}/openai/v1", max_retries=0
    ) as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await judged(client)
    assert refused.value.code == "invalid_api_key"


async def test_refusal(staged, client):
    await staged.fault(provider="openai", kind="refusal")
    message = await judged(client)
    assert message.parsed is None
    assert message.refusal


async def test_nonsense_is_well_formed_and_does_not_fit(staged, client):
    await staged.fault(provider="openai", kind="nonsense")
    with pytest.raises(ValueError, match="validation errors"):
        await judged(client)
    await staged.fault(provider="openai", kind="nonsense", content="Blah.")
    completion = await client.chat.completions.create(model="gpt-5.5", messages=MESSAGES)
    assert completion.choices[0].message.content == "Blah."


async def test_rate_limit_and_quota(staged, client):
    await staged.fault(provider="openai", kind="rate_limit", retry_after=2)
    with pytest.raises(openai.RateLimitError) as busy:
        await judged(client)
    assert busy.value.code == "rate_limit_exceeded"
    assert busy.value.response.headers["retry-after"] == "2"
    await staged.fault(provider="openai", kind="rate_limit", code="insufficient_quota")
    with pytest.raises(openai.RateLimitError) as spent:
        await judged(client)
    assert spent.value.code == "insufficient_quota"


async def test_a_retired_model_by_fault(staged, client):
    await staged.fault(provider="openai", kind="status", status=404)
    with pytest.raises(openai.NotFoundError) as gone:
        await judged(client)
    assert gone.value.code == "model_not_found"


@pytest.mark.parametrize(
    "body",
    [
        {"messages": MESSAGES},
        {"model": "gpt-5.5"},
        {"model": "gpt-5.5", "messages": []},
        {"model": "gpt-5.5", "messages": MESSAGES, "stream": True},
        {"model": "gpt-5.5", "messages": MESSAGES, "response_format": {"type": "yaml"}},
        {
            "model": "gpt-5.5",
            "messages": MESSAGES,
            "response_format": {"type": "json_schema", "json_schema": {}},
        },
    ],
)
async def test_what_is_refused(staged, body):
    answer = await staged.http.post(
        "/openai/v1/chat/completions", json=body, headers={"Authorization": "Bearer ai-key"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "required": [],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"a": {"type": "array", "items": {"type": "object", "properties": {}}}},
            "required": ["a"],
            "additionalProperties": False,
        },
    ],
)
async def test_strict_mode_refuses_loose_schemas(staged, schema):
    wanted = {"type": "json_schema", "json_schema": {"name": "Loose", "strict": True, "schema": schema}}
    body = {"model": "gpt-5.5", "messages": MESSAGES, "response_format": wanted}
    answer = await staged.http.post(
        "/openai/v1/chat/completions", json=body, headers={"Authorization": "Bearer ai-key"}
    )
    assert answer.json()["error"]["code"] == "invalid_json_schema"


def test_plain_values_fit_their_schema():
    schema = Judgement.model_json_schema()
    jsonschema.validate(json.loads(json.dumps(plain(schema))), schema)
