"""Falcon: a span per request with the name of its resource, and the route's template; WSGI and ASGI."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from tests.integrations import asgi_client
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from tests.integrations.wsgi_framework import WSGIFramework, half, pieces, shown, work

falcon = pytest.importorskip("falcon")

VERSION = tuple(int(part) for part in falcon.__version__.split(".")[:2])
App = falcon.App if VERSION >= (3, 0) else falcon.API
TEMPLATES = VERSION >= (2, 0)
"""Whether the router tells the template."""


def answer(response: Any, text: str) -> None:
    if VERSION >= (3, 0):
        response.text = text
    else:
        response.body = text


class User:
    def on_get(self, request: Any, response: Any, number: str) -> None:
        answer(response, shown(number, request.stream.read()))

    def on_post(self, request: Any, response: Any, number: str) -> None:
        answer(response, shown(number, request.stream.read()))


class Work:
    def on_get(self, request: Any, response: Any) -> None:
        answer(response, work())


class Broken:
    def on_get(self, request: Any, response: Any) -> None:
        raise LookupError("mine")


class Refused:
    def on_get(self, request: Any, response: Any) -> None:
        raise falcon.HTTPConflict(**({"title": "no"} if VERSION >= (3, 0) else {"title": "no", "description": "no"}))


class Stream:
    def on_get(self, request: Any, response: Any) -> None:
        response.stream = pieces()


class Half:
    def on_get(self, request: Any, response: Any) -> None:
        response.stream = half()


@pytest.fixture
def app() -> Any:
    made = App()
    made.add_route("/users/{number}", User())
    for resource in (Work, Broken, Refused, Stream, Half):
        made.add_route(f"/{resource.__name__.lower()}", resource())
    return made


class TestFalcon(WSGIFramework):
    name = "falcon"
    resource = f"{__name__}.User"
    route = "/users/{number}" if TEMPLATES else resource
    broken = f"{__name__}.Broken"
    not_allowed = f"DELETE {resource}"
    handles_errors = VERSION >= (3, 0)

    if not TEMPLATES:

        def test_pieces_of_a_stream_are_in_the_request(self, app: Any, spans: Spans) -> None:
            assert ask(app, "/stream").body == b"onetwo"
            assert [span.get("parent") for span in spans()] == [None, "falcon.request", "falcon.request"]


def test_sinks_have_no_route(app: Any, spans: Spans) -> None:
    app.add_sink(lambda request, response, **_: answer(response, "sunk"), "/sink")
    assert ask(app, "/sink/7").body == b"sunk"
    assert spans.one()["resource"] == "GET 200"


@pytest.mark.skipif(VERSION < (2, 0), reason="handlers answer otherwise before 2.0")
def test_an_error_that_the_application_handles_is_its_answer(app: Any, spans: Spans) -> None:
    def handled(request: Any, response: Any, error: Exception, params: Any) -> None:
        response.status = falcon.HTTP_404

    app.add_error_handler(LookupError, handled)
    assert ask(app, "/broken").status == 404
    span = spans.one()
    assert ("error" in span, span["attributes"]["http.response.status_code"]) == (False, 404)


def test_it_looks_as_before() -> None:
    assert list(inspect.signature(App.__call__).parameters) == ["self", "env", "start_response"]


def asynchronous() -> Any:
    from falcon.asgi import App

    class AsyncUser:
        async def on_get(self, request: Any, response: Any, number: str) -> None:
            response.text = shown(number, await request.stream.read())

    class AsyncBroken:
        async def on_get(self, request: Any, response: Any) -> None:
            raise LookupError("mine")

    class AsyncStream:
        async def on_get(self, request: Any, response: Any) -> None:
            async def stream() -> Any:
                for piece in pieces():
                    yield piece

            response.stream = stream()

    class Socket:
        async def on_websocket(self, request: Any, socket: Any, number: str) -> None:
            await socket.accept()
            await socket.send_text(number)
            await socket.close()

    made = App()
    made.add_route("/users/{number}", AsyncUser())
    made.add_route("/broken", AsyncBroken())
    made.add_route("/stream", AsyncStream())
    made.add_route("/sockets/{number}", Socket())
    return made


asgi = pytest.mark.skipif(VERSION < (3, 0), reason="since 3.0")
PREFIX = f"{__name__}.asynchronous.<locals>"


@asgi
def test_asgi(spans: Spans) -> None:
    answered = asgi_client.ask(asynchronous(), "/users/7?page=2", headers={"user-agent": "test"})
    assert answered.body == b"7 falcon.request "
    assert spans() == [
        TestFalcon().expected("/users/7?page=2", f"GET {PREFIX}.AsyncUser", 200, "/users/{number}"),
    ]


@asgi
def test_asgi_of_unknown_paths_and_methods(spans: Spans) -> None:
    app = asynchronous()
    assert asgi_client.ask(app, "/nowhere/7").status == 404
    assert asgi_client.ask(app, "/users/7", "DELETE").status == 405
    assert [span["resource"] for span in spans()] == ["GET 404", f"DELETE {PREFIX}.AsyncUser"]


@asgi
def test_asgi_errors(spans: Spans) -> None:
    assert asgi_client.ask(asynchronous(), "/broken").status == 500
    span = spans.one()
    assert (span["failure"], span["resource"]) == (("LookupError", "mine"), f"GET {PREFIX}.AsyncBroken")


@asgi
def test_asgi_streams(spans: Spans) -> None:
    assert asgi_client.ask(asynchronous(), "/stream").body == b"onetwo"
    assert [span.get("parent") for span in spans()] == [None, "falcon.request", "falcon.request"]


@asgi
def test_asgi_websockets(spans: Spans) -> None:
    asgi_client.talk(asynchronous(), "/sockets/7")
    span = next(span for span in spans() if span["name"] == "falcon.request")
    assert (span["type"], span["attributes"]["http.route"]) == ("websocket", "/sockets/{number}")
