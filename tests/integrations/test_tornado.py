"""Tornado: spans of requests over sockets, coroutines of both kinds, WebSockets, templates."""

from __future__ import annotations

import asyncio
import inspect
import logging
import pickle
import sqlite3
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import tornado
from tornado import gen, template, web, websocket

import vedette
from tests.integrations.expected import Expected
from tests.integrations.loops import Loop, tornadoed
from tests.integrations.made import Spans

VERSION = tornado.version_info
NATIVE = pytest.mark.skipif(VERSION < (4, 3), reason="no native coroutines before 4.3")
ON_ASYNCIO = VERSION >= (5, 0)
logging.getLogger("tornado").setLevel(logging.CRITICAL)


def sleep(seconds: float) -> Any:
    if hasattr(gen, "sleep"):
        return gen.sleep(seconds)
    loop = tornado.ioloop.IOLoop.current()
    return gen.Task(loop.add_timeout, loop.time() + seconds)


def select() -> None:
    sqlite3.connect(":memory:").execute("select 1")


class Plain(web.RequestHandler):
    def get(self, *args: str, **kwargs: str) -> None:
        self.write("plain")

    post = head = get


class Generated(web.RequestHandler):
    @gen.coroutine
    def get(self) -> Any:
        yield sleep(0.001)
        select()
        yield self.deeper()
        select()
        self.write("generated")

    @gen.coroutine
    def deeper(self) -> Any:
        yield sleep(0.001)
        select()


class Native(web.RequestHandler):
    async def get(self) -> None:
        await gen.sleep(0.001)
        select()
        if hasattr(tornado.ioloop.IOLoop, "run_in_executor"):
            await tornado.ioloop.IOLoop.current().run_in_executor(None, select)
        else:
            select()  # there was no way to wait for an executor's future
        self.write("native")


class Broken(web.RequestHandler):
    def get(self) -> None:
        raise LookupError("mine")


class Refused(web.RequestHandler):
    def get(self, status: str) -> None:
        raise web.HTTPError(int(status))


class Handled(web.RequestHandler):
    def get(self) -> None:
        raise ArithmeticError("handled")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_status(418)
        self.finish("handled")


class Streamed(web.RequestHandler):
    @gen.coroutine
    def get(self) -> Any:
        for number in range(3):
            select()
            self.write(f"{number},")
            yield self.flush()


class AfterBegin(web.RequestHandler):
    @gen.coroutine
    def get(self) -> Any:
        self.write("begun")
        yield self.flush()
        raise LookupError("too late")


class Redirected(web.RequestHandler):
    def get(self) -> None:
        self.redirect("/")


class Later(web.RequestHandler):
    """Finishes when its method is over."""

    def get(self) -> None:
        self._auto_finish = False
        tornado.ioloop.IOLoop.current().call_later(0.02, lambda: self.finish("later"))


class Posted(web.RequestHandler):
    def post(self) -> None:
        self.write({name: self.get_argument(name) for name in sorted(self.request.arguments)})


@web.stream_request_body
class InPieces(web.RequestHandler):
    def prepare(self) -> None:
        self.size = 0

    def data_received(self, chunk: bytes) -> None:
        self.size += len(chunk)

    def post(self) -> None:
        self.write(str(self.size))


class Rendered(web.RequestHandler):
    def get(self) -> None:
        self.write(template.Template("hello {{ name }}", name="greeting.html").generate(name="you"))


class Socket(websocket.WebSocketHandler):
    def on_message(self, message: Any) -> None:
        select()
        if message == "fail":
            raise LookupError("in a message")
        if message == "close":
            self.close(1001)
        else:
            self.write_message(message * 2, binary=isinstance(message, bytes))


class LaterSocket(websocket.WebSocketHandler):
    @gen.coroutine
    def on_message(self, message: Any) -> Any:
        yield sleep(0.001)
        select()
        self.write_message(message)


