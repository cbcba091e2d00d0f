"""Spans go to the collector when there is one, under the context's trace, and without personal data."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from medicalcor.core import context
from medicalcor.core.observability import tracing

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Take)
        self.paths: list[str] = []
        self.spans: list[Span] = []
        self.raw = b""


class Take(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.paths.append(self.path)
        self.server.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.server.spans.extend(scope.spans)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_without_a_collector_nothing_happens() -> None:
    tracing.start(None, service="test")
    with context.bind(traceparent=PARENT), tracing.span("work", provider="x"):
        assert context.traceparent() == PARENT


def test_spans_hang_together_under_the_trace_that_came_in(collector: Collector) -> None:
    tracing.start(f"http://127.0.0.1:{collector.server_port}", service="medicalcor-test")
    with context.bind(traceparent=PARENT), tracing.span("outer", flow="whatsapp.message"):
        within = context.traceparent()
        with tracing.span("outbound", provider="whatsapp", operation="send_text"):
            pass
    tracing.stop()
    assert collector.paths[0] == "/v1/traces"
    spans = {span.name: span for span in collector.spans}
    assert spans["outer"].trace_id.hex() == spans["outbound"].trace_id.hex() == PARENT.split("-")[1]
    assert spans["outer"].parent_span_id.hex() == PARENT.split("-")[2]
    assert spans["outbound"].parent_span_id == spans["outer"].span_id
    assert within == f"00-{PARENT.split('-')[1]}-{spans['outer'].span_id.hex()}-01"
    assert spans["outbound"].kind == Span.SPAN_KIND_CLIENT


def test_neither_attributes_nor_exceptions_tell_of_anybody(collector: Collector) -> None:
    tracing.start(f"http://127.0.0.1:{collector.server_port}/v1/traces", service="medicalcor-test")

    def fail() -> None:
        raise ValueError("canary wrote from +40722000001")

    with (
        pytest.raises(ValueError, match="canary"),
        tracing.span("work", body="canary", who="+40722000001", n=1),
    ):
        fail()
    tracing.stop()
    assert b"canary" not in collector.raw
    assert b"722000001" not in collector.raw
    assert collector.spans[0].status.message == "ValueError"


def test_a_trace_that_is_not_sampled_stays_so(collector: Collector) -> None:
    tracing.start(f"http://127.0.0.1:{collector.server_port}", service="medicalcor-test")
    with context.bind(traceparent=PARENT[:-2] + "00"), tracing.span("work"):
        carried = context.traceparent() or ""
        assert carried.startswith(PARENT[:35])
        assert carried.endswith("-00")
    tracing.stop()
    assert collector.spans == []
