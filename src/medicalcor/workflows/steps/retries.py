"""The retries that every step has unless it says otherwise (SPEC, durable work)."""

from typing import Any

from medicalcor.core.errors import ProductError


def _worth_another_try(problem: BaseException) -> bool:
    return not (isinstance(problem, ProductError) and problem.permanent)


RETRIES: dict[str, Any] = {
    "retries_allowed": True,
    "max_attempts": 3,
    "interval_seconds": 1.0,
    "backoff_rate": 2.0,
    "should_retry": _worth_another_try,
}
"""Three attempts in all, after 1 s and 2 s; never on what is permanent."""