class NativeSocket(websocket.WebSocketHandler):
    async def on_message(self, message: Any) -> None:
        await gen.sleep(0.001)
        select()
        if message == "fail":
            raise LookupError("in a message")
        await self.write_message(message)


def application() -> web.Application:
    app = web.Application(
        [
            (r"/", Plain),
            (r"/generated", Generated),
            (r"/native", Native),
            (r"/broken", Broken),
            (r"/refused/([0-9]+)", Refused),
            (r"/users/(?P<user>[a-z]+)/(?P<item>[0-9]*)", Plain),
            (r"/again/(.*)$", Plain),
            (r"/handled", Handled),
            (r"/streamed", Streamed),
            (r"/after-begin", AfterBegin),
            (r"/redirected", Redirected),
            (r"/later", Later),
            (r"/posted", Posted),
            (r"/pieces", InPieces),
            (r"/rendered", Rendered),
            (r"/socket/(?:.*)", Socket),
            (r"/later-socket", LaterSocket),
            (r"/native-socket", NativeSocket),
            (r"/static/(.*)", web.StaticFileHandler, {"path": "tests/integrations"}),
            (r"/moved", web.RedirectHandler, {"url": "/"}),
        ]
    )
    app.add_handlers(r"api\.example", [(r"/hosted/(.*)", Plain)])
    return app


@pytest.fixture(scope="module")
def server() -> Iterator[Loop]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with tornadoed(application()) as loop:
            yield loop


SOCKET = f"{__name__}.Socket"
EXPECTED = Expected("tornado", "tornado-web", SOCKET, peer="127.0.0.1")
query = EXPECTED.query


def request(server: Loop, handler: str, url: str, *told: Any, **more: Any) -> dict[str, Any]:
    resource = f"{__name__}.{handler}" if handler[0].isupper() and " " not in handler else handler
    return EXPECTED.request(resource, url, *told, base=f"http://127.0.0.1:{server.port}", **{"method": "GET", **more})


@pytest.mark.parametrize(
    ("path", "handler", "status", "route"),
    [
        ("/", "Plain", 200, "/"),
        ("/?q=1&q=2", "Plain", 200, "/"),
        ("/users/bob/7", "Plain", 200, "/users/(?P<user>[a-z]+)/(?P<item>[0-9]*)"),
        ("/again/and/again", "Plain", 200, "/again/(.*)"),
        ("/nowhere", "GET 404", 404, None),
        ("/refused/410", "Refused", 410, "/refused/([0-9]+)"),
        ("/redirected", "Redirected", 302, "/redirected"),
        ("/handled", "Handled", 418, "/handled"),
        ("/later", "Later", 200, "/later"),
        ("/posted", "Posted", 405, "/posted"),
        ("/static/nothing-there", "tornado.web.StaticFileHandler", 404, "/static/(.*)"),
        ("/static/loops.py", "tornado.web.StaticFileHandler", 200, "/static/(.*)"),
        ("/moved", "tornado.web.RedirectHandler", 301, "/moved"),
    ],
)
def test_a_request_is_one_span(
    server: Loop, spans: Spans, path: str, handler: str, status: int, route: str | None
) -> None:
    assert server.ask(path)[0] == status
    more = {"error": True, "failure": ("ArithmeticError", "handled")} if status == 418 else {}
    assert spans(1) == [request(server, handler, path, status, route, **more)]


def test_a_host_of_its_own(server: Loop, spans: Spans) -> None:
    assert server.ask("/hosted/here", headers={"Host": "api.example"})[2] == b"plain"
    assert spans.one()["attributes"]["http.route"] == "/hosted/(.*)"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 405), ("POST", 200), ("DELETE", 405)])
def test_methods(server: Loop, spans: Spans, method: str, status: int) -> None:
    assert server.ask("/", method)[0] == status
    assert spans() == [request(server, "Plain", "/", status, "/", method=method)]


