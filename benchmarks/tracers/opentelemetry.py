"""The OpenTelemetry SDK with its batch processor and OTLP over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry import propagate, trace


def start() -> None:
    """Provider, processor, exporter."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def pairs(count: int) -> None:
    """A root span and a child, five attributes each."""
    span = trace.get_tracer("bench").start_as_current_span
    for _ in range(count):
        with span("GET /users/<id>") as root:
            root.set_attribute("http.request.method", "GET")
            root.set_attribute("url.path", "/users/7")
            root.set_attribute("http.response.status_code", 200)
            root.set_attribute("client.address", "203.0.113.7")
            root.set_attribute("share", 0.5)
            with span("select name from users where id = ?") as child:
                child.set_attribute("db.system.name", "sqlite")
                child.set_attribute("db.namespace", "shop")
                child.set_attribute("db.response.returned_rows", 1)
                child.set_attribute("server.address", "127.0.0.1")
                child.set_attribute("share", 0.5)


def open_trace(spans: int) -> object:
    """A trace whose children, five attributes each, are finished and whose root is not; returns what holds it."""
    tracer = trace.get_tracer("bench")
    root = tracer.start_span("GET /users/<id>")
    context = trace.set_span_in_context(root)
    for number in range(spans - 1):
        child = tracer.start_span("select name from users where id = ?", context)
        child.set_attribute("db.system.name", "sqlite")
        child.set_attribute("db.namespace", "shop")
        child.set_attribute("db.response.returned_rows", number)
        child.set_attribute("server.address", "127.0.0.1")
        child.set_attribute("share", 0.5)
        child.end()
    return root


def extract_and_inject(requests: Sequence[dict[str, str]]) -> None:
    """For each request: read its headers, and write the headers of a call made on its behalf."""
    extract, inject = propagate.extract, propagate.inject
    with trace.get_tracer("bench").start_as_current_span("request"):
        for headers in requests:
            extract(headers)
            inject({})


def flush() -> None:
    """Wait until everything is sent."""
    provider = trace.get_tracer_provider()
    provider.force_flush()  # type: ignore[attr-defined]
