"""Sanic: spans of requests on its own server and under ASGI, of blueprints, streams and WebSockets."""

from __future__ import annotations

import asyncio
import inspect
import logging
import pickle
import sqlite3
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import sanic
from sanic import Blueprint, Sanic, response
from sanic.exceptions import SanicException

import vedette
from tests.integrations.asgi_client import drive, pieces_of, run, scope_of
from tests.integrations.expected import Expected, served
from tests.integrations.loops import Loop, sanicked
from tests.integrations.made import Spans

VERSION = tuple(int(part) for part in sanic.__version__.split(".")[:2])
pytestmark = pytest.mark.skipif(
    VERSION < (21, 3) and sys.version_info >= (3, 10),
    reason="Sanic's own server of that time runs on no CPython after 3.9",
)
STREAMS = pytest.mark.skipif(VERSION < (21, 6), reason="other streams before 21.6")
MESSAGES = pytest.mark.skipif(
    VERSION < (21, 12) or (VERSION < (22, 3) and sys.version_info >= (3, 11)),
    reason="other WebSockets before 21.12, whose own run on no CPython after 3.10",
)
logging.getLogger("sanic.error").setLevel(logging.CRITICAL)
logging.getLogger("sanic.root").setLevel(logging.CRITICAL)
_NUMBERS = count()
Sanic.test_mode = True  # more than one server in a process


def select() -> None:
    sqlite3.connect(":memory:").execute("select 1")


class TeapotError(Exception):
    """Handled by the application."""


def application() -> Sanic:
    app = Sanic(f"tested-{next(_NUMBERS)}")
    blueprint = Blueprint("users", url_prefix="/users")

    @app.route("/", methods=["GET", "HEAD", "POST"])
    async def plain(request: Any) -> Any:
        return response.text("plain")

    @app.route("/sync")
    def synchronous(request: Any) -> Any:
        select()
        return response.text("sync")

    @app.route("/items/<item:int>")
    async def items(request: Any, item: int) -> Any:
        await asyncio.sleep(0)
        select()
        return response.text(str(item))

    @app.route("/broken")
    async def broken(request: Any) -> Any:
        raise LookupError("mine")

    @app.route("/refused/<status:int>")
    async def refused(request: Any, status: int) -> Any:
        raise SanicException("refused", status_code=status)

    @app.route("/teapot")
    async def teapot(request: Any) -> Any:
        raise TeapotError

    @app.exception(TeapotError)
    async def handled(request: Any, error: Any) -> Any:
        return response.text("handled", 418)

    @app.route("/redirected")
    async def redirected(request: Any) -> Any:
        return response.redirect("/")

    @app.route("/posted", methods=["POST"])
    async def posted(request: Any) -> Any:
        return response.json(request.json if "json" in request.headers["content-type"] else dict(request.form))

    @app.route("/task")
    async def task(request: Any) -> Any:
        async def later() -> None:
            await asyncio.sleep(0.01)
            select()

        app.add_task(later())
        return response.text("accepted")

    @blueprint.route("/<name>/orders/<order>")
    async def user(request: Any, name: str, order: str) -> Any:
        return response.text(name)

    @blueprint.middleware("request")
    async def before(request: Any) -> None:
        select()

    app.blueprint(blueprint)
    if VERSION >= (21, 6):
        _streams(app)

    @app.websocket("/socket/<room>")
    async def socket(request: Any, ws: Any, room: str) -> None:
        while True:
            message = await ws.recv()
            if message is None:
                return
            select()
            if message == "fail":
                raise LookupError("in a message")
            if message == "close":
                await ws.close(1001)
                return
            await ws.send(message * 2)

    return app


def _streams(app: Any) -> None:
    @app.route("/stream")
    async def stream(request: Any) -> Any:
        sent = await request.respond(content_type="text/plain")
        for number in range(3):
            select()
            await sent.send(f"{number},")
        await sent.eof()

    @app.route("/after-begin")
    async def after_begin(request: Any) -> Any:
        sent = await request.respond(content_type="text/plain")
        await sent.send("begun")
        raise LookupError("too late")

    @app.post("/pieces", stream=True)
    async def pieces(request: Any) -> Any:
        size = 0
        async for piece in request.stream:
            size += len(piece)
        return response.text(str(size))


@pytest.fixture(scope="module")
def server() -> Iterator[Loop]:
    with sanicked(application()) as loop:
        yield loop


EXPECTED = Expected("sanic", "sanic", "websocket /socket/<room>", peer="127.0.0.1")
query, message = EXPECTED.query, EXPECTED.message


