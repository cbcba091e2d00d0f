"""The only place that asks what time it is.

Tests and the demo put another source in: a clock that stands still, or runs fast.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

Source = Callable[[], datetime]


def _system() -> datetime:
    return datetime.now(UTC)


_source: Source = _system


def now() -> datetime:
    """This moment, in UTC."""
    return _source()


def monotonic() -> float:
    """Seconds on a clock that never goes back: for measuring, never for dates."""
    return time.monotonic()


def cpu_seconds() -> float:
    """What this process has worked so far, on all cores together: for measuring on a machine that others use too."""
    return time.process_time()


@contextmanager
def using(source: Source) -> Iterator[None]:
    """Take the time from `source` for a while, in the whole process."""
    global _source  # noqa: PLW0603 - the clock is the one thing that is the same for all
    before = _source
    _source = source
    try:
        yield
    finally:
        _source = before


class Still:
    """A clock that moves only when told: `with clock.using(still): still.forward(hours=2)`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> None:
        self.at += timedelta(**delta)
