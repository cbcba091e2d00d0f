"""Closed, open, half open: and only one call is let through to try."""

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from medicalcor.core import clock
from medicalcor.core.breaker import Breaker, BreakerOpen


class Hands:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    hands = Hands()
    monkeypatch.setattr(clock, "monotonic", hands)
    return hands


def fail(breaker: Breaker, *, times: int = 1) -> None:
    for _ in range(times):
        with breaker.permit() as permit:
            permit.failed()


def succeed(breaker: Breaker) -> None:
    with breaker.permit() as permit:
        permit.succeeded()


def test_it_opens_after_so_many_failures_in_a_row(hands: Hands) -> None:
    breaker = Breaker("b", failures=3, cool_down=10)
    fail(breaker, times=2)
    succeed(breaker)
    fail(breaker, times=2)
    assert breaker.state == "closed"
    fail(breaker)
    assert breaker.state == "open"
    with pytest.raises(BreakerOpen) as caught, breaker.permit():
        pass
    assert caught.value.retry_after == 10


def test_after_the_pause_one_call_is_let_through_and_heals_it(hands: Hands) -> None:
    breaker = Breaker("b", failures=1, cool_down=10)
    fail(breaker)
    hands.at += 10
    assert breaker.state == "half_open"
    with breaker.permit() as probe:
        with pytest.raises(BreakerOpen), breaker.permit():
            pass
        probe.succeeded()
    assert breaker.state == "closed"
    succeed(breaker)


def test_a_probe_that_fails_begins_the_pause_again(hands: Hands) -> None:
    breaker = Breaker("b", failures=1, cool_down=10)
    fail(breaker)
    hands.at += 10
    fail(breaker)
    hands.at += 9
    assert breaker.state == "open"


def test_a_probe_that_is_cancelled_leaves_room_for_the_next(hands: Hands) -> None:
    breaker = Breaker("b", failures=1, cool_down=10)
    fail(breaker)
    hands.at += 10
    with pytest.raises(KeyboardInterrupt), breaker.permit():
        raise KeyboardInterrupt
    assert breaker.state == "half_open"
    succeed(breaker)
    assert breaker.state == "closed"


def test_a_call_from_before_it_opened_neither_heals_nor_prolongs(hands: Hands) -> None:
    breaker = Breaker("b", failures=1, cool_down=10)
    with breaker.permit() as slow, breaker.permit() as slower:
        fail(breaker)
        hands.at += 5
        slow.succeeded()
        slower.failed()
    assert breaker.state == "open"
    hands.at += 5
    assert breaker.state == "half_open"


def test_its_state_is_a_metric(hands: Hands) -> None:
    breaker = Breaker("seen", failures=1, cool_down=10)

    def shown() -> float | None:
        return REGISTRY.get_sample_value("medicalcor_breaker_state", {"breaker": "seen"})

    assert shown() == 0
    fail(breaker)
    assert shown() == 2
    hands.at += 10
    assert shown() == 1
