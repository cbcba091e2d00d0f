"""Asking a chat model, and having recordings written down: OpenAI's, or any server with its API.

Asked once, within a budget of time: rules and fixed answers are faster than a second try. Nothing is kept there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from openai import AsyncOpenAI, BadRequestError, DefaultAsyncHttpxClient, OpenAIError, omit
from openai.lib._pydantic import to_strict_json_schema
from openai.types import CompletionUsage
from openai.types.audio import Transcription
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

from medicalcor.core import clock, context
from medicalcor.core.breaker import Breaker, BreakerOpen, Permit
from medicalcor.core.errors import ProviderBusy, ProviderError, ProviderOff, ProviderUnavailable
from medicalcor.core.http import certificates, on_this_machine
from medicalcor.core.log import get_logger
from medicalcor.core.observability import metrics, tracing
from medicalcor.integrations.openai.audio import audio_name
from medicalcor.integrations.openai.mapping import PROVIDER, error_of, nonsense, refused

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
_OUTCOMES = {
    "ai_timeout": "timeout",
    "ai_nonsense": "garbled",
    "ai_breaker_open": "breaker_open",
    "ai_refused": "refused",
}
"""Reason → the outcome as metrics call it; the rest by class."""
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)
"""What comes of an answer in another shape than the SDK expects; pydantic's and JSON's errors are ValueErrors."""

log = get_logger(__name__)


@dataclass(frozen=True)
class _Answered(Generic[T]):
    result: T
    usage: CompletionUsage | None


@dataclass
class Spent:
    """What a question took; filled in when it is over, answered or not. None: not asked, or not told."""

    seconds: float | None = None
    tokens: int | None = None


class AiClient:
    """Every failure is a ProviderError whose `reason` begins with `ai_`."""

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | None,
        model: str,
        transcription_model: str = "gpt-transcribe",
    ) -> None:
        self.model = model
        self.transcription_model = transcription_model
        self.breaker = Breaker(PROVIDER)
        self._takes_effort = True
        self._sdk: AsyncOpenAI | None = None
        if api_key:
            near = base_url is not None and on_this_machine(base_url)
            self._sdk = AsyncOpenAI(
                api_key=api_key,
                base_url=base_url,
                max_retries=0,
                http_client=DefaultAsyncHttpxClient(verify=certificates(), trust_env=not near),
            )

    async def aclose(self) -> None:
        if self._sdk is not None:
            await self._sdk.close()

    async def judge(
        self,
        messages: list[dict[str, str]],
        *,
        shape: type[M],
        timeout: float,  # noqa: ASYNC109 - running over it is one of the answers, not a cancellation
        spent: Spent | None = None,
    ) -> M:
        """The answer as `shape`, asked for by a strict JSON schema; its bounds are checked again here.

        `spent` is told what it took.
        """

        async def ask(sdk: AsyncOpenAI) -> _Answered[M]:
            body = {"messages": messages, "response_format": _strict(shape), **self._effort("low")}
            answer = await self._complete(sdk, body, limit=timeout)
            return _Answered(shape.model_validate_json(_said(answer)), answer.usage)

        return await self._ask("judge", ask, limit=timeout, spent=spent)

    async def write(
        self,
        messages: list[dict[str, str]],
        *,
        timeout: float,  # noqa: ASYNC109 - as above
        max_tokens: int,
    ) -> str:
        """The answer in words. One that was cut off at `max_tokens` counts as none."""

        async def ask(sdk: AsyncOpenAI) -> _Answered[str]:
            # thinking counts against the limit of length: what is short is written without
            body = {"messages": messages, "max_completion_tokens": max_tokens, **self._effort("none")}
            answer = await self._complete(sdk, body, limit=timeout)
            return _Answered(_said(answer), answer.usage)

        return await self._ask("write", ask, limit=timeout)

    async def transcribe(
        self,
        data: bytes,
        *,
        filename: str,
        language: str | None,
        timeout: float,  # noqa: ASYNC109 - as above
    ) -> str:
        """What is said in a recording. `language` (`ro`) helps where it is known.

        Of `filename` only the ending goes out; it decides how the bytes are read.
        """
        name = audio_name(filename, size=len(data))

        async def ask(sdk: AsyncOpenAI) -> _Answered[str]:
            answer = await sdk.audio.transcriptions.create(
                model=self.transcription_model,
                file=(name, data),
                language=language or omit,
                response_format="json",
                extra_headers=context.outgoing_headers(),
                timeout=timeout,
            )
            text = answer.text.strip()
            if not text:
                raise nonsense("holds no word")
            return _Answered(text, _usage_of(answer))

        return await self._ask("transcribe", ask, limit=timeout)

    async def _complete(self, sdk: AsyncOpenAI, body: dict[str, Any], *, limit: float) -> ChatCompletion:
        """The SDK's own request without its typed parameters: walking through those costs more than the call."""
        return await sdk.post(
            "/chat/completions",
            cast_to=ChatCompletion,
            body={"model": self.model, "store": False, **body},
            options={"headers": context.outgoing_headers(), "timeout": limit},
        )

    def _effort(self, wanted: str) -> dict[str, str]:
        """Left to itself a reasoning model thinks longer than a patient waits."""
        return {"reasoning_effort": wanted} if self._takes_effort else {}

    async def _asked(
        self, ask: Callable[[AsyncOpenAI], Awaitable[_Answered[T]]], sdk: AsyncOpenAI
    ) -> _Answered[T]:
        """A model or server that takes no `reasoning_effort` says so once, and is asked without from then on."""
        try:
            return await ask(sdk)
        except BadRequestError as problem:
            if "reasoning_effort" not in f"{problem.param} {problem.body}":
                raise
        self._takes_effort = False
        return await ask(sdk)

    async def _ask(
        self,
        operation: str,
        ask: Callable[[AsyncOpenAI], Awaitable[_Answered[T]]],
        *,
        limit: float,
        spent: Spent | None = None,
    ) -> T:
        started = clock.monotonic()
        with tracing.span("outbound", provider=PROVIDER, operation=operation):
            outcome = await self._guarded(ask, limit=limit)
        seconds = clock.monotonic() - started
        name = _name(outcome)
        if spent is not None:
            spent.seconds = round(seconds, 3)
        metrics.outbound.labels(PROVIDER, operation, name).inc()
        metrics.outbound_seconds.labels(PROVIDER, operation).observe(seconds)
        about: dict[str, Any] = {"provider": PROVIDER, "operation": operation, "outcome": name}
        about |= {"seconds": round(seconds, 3), "model": self.model}
        if isinstance(outcome, ProviderError):
            self.breaker.answered(outcome.reason)
            log.warning("outbound_call", **about, reason=outcome.reason, status=outcome.status)
            raise outcome
        self.breaker.answered(None)
        log.debug("outbound_call", **about)
        if outcome.usage is not None:
            if spent is not None:
                spent.tokens = outcome.usage.total_tokens
            metrics.ai_tokens.labels(operation, "prompt").inc(outcome.usage.prompt_tokens)
            metrics.ai_tokens.labels(operation, "completion").inc(outcome.usage.completion_tokens)
        return outcome.result

    async def _guarded(
        self, ask: Callable[[AsyncOpenAI], Awaitable[_Answered[T]]], *, limit: float
    ) -> _Answered[T] | ProviderError:
        if self._sdk is None:
            return ProviderOff("The AI is off: set OPENAI_API_KEY.", provider=PROVIDER, reason="ai_off")
        try:
            with self.breaker.permit() as permit:
                outcome = await _within(limit, self._asked(ask, self._sdk))
                _settle(permit, outcome)
                return outcome
        except BreakerOpen as closed:
            return ProviderUnavailable(
                "The AI has failed several times in a row and is left alone for a moment.",
                provider=PROVIDER,
                reason="ai_breaker_open",
                retry_after=closed.retry_after,
            )


