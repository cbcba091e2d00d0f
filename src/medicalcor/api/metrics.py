"""What the gateway counts. Labels are names of ours: a route's template, never a path, an address or an id."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping

from prometheus_client import Counter, Gauge, Histogram

from medicalcor.core.breaker import LEVEL

webhooks = Counter(
    "medicalcor_webhooks",
    "Items of webhooks that were stored, unread or repeated; requests refused: bad_signature, bad_body, not_stored.",
    ("provider", "outcome"),
)
webhook_seconds = Histogram(
    "medicalcor_webhook_seconds",
    "From a webhook's headers to its durable acknowledgement.",
    ("provider",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_requests = Counter(
    "medicalcor_http_requests",
    "Requests that the gateway answered.",
    ("route", "method", "status"),
)
_limited = Counter("medicalcor_rate_limited", "Requests refused by a rate limit.", ("route",))
_trapped = Counter(
    "medicalcor_web_forms_trapped",
    "Web forms that a program filled in: the field that people do not see was not empty.",
)
_batch_rows = Histogram(
    "medicalcor_inbox_batch_rows",
    "Items in one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 4096),
)
_batch_seconds = Histogram(
    "medicalcor_inbox_commit_seconds",
    "Time that one commit took.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)

_hangs = Counter(
    "medicalcor_voice_agent_hangs", "Times that the voice agent was stuck, often on one of our answers."
)
_tools = Counter(
    "medicalcor_voice_agent_tools",
    "Tool calls of the voice agent: done, refused, late, unreadable, unknown.",
    ("tool", "outcome"),
)
_standing = Gauge(
    "medicalcor_provider_breaker_state",
    "As the worker sees it that is worst off: 0 closed, 1 half open, 2 open.",
    ("provider",),
)

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_bound: dict[tuple[str, str, int], Counter] = {}


def request_answered(*, route: str, method: str, status: int) -> None:
    key = (route, method if method in _METHODS else "other", status)
    counter = _bound.get(key)
    if counter is None:
        counter = _bound[key] = _requests.labels(key[0], key[1], str(status))
    counter.inc()


def webhook_answered(provider: str, *, status: int, seconds: float) -> None:
    """Refused ones are counted here, the items of stored ones with their batch."""
    if status in (200, 202):
        webhook_seconds.labels(provider).observe(seconds)
    elif status == 401:
        webhooks.labels(provider, "bad_signature").inc()
    elif status in (400, 408, 413, 422):
        webhooks.labels(provider, "bad_body").inc()
    elif status == 503:
        webhooks.labels(provider, "not_stored").inc()


def batch_stored(
    *, given: Iterable[str], new: Mapping[tuple[str, str], int], rows: int, seconds: float
) -> None:
    """`given` names the provider of every item in the batch, `new` counts those that were not there before."""
    repeated = Tally(given)
    for (provider, kind), count in new.items():
        repeated[provider] -= count
        webhooks.labels(provider, "unread" if kind == "unread" else "stored").inc(count)
    for provider, count in repeated.items():
        if count:
            webhooks.labels(provider, "repeated").inc(count)
    _batch_rows.observe(rows)
    _batch_seconds.observe(seconds)


def form_trapped() -> None:
    _trapped.inc()


def rate_limited(route: str) -> None:
    _limited.labels(route).inc()


def agent_hung() -> None:
    _hangs.inc()


def agent_tool(tool: str, outcome: str) -> None:
    """`tool` is one of ours, never what a message calls it."""
    _tools.labels(tool, outcome).inc()


def providers_stand(breakers: Mapping[str, str | None]) -> None:
    """The state of each provider's breaker; None for one that is off, which has none."""
    _standing.clear()
    for provider, state in breakers.items():
        if state is not None:
            _standing.labels(provider).set(LEVEL[state])
