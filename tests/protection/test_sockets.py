"""WebSockets: messages are inputs, and so is what came with the handshake; statements that they make are stopped."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocketDisconnect

import vedette
from tests.integrations.asgi_client import talk, text
from tests.integrations.made import Spans
from tests.protection.conftest import place, triggers
from tests.protection.shop import ran, search

INJECTED = "x' UNION SELECT secret FROM users --"
QUOTED = "x%27%20UNION%20SELECT%20secret%20FROM%20users%20--"
XSS = "<script>alert(1)</script>"


async def _socket(websocket: Any) -> None:
    await websocket.accept()
    while True:
        try:
            received = await websocket.receive_text()
        except WebSocketDisconnect:
            return
        ran.append("received")
        name = websocket.query_params.get("name") or _name(received)
        try:
            await websocket.send_text(json.dumps(search(name)))
        except Exception as error:
            await websocket.send_text(repr(error))


def _name(content: str) -> str:
    try:
        return str(json.loads(content)["name"])
    except (ValueError, TypeError):
        return content


def starlette() -> Any:
    return Starlette(routes=[WebSocketRoute("/socket", _socket)])


def raw() -> Any:
    from starlette.routing import Router

    return vedette.instrument_asgi(Router(routes=[WebSocketRoute("/socket", _socket)]))


@pytest.fixture(params=[starlette, raw])
def app(request: pytest.FixtureRequest) -> Any:
    ran.clear()
    return request.param()


def said(app: Any, path: str, *contents: str) -> list[Any]:
    """What the server sends after the handshake: texts, and close codes."""
    sent = talk(app, path, [text(content) for content in contents]).sent
    return [message.get("text", message.get("code")) for message in sent[1:]]


@pytest.mark.parametrize("content", [INJECTED, json.dumps({"name": INJECTED})], ids=["text", "json"])
def test_a_message_in_a_statement_ends_the_connection(app: Any, blocking: None, spans: Spans, content: str) -> None:
    assert said(app, "/socket", "bob", content, "bob")[0] == '[["bob"]]'
    assert ran.count("after") == 1
    (trigger, *_) = triggers(spans)
    assert place(trigger)[0] == "server.request.body"
    assert trigger["blocked"]


def test_the_handshakes_query_in_a_statement_of_a_message(app: Any, only_sinks: Any, spans: Spans) -> None:
    only_sinks("block")
    assert said(app, f"/socket?name={QUOTED}", "go", "on") == [1008]
    assert ran == ["received", "before"]
    (trigger,) = triggers(spans)
    assert place(trigger)[0] == "server.request.query"
    message = next(span for span in spans.last if span["name"] == "websocket.receive")
    assert message["attributes"]["appsec.blocked"] == "true"


def test_monitoring_tells_and_changes_nothing(app: Any, monitoring: None, spans: Spans) -> None:
    assert said(app, "/socket", INJECTED)[0] == '[["s3cret"]]'
    assert {trigger["rule"]["tags"]["type"] for trigger in triggers(spans)} >= {"sql_injection"}


def test_attacks_in_messages_never_reach_the_application(app: Any, blocking: None, findings: Any) -> None:
    assert said(app, "/socket", XSS) == [1008]
    assert ran == []
    assert [found[1:] for found in findings()] == [("server.request.body", [], True)]


def test_the_handshake_is_told_once(app: Any, monitoring: None, findings: Any) -> None:
    said(app, f"/socket?q={XSS}", "bob", "bob")
    assert len([found for found in findings() if found[1] == "server.request.query"]) == 1


def test_ordinary_messages_pass(app: Any, blocking: None, findings: Any) -> None:
    assert said(app, "/socket", "bob", json.dumps({"name": "bob"}))[:2] == ['[["bob"]]'] * 2
    assert findings() == []


def aiohttp_shop() -> Any:
    from aiohttp import web

    from tests.integrations.loops import aiohttped

    async def socket(request: Any) -> Any:
        made = web.WebSocketResponse()
        await made.prepare(request)
        async for message in made:
            await made.send_str(json.dumps(search(message.data)))
        return made

    app = web.Application()
    app.router.add_get("/socket", socket)
    return aiohttped(app)


def tornado_shop() -> Any:
    from tornado import web, websocket

    from tests.integrations.loops import tornadoed

    class Socket(websocket.WebSocketHandler):
        async def on_message(self, message: Any) -> None:
            await self.write_message(json.dumps(search(message)))

    return tornadoed(web.Application([("/socket", Socket)]))


def sanic_shop() -> Any:
    from itertools import count

    from sanic import Sanic

    from tests.integrations.loops import sanicked

    Sanic.test_mode = True
    name = next(f"sockets-{number}" for number in count() if f"sockets-{number}" not in Sanic._app_registry)
    app = Sanic(name)

    @app.websocket("/socket")
    async def socket(request: Any, ws: Any) -> None:
        while True:
            await ws.send(json.dumps(search(await ws.recv())))

    return sanicked(app)


@pytest.mark.parametrize("shop", [aiohttp_shop, tornado_shop, sanic_shop])
def test_servers_of_their_own(shop: Any, blocking: None, spans: Spans) -> None:
    aiohttp = pytest.importorskip("aiohttp")
    ran.clear()

    async def talked(port: int) -> tuple[Any, Any]:
        async with aiohttp.ClientSession() as session:
            connected = await session.ws_connect(f"http://127.0.0.1:{port}/socket")
            await connected.send_str("bob")
            first = (await connected.receive()).data
            await connected.send_str(INJECTED)
            ended = await asyncio.wait_for(connected.receive(), 5)
            return first, ended.type

    with shop() as loop:
        first, ended = asyncio.new_event_loop().run_until_complete(talked(loop.port))
        loop.rest(0.1)
    assert first == '[["bob"]]'
    assert ended in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert ran.count("after") == 1
    assert triggers(spans)[0]["blocked"]
