"""Spans sent by OTLP over gRPC. Imported only when traces are wanted: it takes longer to load than to answer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from assistant import __version__
from assistant.tracing import Attribute, Kind, Span

_EXPORT_SECONDS: Final = 3.0
"""How long one export may take, and so how long a collector that is away can hold up the end of the process."""

_KINDS: Final = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
}


class OtlpTracer:
    """A provider of its own, not the process's: what libraries might put into spans stays here."""

    def __init__(self, endpoint: str, *, service: str) -> None:
        about = Resource.create({"service.name": service, "service.version": __version__})
        self._provider = TracerProvider(resource=about, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("assistant", __version__)

    @contextmanager
    def span(self, name: str, kind: Kind, attributes: Mapping[str, Attribute]) -> Iterator[Span]:
        around = context.get_current()
        made = self._tracer.start_span(name, kind=_KINDS[kind], attributes=dict(attributes))
        seen = _Seen(made)
        context.attach(trace.set_span_in_context(made))
        try:
            yield seen
        except Exception as error:
            seen.failed(type(error).__name__)
            raise
        finally:
            # Not detach, which complains when a generator is closed in another context than it was begun in.
            context.attach(around)
            made.end()

    def trace_id(self) -> str:
        current = trace.get_current_span().get_span_context()
        return trace.format_trace_id(current.trace_id) if current.is_valid else ""

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class _Seen:
    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._failed = False

    def note(self, name: str, value: Attribute) -> None:
        self._span.set_attribute(name, value)

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def failed(self, kind: str) -> None:
        """The first word counts: whoever knows more says it before the fault leaves the span."""
        if not self._failed:
            self._failed = True
            self._span.set_attribute("error.type", kind)
            self._span.set_status(trace.StatusCode.ERROR)
