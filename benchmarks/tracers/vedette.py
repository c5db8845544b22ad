"""vedette."""

from __future__ import annotations

from collections.abc import Sequence

import vedette


def start() -> None:
    """Set up by code, without the launcher."""
    vedette.start()


def pairs(count: int) -> None:
    """A root span and a child, five attributes each."""
    span = vedette.tracer.span
    for _ in range(count):
        with span("request", resource="GET /users/<id>") as root:
            root.set_attribute("http.request.method", "GET")
            root.set_attribute("url.path", "/users/7")
            root.set_attribute("http.response.status_code", 200)
            root.set_attribute("client.address", "203.0.113.7")
            root.set_attribute("share", 0.5)
            with span("query", resource="select name from users where id = ?") as child:
                child.set_attribute("db.system.name", "sqlite")
                child.set_attribute("db.namespace", "shop")
                child.set_attribute("db.response.returned_rows", 1)
                child.set_attribute("server.address", "127.0.0.1")
                child.set_attribute("share", 0.5)


def open_trace(spans: int) -> object:
    """A trace whose children, five attributes each, are finished and whose root is not; returns what holds it."""
    root = vedette.tracer.span("request", resource="GET /users/<id>")
    for number in range(spans - 1):
        child = vedette.tracer.span("query", resource="select name from users where id = ?", parent=root)
        child.set_attribute("db.system.name", "sqlite")
        child.set_attribute("db.namespace", "shop")
        child.set_attribute("db.response.returned_rows", number)
        child.set_attribute("server.address", "127.0.0.1")
        child.set_attribute("share", 0.5)
        child.finish()
    return root


def extract_and_inject(requests: Sequence[dict[str, str]]) -> None:
    """For each request: read its headers, and write the headers of a call made on its behalf."""
    extract, inject, span = vedette.extract, vedette.inject, vedette.tracer.span
    with span("request") as active:
        for headers in requests:
            extract(headers)
            inject({}, active)


def flush() -> None:
    """Wait until everything is sent."""
    vedette.tracer.flush(10)
