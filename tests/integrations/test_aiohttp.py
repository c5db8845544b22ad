"""aiohttp's server: spans of requests over sockets, of applications within applications, and of WebSockets."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import sqlite3
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

import vedette
from tests.integrations.expected import Expected, served
from tests.integrations.loops import Loop, aiohttped
from tests.integrations.made import Spans

VERSION = tuple(int(part) for part in aiohttp.__version__.split(".")[:2])
pytestmark = pytest.mark.skipif(
    VERSION < (3, 7) and sys.version_info >= (3, 10),
    reason="before 3.7 it gives asyncio a loop, which no CPython after 3.9 takes",
)


def session_of(*args: Any, **options: Any) -> aiohttp.ClientSession:
    """A session; without a time-out before 3.0, since that needs what asyncio has no more."""
    if VERSION < (3, 0):
        options["read_timeout"] = None
    return aiohttp.ClientSession(*args, **options)


def select() -> None:
    sqlite3.connect(":memory:").execute("select 1")


async def plain(request: Any) -> Any:
    return web.Response(text="plain")


async def working(request: Any) -> Any:
    await asyncio.sleep(0)
    select()
    await asyncio.get_event_loop().run_in_executor(None, select)
    return web.Response(text="worked")


async def broken(request: Any) -> Any:
    raise LookupError("mine")


async def found(request: Any) -> Any:
    raise web.HTTPFound("/")


async def unavailable(request: Any) -> Any:
    raise web.HTTPServiceUnavailable


async def stream(request: Any) -> Any:
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(3):
        select()
        await response.write(f"{number},".encode())
        await asyncio.sleep(0)
    return response


async def after_begin(request: Any) -> Any:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"begun")
    raise LookupError("too late")


async def posted(request: Any) -> Any:
    how = request.match_info["how"]
    if how == "form":
        return web.json_response(dict(await request.post()))
    if how == "stream":
        pieces = [piece.decode() async for piece in request.content.iter_any()]
        return web.json_response("".join(pieces))
    return web.json_response(await request.json())


async def own_file(request: Any) -> Any:
    return web.FileResponse(__file__)


async def nothing(request: Any) -> Any:
    return None


class View(web.View):
    async def get(self) -> Any:
        select()
        return web.Response(text="view")


async def socket(request: Any) -> Any:
    made = web.WebSocketResponse()
    await made.prepare(request)
    async for message in made:
        select()
        if message.data == "fail":
            raise LookupError("in a message")
        if message.data == "close":
            await made.close(code=1001)
            break
        await (made.send_str if isinstance(message.data, str) else made.send_bytes)(message.data * 2)
    return made


def application() -> web.Application:
    sub = web.Application()
    sub.router.add_get("/users/{id}", plain)
    app = web.Application()
    add = app.router.add_get
    add("/", plain)
    add(r"/items/{item:\d+}", working)
    add("/broken", broken)
    add("/found", found)
    add("/unavailable", unavailable)
    add("/stream", stream)
    add("/after-begin", after_begin)
    add("/file", own_file)
    add("/nothing", nothing)
    add("/socket/{room}", socket)
    app.router.add_post("/post/{how}", posted)
    app.router.add_route("*", "/view", View)
    app.router.add_static("/static", "tests/integrations")
    app.add_subapp("/sub", sub)
    return app


@pytest.fixture(scope="module")
def server() -> Iterator[Loop]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with aiohttped(application()) as loop:
            yield loop


EXPECTED = Expected("aiohttp", "aiohttp-web", "websocket /socket/{room}", peer="127.0.0.1")
query, message = EXPECTED.query, EXPECTED.message


def request(server: Loop, resource: str, url: str, *told: Any, **more: Any) -> dict[str, Any]:
    return EXPECTED.request(resource, url, *told, base=f"http://127.0.0.1:{server.port}", **more)


@pytest.mark.parametrize(
    ("path", "resource", "status", "route"),
    [
        ("/", "GET /", 200, "/"),
        ("/?q=1&q=2", "GET /", 200, "/"),
        ("/found", "GET /found", 302, "/found"),
        ("/nowhere", "GET 404", 404, None),
        ("/items/none", "GET 404", 404, None),
        ("/post/json", "GET 405", 405, None),
        ("/sub/users/7", "GET /sub/users/{id}", 200, "/sub/users/{id}"),
        ("/sub/nowhere", "GET 404", 404, None),
        ("/static/nothing-there", "GET /static", 404, "/static"),
        ("/file", "GET /file", 200, "/file"),
        ("/static/loops.py", "GET /static", 200, "/static"),
    ],
)
def test_a_request_is_one_span(
    server: Loop, spans: Spans, path: str, resource: str, status: int, route: str | None
) -> None:
    assert server.ask(path)[0] == status
    assert spans(1) == [request(server, resource, path, status, route)]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "POST"])
def test_methods(server: Loop, spans: Spans, method: str) -> None:
    status = server.ask("/view", method)[0]
    assert status == 405
    assert spans() == [request(server, f"{method} /view", "/view", status, "/view")]


def test_calls_within_have_the_request_as_parent(server: Loop, spans: Spans) -> None:
    assert server.ask("/items/7")[2] == b"worked"
    route = "/items/{item}"
    assert spans() == [request(server, f"GET {route}", "/items/7", 200, route), query(), query()]


def test_views_of_classes(server: Loop, spans: Spans) -> None:
    assert server.ask("/view")[2] == b"view"
    assert spans() == [request(server, "GET /view", "/view", 200, "/view"), query()]


def test_an_unhandled_exception(server: Loop, spans: Spans) -> None:
    assert server.ask("/broken")[0] == 500
    failure = ("LookupError", "mine")
    assert spans() == [request(server, "GET /broken", "/broken", 500, "/broken", error=True, failure=failure)]


def test_a_server_error_that_is_raised(server: Loop, spans: Spans) -> None:
    assert server.ask("/unavailable")[0] == 503
    assert spans() == [request(server, "GET /unavailable", "/unavailable", 503, "/unavailable", error=True)]


def test_a_handler_that_returns_nothing(server: Loop, spans: Spans) -> None:
    assert server.ask("/nothing")[0] == 500 or VERSION < (3, 7)
    assert spans.one()["resource"] == "GET /nothing"


def test_a_stream_lasts_as_long_as_its_pieces(server: Loop, spans: Spans) -> None:
    assert server.ask("/stream")[2] == b"0,1,2,"
    assert spans() == [request(server, "GET /stream", "/stream", 200, "/stream"), query(), query(), query()]


def test_an_exception_after_the_response_began(server: Loop, spans: Spans) -> None:
    answer = server.say(b"GET /after-begin HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"begun" in answer
    assert not answer.endswith(b"0\r\n\r\n") or VERSION < (3, 7)
    span = spans.one()
    assert (span["error"], span["failure"]) == (True, ("LookupError", "too late"))
    assert span["attributes"]["http.response.status_code"] == 200


def test_a_file_lasts_until_it_is_written(server: Loop, spans: Spans) -> None:
    body = server.ask("/file")[2]
    assert body.startswith(b'"""aiohttp')
    assert spans(1) == [request(server, "GET /file", "/file", 200, "/file")]


