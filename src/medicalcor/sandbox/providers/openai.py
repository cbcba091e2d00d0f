"""OpenAI's chat completions, in words and in JSON that fits a schema; and transcription."""

import json
from typing import Any, ClassVar

from medicalcor.core import clock, ids
from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.exchange import BodyNotJson, Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.providers.openai_audio import AudioRefused, Ear
from medicalcor.sandbox.providers.openai_schemas import filled, not_strict
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.twin import Stage, Twin, accepts

MODELS = ("gpt-5.5", "gpt-5.5-mini", "gpt-transcribe")
"""Listed by `/models`; any other name is answered too."""
WORDS = {
    400: "We could not parse the JSON body of your request.",
    401: "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
    404: "The model does not exist or you do not have access to it.",
    429: "Rate limit reached for requests",
}
CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
NONSENSE = '{"verdict": "purple", "score": 42, "confidence": "very", "language": "tlh"}'
REFUSAL = "I'm sorry, I can't assist with that request."


class Refused(Exception):
    """A request that OpenAI would not take."""

    def __init__(self, message: str, *, param: str | None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


class OpenAI(Twin):
    name = "openai"
    mount = "/openai/v1"
    faults: ClassVar[dict[str, str]] = {
        "nonsense": "answers well-formed JSON that fits nothing, or `content`",
        "refusal": "answers with a refusal instead of content, or with `content` as its words",
    }
    limits: ClassVar[tuple[str, ...]] = ("rate_limit_exceeded", "insufficient_quota")

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._key = newest(stage.settings.openai_api_key)
        self._ear = Ear()

    def answer(self, request: Request) -> Reply:
        return self._answer(request, fault=None)

    def bend(self, request: Request, *, fault: Fault) -> Reply:
        return self._answer(request, fault=fault)

    def _answer(self, request: Request, *, fault: Fault | None) -> Reply:
        if not accepts(self._key, request.header(b"authorization").removeprefix("Bearer ").strip()):
            return self.error(401)
        if (request.method, request.path) == ("POST", "/chat/completions"):
            try:
                return self._chat(_checked(request), fault=fault)
            except Refused as refused:
                return _error(400, str(refused), param=refused.param, code=refused.code)
        if (request.method, request.path) == ("POST", "/audio/transcriptions"):
            return self._transcribe(request, fault=fault)
        if (request.method, request.path) == ("GET", "/models"):
            models = [{"id": name, "object": "model", "created": 0, "owned_by": "system"} for name in MODELS]
            return reply_json({"object": "list", "data": models})
        words = f"Invalid URL ({request.method} /v1{request.path})"
        return _error(404, words, param=None, code=None)

    def _transcribe(self, request: Request, *, fault: Fault | None) -> Reply:
        if fault is not None:
            return reply_json({"text": fault.content or ""}, headers=_headers())
        try:
            heard = self._ear.transcription(request.body, content_type=request.header(b"content-type"))
        except AudioRefused as refused:
            return _error(refused.status, str(refused), param=refused.param, code=None)
        return reply_json(heard, headers=_headers())

    def play(self, order: dict[str, Any]) -> dict[str, Any]:
        """The next recording says `transcript`."""
        transcript = order.get("transcript")
        if not isinstance(transcript, str):
            raise InvalidInput("What does the next recording say? Give `transcript`.")
        self._ear.order(transcript)
        return {"ordered": True}

    def _chat(self, asked: dict[str, Any], *, fault: Fault | None) -> Reply:
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        if fault is not None and fault.kind == "refusal":
            message["refusal"] = fault.content or REFUSAL
        elif fault is not None:
            message["content"] = NONSENSE if fault.content is None else fault.content
        else:
            message["content"] = self._content(asked)
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        body = {
            "id": f"chatcmpl-{ids.token(18)}",
            "object": "chat.completion",
            "created": int(clock.now().timestamp()),
            "model": asked["model"],
            "choices": [choice],
            "usage": _usage(asked, message),
        }
        return reply_json(body, headers=_headers())

    def _content(self, asked: dict[str, Any]) -> str:
        wanted = asked.get("response_format") or {"type": "text"}
        brain = self.stage.brain
        if wanted["type"] == "json_schema":
            values = brain.judge(asked["messages"])
            fitting = filled(wanted["json_schema"]["schema"], values=values)
            return json.dumps(fitting, ensure_ascii=False)
        if wanted["type"] == "json_object":
            return json.dumps(brain.judge(asked["messages"]), ensure_ascii=False)
        return brain.reply(asked["messages"])

    def error(self, status: int) -> Reply:
        words = WORDS.get(status, "The server had an error while processing your request.")
        return _error(status, words, param=None, code=CODES.get(status))

    def rate_limited(self, fault: Fault) -> Reply:
        code = str(fault.code or self.limits[0])
        quota = code == "insufficient_quota"
        words = "You exceeded your current quota, please check your plan and billing details."
        error = {
            "message": words if quota else WORDS[429],
            "type": "insufficient_quota" if quota else "requests",
            "param": None,
            "code": code,
        }
        wait = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
        spent = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s"}
        return reply_json({"error": error}, status=429, headers={**_headers(), **spent, **wait})

    def reset(self) -> None:
        """Only what recordings are to say is kept between two calls."""
        self._ear.clear()


def _checked(request: Request) -> dict[str, Any]:
    asked = request.json
    if not isinstance(asked, dict):
        raise BodyNotJson("a JSON object is expected")
    if not isinstance(asked.get("model"), str) or not asked["model"]:
        raise Refused("you must provide a model parameter", param=None)
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(
            "Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter"
        )
    if any(not isinstance(one, dict) or "role" not in one for one in messages):
        raise Refused("Missing required parameter: 'messages[0].role'.", param="messages[0].role")
    if asked.get("stream"):
        raise Refused(
            "The sandbox does not stream. Ask without stream.", param="stream", code="unsupported_value"
        )
    _check_format(asked.get("response_format"))
    return asked


def _check_format(wanted: Any) -> None:
    if wanted is None:
        return
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        raise Refused(
            "Invalid value for response_format.type.", param="response_format.type", code="invalid_value"
        )
    if kind != "json_schema":
        return
    described = wanted.get("json_schema") or {}
    name, schema = described.get("name"), described.get("schema")
    if not name or not isinstance(schema, dict):
        param = "response_format.json_schema"
        raise Refused(f"Missing required parameter: '{param}.name' or '.schema'.", param=param)
    problem = not_strict(schema) if described.get("strict") else None
    if problem:
        words = f"Invalid schema for response_format '{name}': {problem}"
        raise Refused(words, param="response_format", code="invalid_json_schema")


def _error(status: int, message: str, *, param: str | None, code: str | None) -> Reply:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {"message": message, "type": kind, "param": param, "code": code}
    return reply_json({"error": error}, status=status, headers={"x-request-id": f"req_{ids.token(12)}"})


def _headers() -> dict[str, str]:
    return {
        "x-request-id": f"req_{ids.token(12)}",
        "openai-processing-ms": "3",
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": "9999",
        "x-ratelimit-reset-requests": "6ms",
    }


def _usage(asked: dict[str, Any], message: dict[str, Any]) -> dict[str, int]:
    """About four characters a token."""
    prompt = sum(len(str(one.get("content") or "")) for one in asked["messages"]) // 4
    completion = len(message["content"] or message["refusal"] or "") // 4
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
