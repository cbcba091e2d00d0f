"""Stops calling a provider that fails again and again, and tries one call after a while.

Closed: calls go out. After `failures` in a row: open, nothing goes out for `cool_down` seconds. Then half open:
one call is let through; if it succeeds the breaker closes, if it fails the pause begins again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from medicalcor.core import clock
from medicalcor.core.log import get_logger
from medicalcor.core.observability import metrics

State = Literal["closed", "half_open", "open"]
LEVEL: Mapping[str, int] = {"closed": 0, "half_open": 1, "open": 2}
ACCOUNT = frozenset({"account", "ai_account", "ai_quota"})
"""Reasons of a refusal that holds for every call, until somebody mends a key, a payment or a right."""

log = get_logger(__name__)


class BreakerOpen(Exception):
    """No call goes out now."""

    def __init__(self, *, retry_after: float) -> None:
        super().__init__("the breaker is open")
        self.retry_after = retry_after
        """Seconds until one call is let through."""


class Permit:
    """Leave for one call. Say how it went; a call that says nothing (refused, cancelled) counts as neither."""

    def __init__(self, *, probe: bool) -> None:
        self.probe = probe
        self.went: Literal["well", "badly"] | None = None

    def succeeded(self) -> None:
        self.went = "well"

    def failed(self) -> None:
        self.went = "badly"


class Breaker:
    """One per provider and process. Nothing in it waits, so tasks of one event loop cannot interleave inside."""

    def __init__(self, name: str, *, failures: int = 5, cool_down: float = 15.0) -> None:
        self.name = name
        self._limit = failures
        self._cool_down = cool_down
        self._in_a_row = 0
        self._opened_at: float | None = None
        self._probing = False
        self.since: datetime = clock.now()
        """When it opened or closed last."""
        self.refusal: str | None = None
        """Why the provider refuses the account, one of ACCOUNT; None once it took something again."""
        metrics.breaker_state.labels(name).set_function(lambda: LEVEL[self.state])

    @property
    def state(self) -> State:
        if self._opened_at is None:
            return "closed"
        return "open" if self._left() > 0 else "half_open"

    def answered(self, refusal: str | None) -> None:
        """What an answer says of the account: None for a success, else the reason of the refusal."""
        if refusal is None:
            self.refusal = None
        elif refusal in ACCOUNT:
            self.refusal = refusal

    def _left(self) -> float:
        opened = self._opened_at
        return 0.0 if opened is None else opened + self._cool_down - clock.monotonic()

    @contextmanager
    def permit(self) -> Iterator[Permit]:
        """Leave for one call. Raises BreakerOpen."""
        probe = self._opened_at is not None
        if probe and (self._probing or self._left() > 0):
            raise BreakerOpen(retry_after=max(self._left(), 0.1))
        self._probing = self._probing or probe
        permit = Permit(probe=probe)
        try:
            yield permit
        finally:
            self._settle(permit)

    def _settle(self, permit: Permit) -> None:
        if permit.probe:
            self._probing = False
            if permit.went == "well":
                self._close()
            elif permit.went == "badly":
                self._open()
        elif self._opened_at is None:  # a call from before the breaker opened tells nothing new
            if permit.went == "well":
                self._in_a_row = 0
            elif permit.went == "badly":
                self._in_a_row += 1
                if self._in_a_row >= self._limit:
                    self._open()

    def _open(self) -> None:
        if self._opened_at is None:
            self.since = clock.now()
        self._opened_at = clock.monotonic()
        log.warning("breaker_opened", breaker=self.name, cool_down=self._cool_down)

    def _close(self) -> None:
        self._opened_at = None
        self._in_a_row = 0
        self.since = clock.now()
        log.info("breaker_closed", breaker=self.name)