def test_generators_are_within_the_request(server: Loop, spans: Spans) -> None:
    assert server.ask("/generated")[2] == b"generated"
    assert spans() == [request(server, "Generated", "/generated", 200, "/generated"), query(), query(), query()]


@NATIVE
def test_native_coroutines_and_executors_are_within_the_request(server: Loop, spans: Spans) -> None:
    assert server.ask("/native")[2] == b"native"
    assert spans() == [request(server, "Native", "/native", 200, "/native"), query(), query()]


def test_an_unhandled_exception(server: Loop, spans: Spans) -> None:
    assert server.ask("/broken")[0] == 500
    failure = ("LookupError", "mine")
    assert spans() == [request(server, "Broken", "/broken", 500, "/broken", error=True, failure=failure)]


def test_a_server_error_that_is_raised(server: Loop, spans: Spans) -> None:
    assert server.ask("/refused/503")[0] == 503
    route = "/refused/([0-9]+)"
    assert spans() == [request(server, "Refused", "/refused/503", 503, route, error=True)]


def test_a_stream_lasts_as_long_as_its_pieces(server: Loop, spans: Spans) -> None:
    assert server.ask("/streamed")[2] == b"0,1,2,"
    assert spans() == [request(server, "Streamed", "/streamed", 200, "/streamed"), query(), query(), query()]


def test_an_exception_after_the_response_began(server: Loop, spans: Spans) -> None:
    assert b"begun" in server.say(b"GET /after-begin HTTP/1.1\r\nHost: a\r\n\r\n")
    span = spans.one()
    assert (span["error"], span["failure"]) == (True, ("LookupError", "too late"))
    assert span["attributes"]["http.response.status_code"] == 200


def test_bodies(server: Loop, spans: Spans) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.ask("/posted", "POST", form, b"a=1&b=2")[2] == b'{"a": "1", "b": "2"}'
    assert server.ask("/pieces", "POST", {}, [b"in", b"pieces"])[2] == b"8"
    assert [span["resource"].rpartition(".")[2] for span in spans()] == ["Posted", "InPieces"]


def test_a_trace_is_continued(server: Loop, spans: Spans) -> None:
    server.ask("/", headers={"traceparent": f"00-{7:032x}-{9:016x}-01", "User-Agent": "me"})
    span = spans.one()
    assert (span["parent"], span["attributes"]["user_agent.original"]) == ("remote", "me")
    assert (spans.last[0]["trace_id"], spans.last[0]["parent_id"]) == (7, 9)


def test_a_trace_is_not_continued(server: Loop, spans: Spans, option: Any) -> None:
    option("tornado", distributed_tracing=False)
    server.ask("/", headers={"traceparent": f"00-{7:032x}-{9:016x}-01"})
    assert "parent" not in spans.one()


def test_templates(server: Loop, spans: Spans) -> None:
    assert server.ask("/rendered")[2] == b"hello you"
    assert spans()[1] == {
        "name": "tornado.template",
        "resource": "greeting.html",
        "service": "tornado-web",
        "type": "template",
        "parent": "tornado.request",
        "attributes": {"component": "tornado", "tornado.template_name": "greeting.html"},
    }


def test_a_client_that_leaves(server: Loop, spans: Spans) -> None:
    import socket

    peer = socket.create_connection(("127.0.0.1", server.port))
    peer.sendall(b"GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    peer.close()
    server.rest(0.1)
    assert spans(1)[0]["resource"].endswith("Later")


def test_twenty_requests_at_once_are_not_mixed(spans: Spans) -> None:
    class Nested(web.RequestHandler):
        @gen.coroutine
        def get(self, number: str) -> Any:
            with vedette.tracer.span("step", resource=number):
                if ON_ASYNCIO:
                    yield sleep(0.001 * (int(number) % 7))
                select()
            self.write(number)

    with tornadoed(web.Application([(r"/(.*)", Nested)])) as loop, ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda number: loop.ask(f"/{number}")[2], range(20)))
    assert answers == [str(number).encode() for number in range(20)]
    spans(60)
    by_id = {span["span_id"]: span for span in spans.last}
    for step in (span for span in spans.last if span["name"] == "step"):
        parent = by_id[step["parent_id"]]
        assert parent["attributes"]["url.full"].rpartition("/")[2] == step["resource"]


