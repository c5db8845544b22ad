"""Requests that are broken: servers and applications answer them as they do without vedette."""

from __future__ import annotations

import contextlib
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integrations.loops import Loop, aiohttped, sanicked, tornadoed
from vedette.lifecycle import running

HEAD = b"Host: a\r\nConnection: close\r\n\r\n"
UPGRADE = b"Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
REQUESTS = {
    "fine": b"GET /page HTTP/1.1\r\n" + HEAD,
    "no such route": b"GET /nowhere HTTP/1.1\r\n" + HEAD,
    "bad percent encoding": b"GET /page%zz%f HTTP/1.1\r\n" + HEAD,
    "path that is not UTF-8": b"GET /users/%ff%fe HTTP/1.1\r\n" + HEAD,
    "raw bytes in the path": b"GET /users/\xff\xfe HTTP/1.1\r\n" + HEAD,
    "null in the path": b"GET /users/%00 HTTP/1.1\r\n" + HEAD,
    "slashes": b"GET //////page HTTP/1.1\r\n" + HEAD,
    "dots": b"GET /users/../page HTTP/1.1\r\n" + HEAD,
    "query that is not UTF-8": b"GET /page?a=%ff&%fe=1&&=&a HTTP/1.1\r\n" + HEAD,
    "raw bytes in the query": b"GET /page?a=\xe9 HTTP/1.1\r\n" + HEAD,
    "only a question mark": b"GET /page? HTTP/1.1\r\n" + HEAD,
    "absolute target": b"GET http://other.example/page?x=1 HTTP/1.1\r\n" + HEAD,
    "asterisk": b"OPTIONS * HTTP/1.1\r\n" + HEAD,
    "authority": b"CONNECT a:443 HTTP/1.1\r\n" + HEAD,
    "no host": b"GET /page HTTP/1.1\r\nConnection: close\r\n\r\n",
    "no host in HTTP/1.0": b"GET /page HTTP/1.0\r\n\r\n",
    "empty host": b"GET /page HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
    "two hosts": b"GET /page HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    "host of brackets": b"GET /page HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n",
    "host with a port that is none": b"GET /page HTTP/1.1\r\nHost: a:99999999\r\nConnection: close\r\n\r\n",
    "host with a space": b"GET /page HTTP/1.1\r\nHost: a b@c\r\nConnection: close\r\n\r\n",
    "header of bytes": b"GET /page HTTP/1.1\r\nX-Bytes: \xff\xfe\xe9\r\n" + HEAD,
    "trace headers that are none": b"GET /page HTTP/1.1\r\ntraceparent: \xff00-0-0-0\r\nx-datadog-trace-id: x\r\n"
    + HEAD,
    "content length that is none": b"POST /page HTTP/1.1\r\nContent-Length: x\r\n" + HEAD,
    "body shorter than it says": b"POST /body HTTP/1.1\r\nContent-Length: 9\r\n" + HEAD + b"abc",
    "chunks that are none": b"POST /body HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HEAD + b"zz\r\nabc\r\n0\r\n\r\n",
    "json that is none": b"POST /body HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1\r\n"
    + HEAD
    + b"{",
    "encoding that is none": (
        b"POST /body HTTP/1.1\r\nContent-Type: text/plain; charset=\xff\r\nContent-Length: 1\r\n" + HEAD + b"\xff"
    ),
    "unknown method": b"BREW /page HTTP/1.1\r\n" + HEAD,
    "method in lower case": b"get /page HTTP/1.1\r\n" + HEAD,
    "unknown version": b"GET /page HTTP/9.9\r\n" + HEAD,
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "websocket without a key": b"GET /socket HTTP/1.1\r\n" + UPGRADE + b"\r\n",
    "websocket of a wrong version": (
        b"GET /socket HTTP/1.1\r\n" + UPGRADE + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 99\r\n\r\n"
    ),
    "websocket with a key that is none": (
        b"GET /socket HTTP/1.1\r\n" + UPGRADE + b"Sec-WebSocket-Key: \xff\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ),
    "websocket where there is none": (
        b"GET /page HTTP/1.1\r\n" + UPGRADE + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n"
    ),
    "websocket that says nonsense": (
        b"GET /socket HTTP/1.1\r\n" + UPGRADE + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n\xff\xff\xff\xff"
    ),
    "websocket with text that is not UTF-8": (
        b"GET /socket HTTP/1.1\r\n" + UPGRADE + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n\x81\x82\x00\x00\x00\x00\xff\xfe"
    ),
}


def aiohttp() -> Any:
    web = pytest.importorskip("aiohttp.web")

    async def page(request: Any) -> Any:
        return web.Response(text=repr(sorted(request.query.items())))

    async def user(request: Any) -> Any:
        return web.Response(text=repr(request.match_info["name"]))

    async def body(request: Any) -> Any:
        return web.json_response(await request.json())

    async def socket(request: Any) -> Any:
        made = web.WebSocketResponse()
        await made.prepare(request)
        async for message in made:
            await made.send_str(repr(message.data))
        return made

    app = web.Application()
    for path, handler in {"/page": page, "/users/{name}": user, "/socket": socket}.items():
        app.router.add_get(path, handler)
    app.router.add_post("/body", body)
    return aiohttped(app)


def tornado() -> Any:
    web = pytest.importorskip("tornado.web")
    websocket = pytest.importorskip("tornado.websocket")

    class Page(web.RequestHandler):
        def get(self) -> None:
            self.finish(repr(sorted(self.request.query_arguments.items())))

    class User(web.RequestHandler):
        def get(self, name: str) -> None:
            self.finish(repr(name))

    class Body(web.RequestHandler):
        def post(self) -> None:
            self.finish(self.get_argument("a", "none") + self.request.body.decode())

    class Socket(websocket.WebSocketHandler):
        def on_message(self, message: Any) -> None:
            self.write_message(repr(message))

    return tornadoed(web.Application([("/page", Page), ("/users/(.*)", User), ("/body", Body), ("/socket", Socket)]))


def sanic() -> Any:
    module = pytest.importorskip("sanic")
    names = (f"broken-{number}" for number in range(1_000))
    module.Sanic.test_mode = True
    app = module.Sanic(next(name for name in names if name not in module.Sanic._app_registry))

    @app.get("/page")
    async def page(request: Any) -> Any:
        return module.response.text(repr(sorted(request.args.items())))

    @app.get("/users/<name>")
    async def user(request: Any, name: str) -> Any:
        return module.response.text(repr(name))

    @app.post("/body")
    async def body(request: Any) -> Any:
        return module.response.json(request.json)

    @app.websocket("/socket")
    async def socket(request: Any, ws: Any) -> None:
        while True:
            await ws.send(repr(await ws.recv()))

    return sanicked(app)


def uvicorn() -> Any:
    pytest.importorskip("uvicorn")
    starlette = pytest.importorskip("starlette.applications")
    responses = pytest.importorskip("starlette.responses")
    routing = pytest.importorskip("starlette.routing")
    from tests.integrations.served import uvicorned

    async def page(request: Any) -> Any:
        return responses.PlainTextResponse(repr(sorted(request.query_params.multi_items())))

    async def user(request: Any) -> Any:
        return responses.PlainTextResponse(repr(request.path_params["name"]))

    async def body(request: Any) -> Any:
        return responses.JSONResponse(await request.json())

    async def socket(websocket: Any) -> None:
        await websocket.accept()
        while True:
            await websocket.send_text(repr(await websocket.receive_text()))

    routes = [
        routing.Route("/page", page),
        routing.Route("/users/{name}", user),
        routing.Route("/body", body, methods=["POST"]),
        routing.WebSocketRoute("/socket", socket),
    ]

    @contextlib.contextmanager
    def served() -> Iterator[Loop]:
        with uvicorned(starlette.Starlette(routes=routes)) as port:
            loop = _Port()
            loop.port = port
            yield loop

    return served()


class _Port(Loop):
    """A server whose loop is not at hand."""

    def __init__(self) -> None:
        self.port = 0

    def settle(self) -> None:
        """It settles by itself."""


SERVERS: dict[str, Callable[[], Any]] = {"aiohttp": aiohttp, "sanic": sanic, "tornado": tornado, "starlette": uvicorn}
_DATE = re.compile(rb"(?im)^date: .*$")


@pytest.fixture(scope="module", params=list(SERVERS))
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, Loop]]:
    for name in ("aiohttp", "sanic", "tornado", "uvicorn", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with SERVERS[request.param]() as loop:
            yield request.param, loop


@pytest.mark.parametrize("kind", list(REQUESTS))
def test_the_answer_is_the_same(served: tuple[str, Loop], kind: str) -> None:
    name, loop = served
    state = running()
    assert state is not None
    switch = state.registry.installed[name].switch
    failures = switch.failures
    traced = loop.say(REQUESTS[kind])
    switch.on = False
    try:
        untraced = loop.say(REQUESTS[kind])
    finally:
        switch.on = True
    assert _DATE.sub(b"", traced) == _DATE.sub(b"", untraced)
    assert switch.failures == failures
