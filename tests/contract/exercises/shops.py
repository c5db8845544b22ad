"""Web frameworks by the shops that the tests of protection attack: routes, errors, streams, bodies."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

from tests.contract.exercises.exercise import exercise
from tests.integrations import wsgi_client

PATHS = ("/page?q=1", "/path/a/b", "/search?name=bob", "/search?name='", "/changed?name='", "/nowhere/7")
STREAMS = ("/streamed?name=bob&begin=1", "/streamed?name='&begin=1")
BODIES = {"json": b'{"a": 1}', "form": b"a=1", "twice": b'{"a": 1}', "part": b"more than ten bytes", "ignored": b"x"}
KINDS = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
CHANGING = ("date", "x-request-id")


def asked(client: Any) -> Any:
    """What a shop answers, and what it did."""
    from tests.protection.shop import ran

    ran.clear()
    answers = [answer(client, path) for path in (*PATHS, *STREAMS)]
    answers += [answer(client, "/page", method) for method in ("POST", "DELETE")]
    for how, body in BODIES.items():
        answers.append(answer(client, f"/body/{how}", "POST", {"Content-Type": KINDS.get(how, "text/plain")}, body))
    return answers, list(ran)


def answer(client: Any, *request: Any) -> Any:
    """An answer, or the error that the client met."""
    try:
        answered = client(*request)
    except Exception as error:
        return type(error).__name__, str(error)
    headers = {name: value for name, value in answered.headers.items() if name not in CHANGING}
    return answered.status, answered.body, headers


def visited(module: str) -> Any:
    """The answers of a framework's shops, middleware left aside; their servers stop with the clients."""
    clients = import_module(f"tests.protection.shops.{module}").CLIENTS
    answers = [asked(clients[name]()) for name in clients if "layered" not in name]
    gc.collect()
    return answers


def talked(serving: Any) -> Any:
    """What a WebSocket at `/socket` says, which answers messages and closes when it is told to."""
    from websockets.sync.client import connect

    with serving as loop:
        with connect(f"ws://127.0.0.1:{loop.port}/socket") as client:
            client.send("text")
            first = client.recv()
            client.send(b"bytes")
            second = client.recv()
            client.send("close")
            last = list(client)  # nothing, and no error
        loop.settle()
    return first, second, last, client.protocol.close_code


@exercise("bottle")
def bottle(_: Any) -> Any:
    return visited("bottle")


@exercise("cherrypy")
def cherrypy(_: Any) -> Any:
    import cherrypy as library

    class Pages:
        @library.expose
        def page(self, number: str) -> bytes:
            return number.encode()

    dispatcher = library.dispatch.RoutesDispatcher()
    dispatcher.connect("page", "/pages/{number}", Pages(), action="page")
    app = library.Application(None, "", {"/": {"request.dispatch": dispatcher}})
    answers = [wsgi_client.ask(app, path) for path in ("/pages/7", "/pages")]
    return visited("cherrypy"), [(each.status, each.body[:200]) for each in answers]


@exercise("falcon")
def falcon(_: Any) -> Any:
    return visited("falcon")


@exercise("molten")
def molten(_: Any) -> Any:
    return visited("molten")


@exercise("pyramid")
def pyramid(_: Any) -> Any:
    from pyramid.config import Configurator

    def viewed(context: Any, request: Any) -> Any:
        return {"number": request.params.get("number")}

    def sorry(error: Exception, request: Any) -> Any:
        request.response.status_code = 500
        return str(error)

    def broken(request: Any) -> Any:
        raise LookupError("mine")

    config = Configurator()
    config.add_view(viewed, name="viewed", renderer="json")
    config.add_view(broken, name="broken")
    config.add_view(sorry, context=LookupError, renderer="string")
    app = config.make_wsgi_app()
    answers = [wsgi_client.ask(app, path) for path in ("/viewed?number=7", "/broken", "/nowhere")]
    return visited("pyramid"), [(each.status, each.body, each.pairs) for each in answers]


@exercise("pylons")
def pylons(_: Any) -> Any:
    from pylons import templating  # type: ignore[import-not-found]

    from tests.integrations.pylons_stand_in import application

    class Pages:
        def show(self, environ: Any, start_response: Any) -> Any:
            start_response("200 OK", [])
            return [templating.render_mako("page.html", environ["pylons.routes_dict"]).encode()]

        def broken(self, environ: Any, start_response: Any) -> Any:
            raise LookupError("mine")

    routes = {"/pages/{number}": ("pages", "show"), "/broken": ("pages", "broken"), "/other": ("nobody", "show")}
    app = application({"pages": Pages()}, routes)

    def client(*request: Any) -> Any:
        return wsgi_client.ask(app, *request)

    return [answer(client, path) for path in ("/pages/7", "/broken", "/other")]


@exercise("aiohttp")
def aiohttp(_: Any) -> Any:
    from aiohttp import web

    from tests.integrations.loops import aiohttped

    async def socket(request: Any) -> Any:
        made = web.WebSocketResponse()
        await made.prepare(request)
        async for message in made:
            if message.data == "close":
                await made.close()
            elif isinstance(message.data, str):
                await made.send_str(message.data)
            else:
                await made.send_bytes(message.data)
        return made

    app = web.Application()
    app.router.add_get("/socket", socket)
    return visited("aiohttp"), talked(aiohttped(app))


@exercise("tornado")
def tornado(_: Any) -> Any:
    from tornado import template, web, websocket

    from tests.integrations.loops import tornadoed

    class Socket(websocket.WebSocketHandler):
        async def on_message(self, message: Any) -> None:
            if message == "close":
                self.close()
            else:
                await self.write_message(message, binary=isinstance(message, bytes))

    rendered = template.Template("hello {{ name }}").generate(name="bob")
    return visited("tornado"), talked(tornadoed(web.Application([("/socket", Socket)]))), rendered


@exercise("sanic")
def sanic(_: Any) -> Any:
    from itertools import count

    from sanic import Sanic

    from tests.integrations.loops import sanicked
    from tests.protection.shops.sanic import AsgiClient

    app = Sanic(next(name for name in map("contract-{}".format, count()) if name not in Sanic._app_registry))

    @app.websocket("/socket")
    async def socket(request: Any, ws: Any) -> None:
        while (message := await ws.recv()) != "close":
            await ws.send(message)
        await ws.close()

    asynchronous = answer(AsgiClient(), "/body/json", "POST", {"Content-Type": KINDS["json"]}, BODIES["json"])
    return visited("sanic"), asynchronous, talked(sanicked(app))
