"""A request leaves nothing for the garbage collector: cycles would cost the application its collections, and
those through native objects would never be freed at all."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Iterator
from typing import Any, Callable

import pytest

import vedette
from vedette import _native
from vedette.operations import IncomingRequest

REQUESTS = 50


@pytest.fixture
def protected() -> Iterator[int]:
    """vedette with protection, spans in memory; the operations that other tests' applications still hold."""
    gc.collect()
    before = calls_alive()
    vedette.start(in_memory=True, protection="monitor")
    yield before
    vedette.stop()


def left_behind(request: Callable[[], None]) -> Counter[str]:
    """Objects of vedette that only the garbage collector frees after many requests."""
    for _ in range(5):
        request()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(REQUESTS):
            request()
        _native.take()
        gc.collect()
        ours = (type(found) for found in gc.garbage)
        return Counter(kind.__name__ for kind in ours if kind.__module__.startswith("vedette"))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def calls_alive() -> int:
    """Native calls are invisible to the collector: those that exist can be told by who refers to a live operation."""
    return sum(type(found) is IncomingRequest for found in gc.get_objects())


@pytest.mark.parametrize("body", [None, b'{"name": "brass lamp"}'])
def test_flask_requests_leave_no_cycles(body: bytes | None, protected: int) -> None:
    from flask import Flask, request

    app = Flask("cycles")
    app.add_url_rule("/<name>", "view", lambda name: (request.get_data(), name)[1], methods=["GET", "POST"])
    client = app.test_client()

    def ask() -> None:
        options = {"data": body, "content_type": "application/json"} if body else {}
        (client.post if body else client.get)("/lamp?q=1", **options).close()

    assert left_behind(ask) == Counter()
    gc.collect()
    assert calls_alive() <= protected


@pytest.mark.parametrize("body", [b"", b'{"name": "brass lamp"}'])
def test_asgi_requests_leave_no_cycles(body: bytes, protected: int) -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def view(request: Request) -> PlainTextResponse:
        await request.body()
        return PlainTextResponse("a")

    app = Starlette(routes=[Route("/{name}", view, methods=["GET", "POST"])])
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "method": "POST", "path": "/lamp", "query_string": b"q=1", "headers": headers}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        pass

    loop = asyncio.new_event_loop()
    try:
        assert left_behind(lambda: loop.run_until_complete(app(dict(scope), receive, send))) == Counter()
    finally:
        loop.close()
    gc.collect()
    assert calls_alive() <= protected
