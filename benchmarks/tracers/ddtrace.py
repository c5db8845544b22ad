"""Datadog's tracer."""

from __future__ import annotations

from collections.abc import Sequence

from ddtrace.propagation.http import HTTPPropagator
from ddtrace.trace import tracer


def start() -> None:
    """Nothing to do: the import did it."""


def pairs(count: int) -> None:
    """A root span and a child, five attributes each."""
    trace = tracer.trace
    for _ in range(count):
        with trace("request", resource="GET /users/<id>") as root:
            root.set_tag("http.method", "GET")
            root.set_tag("http.url", "/users/7")
            root.set_tag("http.status_code", 200)
            root.set_tag("http.client_ip", "203.0.113.7")
            root.set_tag("share", 0.5)
            with trace("query", resource="select name from users where id = ?") as child:
                child.set_tag("db.system", "sqlite")
                child.set_tag("db.name", "shop")
                child.set_tag("db.row_count", 1)
                child.set_tag("network.destination.name", "127.0.0.1")
                child.set_tag("share", 0.5)


def open_trace(spans: int) -> object:
    """A trace whose children, five attributes each, are finished and whose root is not; returns what holds it."""
    root = tracer.start_span("request", resource="GET /users/<id>")
    for number in range(spans - 1):
        child = tracer.start_span("query", resource="select name from users where id = ?", child_of=root)
        child.set_tag("db.system", "sqlite")
        child.set_tag("db.name", "shop")
        child.set_tag("db.row_count", number)
        child.set_tag("network.destination.name", "127.0.0.1")
        child.set_tag("share", 0.5)
        child.finish()
    return root


def extract_and_inject(requests: Sequence[dict[str, str]]) -> None:
    """For each request: read its headers, and write the headers of a call made on its behalf."""
    extract, inject = HTTPPropagator.extract, HTTPPropagator.inject
    with tracer.trace("request") as active:
        for headers in requests:
            extract(headers)
            inject(active.context, {})


def flush() -> None:
    """Wait until everything is sent."""
    tracer.flush()
