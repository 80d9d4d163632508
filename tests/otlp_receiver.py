"""A collector that takes spans by OTLP over gRPC on a real socket, and keeps them for a test."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)


@dataclass(frozen=True)
class Taken:
    """A span as it was sent."""

    name: str
    id: bytes
    parent: bytes
    trace: str
    kind: int
    failed: bool
    attributes: dict[str, Any]


@dataclass
class Collector:
    address: str = ""
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)

    @property
    def spans(self) -> list[Taken]:
        return [
            _taken(span)
            for request in self.requests
            for of_resource in request.resource_spans
            for of_scope in of_resource.scope_spans
            for span in of_scope.spans
        ]

    def words(self) -> bytes:
        """Everything that was sent, as it was on the wire."""
        return b"".join(request.SerializeToString() for request in self.requests)

    def until(self, name: str, *, count: int = 1, seconds: float = 10.0) -> list[Taken]:
        """The spans of that name, once there are so many."""
        end = time.monotonic() + seconds
        while len(found := [span for span in self.spans if span.name == name]) < count:
            assert time.monotonic() < end, [span.name for span in self.spans]
            time.sleep(0.02)
        return found


class _Service(TraceServiceServicer):
    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def Export(self, request: ExportTraceServiceRequest, context: object) -> ExportTraceServiceResponse:
        self._collector.requests.append(request)
        return ExportTraceServiceResponse()


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    add_TraceServiceServicer_to_server(_Service(collector), server)  # type: ignore[no-untyped-call]
    collector.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(grace=None)


def _taken(span: Any) -> Taken:
    attributes = {each.key: _value(each.value) for each in span.attributes}
    return Taken(
        name=span.name,
        id=span.span_id,
        parent=span.parent_span_id,
        trace=span.trace_id.hex(),
        kind=span.kind,
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
        attributes=attributes,
    )


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, kind)
