"""What follows one request through everything it sets off: into log lines, events and outgoing calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def correlation_id() -> str | None:
    return _correlation_id.get()


def traceparent() -> str | None:
    """The W3C trace context that calls made from here belong to."""
    return _traceparent.get()


@contextmanager
def bind(*, correlation_id: str | None = None, traceparent: str | None = None) -> Iterator[None]:
    """Carry these for a while, in this task and those it starts. None leaves what is there."""
    before = (_correlation_id.get(), _traceparent.get())
    _correlation_id.set(correlation_id or before[0])
    _traceparent.set(traceparent or before[1])
    try:
        yield
    finally:
        # set back rather than reset by token: a generator may be closed in another context than it began in
        _correlation_id.set(before[0])
        _traceparent.set(before[1])


def outgoing_headers() -> dict[str, str]:
    """What an outgoing call carries on."""
    carried = {"X-Correlation-ID": _correlation_id.get(), "traceparent": _traceparent.get()}
    return {name: value for name, value in carried.items() if value}