def request(server: Loop, resource: str, url: str, *told: Any, **more: Any) -> dict[str, Any]:
    return EXPECTED.request(resource, url, *told, base=f"http://127.0.0.1:{server.port}", **more)


def named(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The spans without the name that newer versions give to routes."""
    for span in made:
        name = span["attributes"].pop("sanic.route.name", None)
        assert (name is not None) == (VERSION >= (21, 3) and "http.route" in span["attributes"])
    return made


@pytest.mark.parametrize(
    ("path", "resource", "status", "route"),
    [
        ("/", "GET /", 200, "/"),
        ("/?q=1&q=2", "GET /", 200, "/"),
        ("/nowhere", "GET 404", 404, None),
        ("/items/none", "GET 404", 404, None),
        ("/posted", "GET 405", 405, None),
        ("/redirected", "GET /redirected", 302, "/redirected"),
        ("/refused/410", "GET /refused/<status>", 410, "/refused/<status>"),
    ],
)
def test_a_request_is_one_span(
    server: Loop, spans: Spans, path: str, resource: str, status: int, route: str | None
) -> None:
    assert server.ask(path)[0] == status
    assert named(spans()) == [request(server, resource, path, status, route)]


@pytest.mark.parametrize(("method", "status", "route"), [("HEAD", 200, "/"), ("POST", 200, "/"), ("DELETE", 405, None)])
def test_methods(server: Loop, spans: Spans, method: str, status: int, route: str | None) -> None:
    assert server.ask("/", method)[0] == status
    resource = f"{method} {route or status}"
    assert named(spans()) == [request(server, resource, "/", status, route)]


@pytest.mark.parametrize("path", ["/sync", "/items/7"])
def test_calls_within_have_the_request_as_parent(server: Loop, spans: Spans, path: str) -> None:
    assert server.ask(path)[0] == 200
    route = "/sync" if path == "/sync" else "/items/<item>"
    assert named(spans()) == [request(server, f"GET {route}", path, 200, route), query()]


def test_blueprints_and_their_middleware(server: Loop, spans: Spans) -> None:
    assert server.ask("/users/bob/orders/7")[2] == b"bob"
    route = "/users/<name>/orders/<order>"
    assert named(spans()) == [request(server, f"GET {route}", "/users/bob/orders/7", 200, route), query()]


def test_an_unhandled_exception(server: Loop, spans: Spans) -> None:
    assert server.ask("/broken")[0] == 500
    failure = ("LookupError", "mine")
    assert named(spans()) == [request(server, "GET /broken", "/broken", 500, "/broken", error=True, failure=failure)]


def test_an_exception_that_the_application_handles(server: Loop, spans: Spans) -> None:
    assert server.ask("/teapot")[:1] == (418,)
    span = spans.one()
    assert (span["error"], span["failure"][0]) == (True, f"{__name__}.TeapotError")


def test_a_server_error_that_is_raised(server: Loop, spans: Spans) -> None:
    assert server.ask("/refused/503")[0] == 503
    span = spans.one()
    assert (span["error"], span["attributes"]["http.response.status_code"]) == (True, 503)


@STREAMS
def test_a_stream_lasts_as_long_as_its_pieces(server: Loop, spans: Spans) -> None:
    assert server.ask("/stream")[2] == b"0,1,2,"
    assert named(spans()) == [request(server, "GET /stream", "/stream", 200, "/stream"), query(), query(), query()]


@STREAMS
def test_an_exception_after_the_response_began(server: Loop, spans: Spans) -> None:
    assert b"begun" in server.say(b"GET /after-begin HTTP/1.1\r\nHost: a\r\n\r\n")
    span = spans.one()
    assert (span["error"], span["failure"]) == (True, ("LookupError", "too late"))
    assert span["attributes"]["http.response.status_code"] == 200


def test_bodies(server: Loop, spans: Spans) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.ask("/posted", "POST", form, b"a=1&b=2")[2] == b'{"a":["1"],"b":["2"]}'
    assert server.ask("/posted", "POST", {"Content-Type": "application/json"}, b'{"a":1}')[2] == b'{"a":1}'
    assert [span["resource"] for span in spans()] == ["POST /posted"] * 2


@STREAMS
def test_bodies_in_pieces(server: Loop, spans: Spans) -> None:
    assert server.ask("/pieces", "POST", {}, [b"in", b"pieces"])[2] == b"8"
    assert spans.one()["resource"] == "POST /pieces"


def test_a_trace_is_continued(server: Loop, spans: Spans) -> None:
    server.ask("/", headers={"traceparent": f"00-{7:032x}-{9:016x}-01", "User-Agent": "me"})
    span = spans.one()
    assert (span["parent"], span["attributes"]["user_agent.original"]) == ("remote", "me")
    assert (spans.last[0]["trace_id"], spans.last[0]["parent_id"]) == (7, 9)


def test_a_trace_is_not_continued(server: Loop, spans: Spans, option: Any) -> None:
    option("sanic", distributed_tracing=False)
    server.ask("/", headers={"traceparent": f"00-{7:032x}-{9:016x}-01"})
    assert "parent" not in spans.one()


@pytest.mark.skipif(VERSION < (21, 12), reason="ASGI applications need their server's start before")
def test_under_asgi(spans: Spans) -> None:
    app = application()

    async def asked(path: str) -> Any:
        started, asked_for = asyncio.Event(), [{"type": "lifespan.startup"}]

        async def step() -> Any:
            return asked_for.pop(0) if asked_for else await asyncio.sleep(60)

        async def told(message: Any) -> None:
            assert "failed" not in message["type"]
            started.set()

        lifespan = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}}, step, told))
        await started.wait()
        answered = await drive(app, scope_of(path), pieces_of(b""))
        await asyncio.sleep(0.05)
        lifespan.cancel()
        return answered

    answered = run(asked("/items/7"))
    assert (answered.status, answered.body) == (200, b"7")
    span, statement = named(spans())
    assert (span["name"], span["resource"]) == ("sanic.request", "GET /items/<item>")
    assert span["attributes"]["url.full"] == "http://testserver/items/7"
    assert statement == query()
    # A task that the application is given belongs to the request that gave it.
    run(asked("/task"))
    span, statement = named(spans(2))
    assert (span["resource"], statement) == ("GET /task", query())


def converse(server: Loop, path: str, *texts: str) -> list[Any]:
    """What the server says to each message; then the client closes."""
    import aiohttp

    async def talk() -> list[Any]:
        got = []
        async with aiohttp.ClientSession() as session:
            connected = await session.ws_connect(f"http://127.0.0.1:{server.port}{path}")
            for content in texts:
                await connected.send_str(content)
                got.append((await connected.receive()).data)
            await connected.close()
        return got

    try:
        return asyncio.new_event_loop().run_until_complete(talk())  # type: ignore[no-any-return]
    finally:
        server.rest(0.1)


@MESSAGES
def test_messages_are_traces_linked_to_the_handshake(server: Loop, spans: Spans) -> None:
    assert converse(server, "/socket/1", "hello", "close")[:1] == ["hellohello"]
    handshake, *others = served(spans())
    assert handshake["attributes"]["http.response.status_code"] == 101
    assert (handshake["resource"], handshake["type"]) == ("websocket /socket/<room>", "websocket")
    assert others == EXPECTED.conversation((5, "text"))


@MESSAGES
def test_an_exception_belongs_to_its_message(server: Loop, spans: Spans) -> None:
    converse(server, "/socket/1", "fail")
    received = next(span for span in spans() if span["name"] == "websocket.receive")
    assert received == {**message("receive", 4), "error": True, "failure": ("LookupError", "in a message")}


@MESSAGES
def test_websockets_untraced(server: Loop, spans: Spans, option: Any) -> None:
    option("sanic", trace_websocket=False)
    converse(server, "/socket/1", "a")
    assert [span["name"] for span in served(spans())] == ["sqlite.query"]


def test_a_client_that_leaves(server: Loop, spans: Spans) -> None:
    import socket

    peer = socket.create_connection(("127.0.0.1", server.port))
    peer.sendall(b"GET /task HTTP/1.1\r\nHost: a\r\n\r\n")
    peer.close()
    server.rest(0.1)
    assert spans()[0]["resource"] == "GET /task"


def test_nothing_stays_active(server: Loop, spans: Spans) -> None:
    async def current() -> Any:
        return vedette.current_span()

    server.ask("/")
    assert server.run(current()) is None


def test_what_is_hooked_stays_what_it_was() -> None:
    assert inspect.iscoroutinefunction(Sanic.handle_request)
    assert list(inspect.signature(Sanic.handle_request).parameters)[:2] == ["self", "request"]
    assert pickle.loads(pickle.dumps(sanic.handlers.ErrorHandler.response)) is sanic.handlers.ErrorHandler.response
