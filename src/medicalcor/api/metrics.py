"""What the gateway counts. Labels are names of ours: a route's template, never a path, an address or an id."""

from collections.abc import Mapping

from prometheus_client import Counter, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_requests = Counter(
    "medicalcor_http_requests_total", "Requests answered by the gateway.", ("route", "method", "status")
)
_seconds = Histogram(
    "medicalcor_http_request_seconds", "From the request's headers to its answer.", ("route",), buckets=_FAST
)
_stored = Counter("medicalcor_inbox_new_total", "Items stored for the first time.", ("provider", "kind"))
_seen = Counter("medicalcor_inbox_seen_total", "Items that were delivered again.")
_batch_rows = Histogram(
    "medicalcor_inbox_batch_rows",
    "Items in one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 4096),
)
_batch_seconds = Histogram("medicalcor_inbox_commit_seconds", "Time that one commit took.", buckets=_FAST)
_signatures = Counter(
    "medicalcor_signature_rejected_total", "Webhooks refused for a missing or wrong signature.", ("provider",)
)
_limited = Counter("medicalcor_rate_limited_total", "Requests refused by a rate limit.", ("route",))

_bound: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def request_answered(*, route: str, method: str, status: int, seconds: float) -> None:
    key = (route, method, status)
    bound = _bound.get(key)
    if bound is None:
        bound = _bound[key] = (_requests.labels(route, method, str(status)), _seconds.labels(route))
    bound[0].inc()
    bound[1].observe(seconds)


def batch_stored(*, given: int, new: Mapping[tuple[str, str], int], seconds: float) -> None:
    for (provider, kind), rows in new.items():
        _stored.labels(provider, kind).inc(rows)
    _seen.inc(given - sum(new.values()))
    _batch_rows.observe(given)
    _batch_seconds.observe(seconds)


def signature_rejected(provider: str) -> None:
    _signatures.labels(provider).inc()


def rate_limited(route: str) -> None:
    _limited.labels(route).inc()
