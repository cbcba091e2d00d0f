"""What the AI's failures mean for us. Every one is followed by rules or a fixed answer, so none is waited for.

The SDK's exceptions quote prompts and answers: nothing of their text goes into ours, and they are not chained.
"""

from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
)

from medicalcor.core.errors import ProviderBusy, ProviderError, ProviderRejected, ProviderUnavailable
from medicalcor.core.http import Response

PROVIDER = "openai"

_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_FILTERED = frozenset({"content_filter", "content_policy_violation"})
_SAYS = {
    "ai_quota": "The AI account has no credit left: check its plan and billing.",
    "ai_refused": "The AI would not answer this.",
    "ai_model_not_found": "The AI has no such model (any more): set OPENAI_MODEL or OPENAI_TRANSCRIPTION_MODEL.",
    "ai_account": "The AI refuses the key: check OPENAI_API_KEY.",
}


def error_of(problem: Exception) -> ProviderError:
    """Ours for one of the SDK's, or for an answer that it could not make sense of."""
    if isinstance(problem, (TimeoutError, APITimeoutError)):
        return timed_out()
    if isinstance(problem, APIConnectionError):
        return ProviderUnavailable("The AI cannot be reached.", provider=PROVIDER, reason="ai_error")
    if isinstance(problem, APIStatusError):
        return _of_status(problem)
    if isinstance(problem, ContentFilterFinishReasonError):
        return refused()
    if isinstance(problem, LengthFinishReasonError):
        return nonsense("was cut off at its limit of length")
    return nonsense("does not fit what was asked for")


def timed_out() -> ProviderUnavailable:
    return ProviderUnavailable("The AI took too long.", provider=PROVIDER, reason="ai_timeout")


def refused() -> ProviderRejected:
    return ProviderRejected(_SAYS["ai_refused"], provider=PROVIDER, reason="ai_refused")


def nonsense(why: str) -> ProviderRejected:
    return ProviderRejected(f"The AI's answer {why}.", provider=PROVIDER, reason="ai_nonsense")


def _of_status(problem: APIStatusError) -> ProviderError:
    status = problem.status_code
    if status >= 500 or status in (408, 409):
        return ProviderUnavailable(
            f"The AI answered {status}.", provider=PROVIDER, reason="ai_error", status=status
        )
    if status == 429 and not _named(problem, _QUOTA):
        answer = Response(status=status, headers=dict(problem.response.headers), body=b"")
        return ProviderBusy(
            "The AI's limit of calls is reached.",
            provider=PROVIDER,
            reason="ai_error",
            status=status,
            retry_after=answer.retry_after,
        )
    reason = _no(problem)
    words = _SAYS.get(reason) or f"The AI answered {status}."
    return ProviderRejected(words, provider=PROVIDER, reason=reason, status=status)


def _no(problem: APIStatusError) -> str:
    """Why it will not, however often it is asked."""
    if _named(problem, _QUOTA):
        return "ai_quota"
    if _named(problem, _FILTERED):
        return "ai_refused"
    if problem.code == "model_not_found":
        return "ai_model_not_found"
    return "ai_account" if problem.status_code in (401, 403) else "ai_error"


def _named(problem: APIStatusError, codes: frozenset[str]) -> bool:
    return problem.code in codes or problem.type in codes