def _usage_of(answer: Transcription) -> CompletionUsage | None:
    """Models that are paid by the minute tell no tokens."""
    spent = answer.usage
    if spent is None or spent.type != "tokens":
        return None
    return CompletionUsage(
        prompt_tokens=spent.input_tokens,
        completion_tokens=spent.output_tokens,
        total_tokens=spent.total_tokens,
    )


@cache
def _strict(shape: type[BaseModel]) -> dict[str, Any]:
    """The shape as a strict JSON schema: every field asked for, nothing beside them."""
    schema = {"name": shape.__name__, "schema": to_strict_json_schema(shape), "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def _said(answer: ChatCompletion) -> str:
    """What it answered, whole; refusals and halves are no answer."""
    choice = answer.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise refused()
    text = (choice.message.content or "").strip()
    if choice.finish_reason == "length" or not text:
        raise nonsense("is empty or was cut off at its limit of length")
    return text


async def _within(limit: float, asked: Awaitable[_Answered[T]]) -> _Answered[T] | ProviderError:
    """The SDK's own time-out starts anew with every byte; this one does not."""
    try:
        async with asyncio.timeout(limit):
            return await asked
    except ProviderError as problem:
        return problem
    except (OpenAIError, TimeoutError, *_UNREADABLE) as problem:
        return error_of(problem)


def _settle(permit: Permit, outcome: _Answered[T] | ProviderError) -> None:
    """Down or slow counts against it, a busy one neither way, any other answer for it."""
    if isinstance(outcome, ProviderUnavailable):
        permit.failed()
    elif not isinstance(outcome, ProviderBusy):
        permit.succeeded()


def _name(outcome: _Answered[T] | ProviderError) -> str:
    if not isinstance(outcome, ProviderError):
        return "ok"
    if isinstance(outcome, ProviderBusy):
        return "busy"
    failed = "server_error" if outcome.status else "unreachable"
    return _OUTCOMES.get(outcome.reason) or (
        failed if isinstance(outcome, ProviderUnavailable) else "refused"
    )
