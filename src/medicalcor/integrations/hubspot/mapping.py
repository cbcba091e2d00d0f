"""What HubSpot's errors mean for us. Its messages quote values, so only codes and names of properties are told."""

import re
from collections.abc import Iterable

from pydantic import ValidationError

from medicalcor.core.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.core.http import Response
from medicalcor.schemas.wire.hubspot import Problem

PROVIDER = "hubspot"

_WAITS = {"DAILY": 3600.0, "SECONDLY": 1.0}
"""Seconds by policy where HubSpot names none. The daily limit ends at midnight in a zone that it does not tell."""
_ROLLING = 10.0
_GONE = "INVALID_OBJECT_IDS"
"""The code for an association to a record that is not there."""
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,80}")
_SAYS = {
    "account": "HubSpot refuses the token, or it lacks a scope: check HUBSPOT_ACCESS_TOKEN.",
    "gone": "HubSpot has no such record any more.",
    "conflict": "Another record in HubSpot holds this unique value.",
}


def error_of(answer: Response, *, repeatable: bool) -> ProviderError:
    """The error for an answer that is not a success. `repeatable`: asking again does no harm."""
    problem = problem_of(answer)
    if answer.status >= 500:
        kind = ProviderUnavailable if repeatable else OutcomeUnknown
        return kind(
            f"HubSpot answered {answer.status}.",
            provider=PROVIDER,
            reason="server_error",
            status=answer.status,
            retry_after=answer.retry_after,
        )
    if answer.status == 429 or problem.policy_name:
        return _busy(answer, problem)
    if answer.status in (408, 423, 425, 477):
        return ProviderBusy(
            "HubSpot has the record or the account locked for a moment.",
            provider=PROVIDER,
            reason="locked",
            status=answer.status,
            retry_after=answer.retry_after,
        )
    return rejection(problem, status=answer.status)


def problem_of(answer: Response) -> Problem:
    try:
        return Problem.model_validate_json(answer.body)
    except ValidationError:
        return Problem()


def _busy(answer: Response, problem: Problem) -> ProviderBusy:
    policy = problem.policy_name or ""
    return ProviderBusy(
        "HubSpot's limit of calls is reached.",
        provider=PROVIDER,
        reason="daily_limit" if policy == "DAILY" else "rate_limited",
        status=answer.status,
        retry_after=answer.retry_after or _WAITS.get(policy, _ROLLING),
    )


def rejection(problem: Problem, *, status: int) -> ProviderRejected:
    reason = _reason(problem, status=status)
    wrong = ", ".join(_told(problem))
    words = _SAYS.get(reason) or f"HubSpot answered {status}" + (f": {wrong}." if wrong else ".")
    return ProviderRejected(words, provider=PROVIDER, reason=reason, status=status)


def _reason(problem: Problem, *, status: int) -> str:
    if any(detail.code == _GONE for detail in problem.errors):
        return "gone"
    by_category = {
        "OBJECT_NOT_FOUND": "gone",
        "CONFLICT": "conflict",
        "MISSING_SCOPES": "account",
        "INVALID_AUTHENTICATION": "account",
        "EXPIRED_AUTHENTICATION": "account",
        "VALIDATION_ERROR": "validation",
    }
    by_status = {400: "validation", 401: "account", 403: "account", 404: "gone", 409: "conflict"}
    return by_category.get(problem.category or "") or by_status.get(status, "invalid_request")


def _told(problem: Problem) -> Iterable[str]:
    """Codes and property names, and nothing that merely stands in their place."""
    for detail in problem.errors[:5]:
        names = detail.context.get("propertyName")
        listed = names if isinstance(names, list) else []
        plain = [name for name in listed if isinstance(name, str) and _NAME.fullmatch(name)]
        if detail.code and _CODE.fullmatch(detail.code):
            yield f"{detail.code} {' '.join(plain)}".strip()
