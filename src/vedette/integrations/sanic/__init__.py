"""Sanic, on its own server and as an ASGI application: one span per request, named by its route; WebSockets."""

from __future__ import annotations

from vedette.instrument import Around, Integration, Setup
from vedette.instrument.families import asgi
from vedette.integrations.sanic import request, socket, touchup
from vedette.integrations.sanic.switches import switches

integration = Integration(
    "sanic",
    title="Sanic",
    distribution="sanic",
    modules=["sanic"],
    floor="20.3.0",
    tested=["20.3.0", "20.12.7", "21.12.2", "22.12.0", "23.12.2", "latest"],
    docs="https://sanic.dev",
    conventions="http-server",
    service="sanic",
    service_wins=False,
    protection=["http", "blocking"],
    options=asgi.OPTIONS,
    pins={"<22": ["websockets<11"], "<24": ["websockets<13"]},
    tests_use=["aiohttp"],
    hooks=[
        Setup("sanic.app", touchup.install),
        Around("sanic.router:Router.get", request.routing, request.routed),
        Around("sanic.handlers:ErrorHandler.response", request.failed),
        Around("sanic.http:Http.respond", request.responding, optional=True),
        Around("sanic.asgi:ASGIApp.respond", request.responding, optional=True),
        Around("sanic.asgi:ASGIApp.read", request.reading, request.read, optional=True),
        Around("sanic.response:BaseHTTPResponse.send", request.sending, optional=True),
        Around("sanic.app:Sanic._websocket_handler", socket.handling),
        Around(
            "sanic.server.protocols.websocket_protocol:WebSocketProtocol.websocket_handshake",
            socket.shaking,
            socket.shaken,
        ),
        Around("sanic.server.websockets.impl:WebsocketImplProtocol.recv", socket.receiving, socket.received),
        Around("sanic.server.websockets.impl:WebsocketImplProtocol.send", socket.sending),
        Around("sanic.server.websockets.impl:WebsocketImplProtocol.close", socket.closing),
        Around("sanic.server.websockets.connection:WebSocketConnection.accept", socket.accepting),
        Around("sanic.server.websockets.connection:WebSocketConnection.recv", socket.receiving, socket.received),
        Around("sanic.server.websockets.connection:WebSocketConnection.send", socket.sending),
        Around("sanic.server.websockets.connection:WebSocketConnection.close", socket.closing),
    ],
)
switches.integration = integration
