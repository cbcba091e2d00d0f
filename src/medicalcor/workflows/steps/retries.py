"""The retries that every step has unless it says otherwise (SPEC, durable work)."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from medicalcor.core.database.pool import CONNECTION_LOST, DatabaseUnavailable
from medicalcor.core.errors import ProductError
from medicalcor.core.log import get_logger
from medicalcor.workflows.steps.current import current

P = ParamSpec("P")
T = TypeVar("T")
AWAY = (*CONNECTION_LOST, DatabaseUnavailable)
LONGEST_PAUSE = 5.0
SUSPICIOUS = 4
"""So often in a row, and the database answers: it is not the database."""

log = get_logger(__name__)


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


def through_outages(step: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Wait for a database that is away, however long, as the engine does: no patient is given up for it.

    For steps that may be begun again at any point, as all of ours may.
    """

    @wraps(step)
    async def waiting(*args: P.args, **kwargs: P.kwargs) -> T:
        failures = 0
        while True:
            try:
                return await step(*args, **kwargs)
            except AWAY as reason:
                failures += 1
                if failures >= SUSPICIOUS and await _database_answers():
                    raise  # the driver says some mistakes of ours with the same words
                log.warning("step_waits_for_the_database", step=step.__name__, reason=type(reason).__name__)
            await asyncio.sleep(min(0.1 * 2 ** min(failures, 6), LONGEST_PAUSE))

    return waiting


async def _database_answers() -> bool:
    try:
        await current().ledger.pool.fetchval("select 1", timeout=2)
    except AWAY:
        return False
    return True
