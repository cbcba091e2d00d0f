"""What is counted and timed, for Prometheus. Labels are codes from short lists, never addresses or ids."""

from collections.abc import Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)

_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

outbound = Counter(
    "medicalcor_outbound_calls",
    "Calls to providers, each attempt: ok, refused, busy, server_error, timeout, dropped, unreachable, "
    "breaker_open, garbled.",
    ("provider", "operation", "outcome"),
)
outbound_seconds = Histogram(
    "medicalcor_outbound_seconds",
    "How long a provider took to answer, each attempt.",
    ("provider", "operation"),
    buckets=_SLOW,
)
breaker_state = Gauge(
    "medicalcor_breaker_state",
    "0 closed: calls go out. 1 half open: one is tried. 2 open: none goes out.",
    ("breaker",),
)
ai_tokens = Counter(
    "medicalcor_ai_tokens",
    "Tokens used, by direction: prompt, completion.",
    ("operation", "direction"),
)


def serve(port: int, *, host: str) -> Callable[[], None]:
    """Let Prometheus read at `/metrics` of this port, from a thread of its own. Answers what ends it."""
    server, thread = start_http_server(port, addr=host)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def render() -> tuple[bytes, str]:
    """The page for Prometheus, and its content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