@pytest.mark.parametrize(
    ("how", "content_type", "body", "answer"),
    [
        ("json", "application/json", b'{"a": 1}', b'{"a": 1}'),
        ("form", "application/x-www-form-urlencoded", b"a=1&b=2", b'{"a": "1", "b": "2"}'),
        ("stream", "text/plain", [b"in", b"pieces"], b'"inpieces"'),
    ],
)
def test_bodies(server: Loop, spans: Spans, how: str, content_type: str, body: Any, answer: bytes) -> None:
    assert server.ask(f"/post/{how}", "POST", {"Content-Type": content_type}, body)[2] == answer
    assert spans.one()["resource"] == "POST /post/{how}"


def test_a_trace_is_continued(server: Loop, spans: Spans) -> None:
    server.ask("/", headers={"traceparent": f"00-{7:032x}-{9:016x}-01", "User-Agent": "me"})
    span = spans.one()
    assert (span["parent"], span["attributes"]["user_agent.original"]) == ("remote", "me")
    assert (spans.last[0]["trace_id"], spans.last[0]["parent_id"]) == (7, 9)


def test_a_trace_is_not_continued(server: Loop, spans: Spans, option: Any) -> None:
    option("aiohttp", distributed_tracing=False)
    server.ask("/", headers={"traceparent": f"00-{7:032x}-{9:016x}-01"})
    assert "parent" not in spans.one()


def test_middleware_is_within_the_request(spans: Spans) -> None:
    if VERSION < (3, 0):
        pytest.skip("other middleware before 3.0")

    @web.middleware
    async def first(request: Any, handler: Any) -> Any:
        select()
        response = await handler(request)
        response.headers["x-first"] = "1"
        return response

    @web.middleware
    async def handles(request: Any, handler: Any) -> Any:
        try:
            return await handler(request)
        except LookupError:
            return web.Response(status=418)

    app = web.Application(middlewares=[first, handles])
    app.router.add_get("/broken", broken)
    with aiohttped(app) as loop:
        status, headers, _ = loop.ask("/broken")
    assert (status, headers["x-first"]) == (418, "1")
    assert spans() == [request(loop, "GET /broken", "/broken", 418, "/broken"), query()]