def converse(server: Loop, path: str, *messages: Any) -> list[Any]:
    """What the server says to each message; then the client closes."""

    @gen.coroutine
    def talk() -> Any:
        got = []
        connected = yield websocket.websocket_connect(f"ws://127.0.0.1:{server.port}{path}")
        for message in messages:
            connected.write_message(message, binary=isinstance(message, bytes))
            if message != "fail":
                got.append((yield connected.read_message()))
            else:
                yield sleep(0.05)
        connected.close()
        raise gen.Return(got)

    loop = tornado.ioloop.IOLoop() if not ON_ASYNCIO else None
    try:
        if loop is not None:
            loop.make_current()
            return loop.run_sync(talk)  # type: ignore[no-any-return]

        async def run() -> list[Any]:
            return await talk()  # type: ignore[no-any-return]

        return asyncio.new_event_loop().run_until_complete(run())
    finally:
        server.rest(0.05)


def test_messages_are_traces_linked_to_the_handshake(server: Loop, spans: Spans) -> None:
    assert converse(server, "/socket/1", "hello", b"abc", "close")[:2] == ["hellohello", b"abcabc"]
    handshake, *others = spans()
    assert handshake["attributes"]["http.response.status_code"] == 101
    assert handshake["attributes"]["http.upgraded"] == "websocket"
    assert (handshake["resource"], handshake["type"]) == (SOCKET, "websocket")
    assert others == EXPECTED.conversation((5, "text"), (3, "binary"))


@pytest.mark.parametrize("kind", ["later", pytest.param("native", marks=NATIVE)])
@pytest.mark.skipif(VERSION < (4, 5), reason="on_message is no coroutine before 4.5")
def test_coroutines_work_within_their_message(server: Loop, spans: Spans, kind: str) -> None:
    assert converse(server, f"/{kind}-socket", "a", "b") == ["a", "b"]
    names = [(span["name"], span.get("parent")) for span in spans()[1:]]
    one = [("websocket.receive", None), ("sqlite.query", "websocket.receive"), ("websocket.send", "websocket.receive")]
    assert names == one * 2


@pytest.mark.parametrize("path", ["/socket/1", pytest.param("/native-socket", marks=NATIVE)])
def test_an_exception_belongs_to_its_message(server: Loop, spans: Spans, path: str) -> None:
    if VERSION < (4, 5) and "native" in path:
        pytest.skip("on_message is no coroutine before 4.5")
    converse(server, path, "fail")
    received = next(span for span in spans() if span["name"] == "websocket.receive")
    assert (received["error"], received["failure"]) == (True, ("LookupError", "in a message"))


def test_websockets_untraced(server: Loop, spans: Spans, option: Any) -> None:
    option("tornado", trace_websocket=False)
    converse(server, "/socket/1", "a")
    assert [span["name"] for span in spans()] == ["sqlite.query"]


def test_a_handshake_that_is_none(server: Loop, spans: Spans) -> None:
    assert server.ask("/socket/1")[0] in (400, 426)
    assert server.ask("/socket/1", headers={"Upgrade": "websocket", "Connection": "Upgrade"})[0] in (400, 426)
    first, second = spans()
    assert (first["resource"], first["type"], second["type"]) == (SOCKET, "web", "websocket")


def test_what_is_hooked_stays_what_it_was() -> None:
    assert pickle.loads(pickle.dumps(web.RequestHandler.finish)) is web.RequestHandler.finish
    assert inspect.iscoroutinefunction(web.RequestHandler._execute) == (VERSION >= (6, 0))
    assert list(inspect.signature(gen.Runner.run).parameters) == ["self"]
