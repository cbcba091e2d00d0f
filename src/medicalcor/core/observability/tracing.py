"""Traces, when there is somewhere to send them. Otherwise a span costs next to nothing, and the SDK is not loaded."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from medicalcor.core import context, ids
from medicalcor.core.redaction import scrub

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

_OFF = nullcontext()
_PATH = "/v1/traces"
_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None


def start(endpoint: str | None, *, service: str) -> None:
    """Send spans to this OTLP/HTTP collector from now on. None leaves tracing off.

    `service` names the process: `medicalcor-api`, `medicalcor-worker` …
    """
    global _provider, _tracer  # noqa: PLW0603 - a process has one tracer
    if endpoint is None:
        return
    # loaded only here: a gateway that traces nothing must start at once
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as said above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as said above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as said above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as said above

    address = endpoint.rstrip("/")
    exporter = OTLPSpanExporter(endpoint=address if address.endswith(_PATH) else address + _PATH)
    _provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = _provider.get_tracer("medicalcor")


def stop() -> None:
    """Send what is waiting, and end tracing."""
    global _provider, _tracer  # noqa: PLW0603 - a process has one tracer
    if _provider is not None:
        _provider.shutdown()
    _provider = _tracer = None


def new_trace() -> str | None:
    """The head of a trace of our own, so that what follows from a request can be told; None while spans are sent,
    for then the first of them is the head.
    """
    if _tracer is not None:
        return None
    return f"00-{ids.random_bytes(16).hex()}-{ids.random_bytes(8).hex()}-01"


def span(name: str, **attributes: Any) -> AbstractContextManager[None]:
    """A piece of work in the trace that the context belongs to. Attributes are ids and codes."""
    if _tracer is None:
        return _OFF
    return _span(_tracer, name, attributes)


@contextmanager
def _span(tracer: "Tracer", name: str, attributes: dict[str, Any]) -> Iterator[None]:
    from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - loaded by `start` already
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - loaded by `start` already

    carrier = TraceContextTextMapPropagator()
    parent = carrier.extract({"traceparent": context.traceparent() or ""})
    kind = SpanKind.CLIENT if "provider" in attributes else SpanKind.INTERNAL
    shown = {key: _attribute(scrub(value, key=key)) for key, value in attributes.items()}
    current = tracer.start_span(name, context=parent, kind=kind, attributes=shown)
    onward: dict[str, str] = {}
    spans = current.get_span_context()
    onward["traceparent"] = f"00-{spans.trace_id:032x}-{spans.span_id:016x}-{int(spans.trace_flags):02x}"
    try:
        with context.bind(traceparent=onward["traceparent"]):
            yield
    except BaseException as problem:
        # the class is enough: the SDK's own recording would send the exception's text out
        current.set_status(Status(StatusCode.ERROR, type(problem).__name__))
        raise
    finally:
        current.end()


def _attribute(value: Any) -> str | int | float | bool:
    return value if isinstance(value, (str, int, float, bool)) else str(value)
