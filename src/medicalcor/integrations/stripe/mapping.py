"""What Stripe's errors mean for us. Its messages quote what was sent, so only codes are told."""

import re

from pydantic import ValidationError

from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.integrations.stripe.failures import failure_of
from medicalcor.schemas.wire.stripe import Problem, ProblemDetail

PROVIDER = "stripe"
REPLAYED = "idempotent-replayed"
"""Set when the answer is the one that was kept for this idempotency key, be it a failure."""
AGAIN = "stripe-should-retry"
_PLAIN = re.compile(r"[a-z][a-z0-9_\[\]]{1,80}")
_SAYS = {
    "account": "Stripe refuses the key, or the key may not do this: check STRIPE_API_KEY.",
    "not_found": "Stripe has no such object, or it belongs to another account or mode.",
    "key_reused": "This idempotency key was used with other parameters: the request differs from its first attempt.",
    "key_spent": "Stripe keeps answering with the failure of the first attempt: only another key can succeed.",
}


def error_of(answer: Response) -> ProviderError:
    """The error for an answer that is not a success. Every request may be repeated: reading, or under its key."""
    problem = problem_of(answer)
    if answer.status >= 500 and answer.headers.get(REPLAYED) == "true":
        return _rejected("key_spent", answer, problem)
    if answer.status >= 500 or answer.status in (408, 425) or answer.headers.get(AGAIN) == "true":
        return ProviderUnavailable(
            f"Stripe answered {answer.status}; it can be asked again.",
            provider=PROVIDER,
            reason="server_error",
            status=answer.status,
            retry_after=answer.retry_after,
        )
    if answer.status == 429 or problem.code in ("rate_limit", "lock_timeout"):
        return _busy("rate_limited" if problem.code != "lock_timeout" else "locked", answer)
    if answer.status == 409:
        return _busy("in_progress", answer)
    if answer.status == 402:
        return _rejected(failure_of(problem.code, decline_code=problem.decline_code), answer, problem)
    return _rejected(_reason(answer.status, problem), answer, problem)


def garbled(answer: Response) -> ProviderUnavailable:
    return ProviderUnavailable(
        "Stripe answered yes, but not what it promises; it can be asked again.",
        provider=PROVIDER,
        reason="malformed_answer",
        status=answer.status,
    )


def problem_of(answer: Response) -> ProblemDetail:
    try:
        return Problem.model_validate_json(answer.body).error or ProblemDetail()
    except ValidationError:
        return ProblemDetail()


def _busy(reason: str, answer: Response) -> ProviderBusy:
    return ProviderBusy(
        "Stripe is busy with this account or this object: later.",
        provider=PROVIDER,
        reason=reason,
        status=answer.status,
        retry_after=answer.retry_after or 1.0,
    )


def _reason(status: int, problem: ProblemDetail) -> str:
    if problem.type == "idempotency_error":
        return "key_reused"
    return {401: "account", 403: "account", 404: "not_found"}.get(status, "invalid_request")


def _rejected(reason: str, answer: Response, problem: ProblemDetail) -> ProviderRejected:
    told = " ".join(text for text in (problem.code, problem.param) if text and _PLAIN.fullmatch(text))
    words = _SAYS.get(reason) or f"Stripe answered {answer.status}" + (f": {told}." if told else ".")
    return ProviderRejected(words, provider=PROVIDER, reason=reason, status=answer.status)