def test_a_client_that_leaves(spans: Spans) -> None:
    began = []

    async def slow(request: Any) -> Any:
        began.append(1)
        await asyncio.sleep(0.2)
        return web.Response(text="late")

    app = web.Application()
    app.router.add_get("/slow", slow)
    with aiohttped(app) as loop:
        import socket as sockets

        peer = sockets.create_connection(("127.0.0.1", loop.port))
        peer.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        while not began:
            loop.settle()
        peer.close()
        loop.rest(0.4)
    assert spans(1)[0]["resource"] == "GET /slow"


def test_fifty_requests_at_once_are_not_mixed(spans: Spans) -> None:
    async def nested(request: Any) -> Any:
        number = request.match_info["number"]
        with vedette.tracer.span("step", resource=number):
            await asyncio.sleep(0.001 * (int(number) % 7))
            select()
        return web.Response(text=number)

    app = web.Application()
    app.router.add_get("/{number}", nested)

    async def all_of_them(port: int) -> list[str]:
        async with session_of() as session:

            async def one(number: int) -> str:
                async with session.get(f"http://127.0.0.1:{port}/{number}", headers={"x-none": "1"}) as response:
                    return await response.text()

            return list(await asyncio.gather(*(one(number) for number in range(50))))

    with aiohttped(app) as loop:
        assert asyncio.new_event_loop().run_until_complete(all_of_them(loop.port)) == [str(n) for n in range(50)]
    spans(200)
    steps = [span for span in spans.last if span["name"] == "step"]
    by_id = {span["span_id"]: span for span in spans.last}
    assert len(steps) == 50
    for step in steps:
        parent = by_id[step["parent_id"]]
        assert parent["name"] == "aiohttp.request"
        assert parent["attributes"]["url.full"].rpartition("/")[2] == step["resource"]
        assert by_id[parent["parent_id"]]["kind"] == "client"


def converse(server: Loop, path: str, *messages: Any) -> list[Any]:
    """What the server says to each message; then the client closes."""

    async def talk() -> list[Any]:
        got = []
        async with session_of() as session:
            connected = await session.ws_connect(f"http://127.0.0.1:{server.port}{path}")
            for message in messages:
                await (connected.send_str if isinstance(message, str) else connected.send_bytes)(message)
                got.append((await connected.receive()).data)
            await connected.close()
        return got

    try:
        return asyncio.new_event_loop().run_until_complete(talk())  # type: ignore[no-any-return]
    finally:
        server.rest(0.05)


def test_messages_are_traces_linked_to_the_handshake(server: Loop, spans: Spans) -> None:
    assert converse(server, "/socket/1", "hello", b"abc", "close")[:2] == ["hellohello", b"abcabc"]
    handshake, *others = served(spans())
    assert handshake["attributes"]["http.response.status_code"] == 101
    assert handshake["attributes"]["http.upgraded"] == "websocket"
    assert (handshake["resource"], handshake["type"]) == ("websocket /socket/{room}", "websocket")
    assert others == EXPECTED.conversation((5, "text"), (3, "binary"))


def test_an_exception_belongs_to_its_message(server: Loop, spans: Spans) -> None:
    converse(server, "/socket/1", "fail")
    received = next(span for span in spans() if span["name"] == "websocket.receive")
    assert received == {**message("receive", 4), "error": True, "failure": ("LookupError", "in a message")}


def test_messages_within_the_trace_of_the_handshake(server: Loop, spans: Spans, option: Any) -> None:
    option("aiohttp", websocket_separate_traces=False)
    converse(server, "/socket/1", "a")
    spans()
    assert len({span["trace_id"] for span in spans.last}) == 1
    handshake = next(span for span in spans.last if span["name"] == "aiohttp.request" and span["kind"] == "server")
    received = next(span for span in spans.last if span["name"] == "websocket.receive")
    assert received["parent_id"] == handshake["span_id"]


def test_websockets_untraced(server: Loop, spans: Spans, option: Any) -> None:
    option("aiohttp", trace_websocket=False)
    converse(server, "/socket/1", "a")
    assert [span["name"] for span in served(spans())] == ["sqlite.query"]


def test_a_handshake_that_is_none(server: Loop, spans: Spans) -> None:
    assert server.ask("/socket/1", headers={"Upgrade": "websocket", "Connection": "Upgrade"})[0] == 400
    assert server.ask("/socket/1")[0] == 400
    assert [span["resource"] for span in spans()] == ["websocket /socket/{room}", "GET /socket/{room}"]


def test_what_is_hooked_stays_what_it_was() -> None:
    if VERSION >= (3, 0):
        assert inspect.iscoroutinefunction(web.Application._handle)
    assert list(inspect.signature(web.Application._handle).parameters) == ["self", "request"]
    assert pickle.loads(pickle.dumps(web.Application._handle)) is web.Application._handle
    assert isinstance(web.Application(), web.Application)
