"""What is counted and timed, for Prometheus. Labels are codes from short lists, never addresses or ids."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

registry = CollectorRegistry()
ProcessCollector(registry=registry)

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

webhooks = Counter(
    "medicalcor_webhooks",
    "Webhooks by what became of them: stored, repeated, unread, bad_signature, bad_body …",
    ("provider", "outcome"),
    registry=registry,
)
webhook_seconds = Histogram(
    "medicalcor_webhook_seconds",
    "From the first byte of a webhook to its durable acknowledgement.",
    ("provider",),
    buckets=_QUICK,
    registry=registry,
)
outbound = Counter(
    "medicalcor_outbound_calls",
    "Calls to providers, each attempt: ok, refused, busy, server_error, timeout, dropped, unreachable, "
    "breaker_open, garbled.",
    ("provider", "operation", "outcome"),
    registry=registry,
)
outbound_seconds = Histogram(
    "medicalcor_outbound_seconds",
    "How long a provider took to answer, each attempt.",
    ("provider", "operation"),
    buckets=_SLOW,
    registry=registry,
)
breaker_state = Gauge(
    "medicalcor_breaker_state",
    "0 closed: calls go out. 1 half open: one is tried. 2 open: none goes out.",
    ("breaker",),
    registry=registry,
)
ai_tokens = Counter(
    "medicalcor_ai_tokens",
    "Tokens used, by direction: prompt, completion.",
    ("operation", "direction"),
    registry=registry,
)
flows = Counter(
    "medicalcor_flows",
    "Workflows that ended, by how.",
    ("flow", "outcome"),
    registry=registry,
)
flow_seconds = Histogram(
    "medicalcor_flow_seconds",
    "From the start of a workflow to its end.",
    ("flow",),
    buckets=_SLOW,
    registry=registry,
)
effects = Counter(
    "medicalcor_effects",
    "Effects by what became of them: sent, refused, held, void, failed, unknown …",
    ("kind", "outcome"),
    registry=registry,
)


def render() -> tuple[bytes, str]:
    """The page for Prometheus, and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
