"""ASGI applications: the request from its scope to the last message of its response; WebSocket connections.

What the application gets is what the server gave, but for `send` (looked at) and, where a protection listens,
`receive` (bodies, looked at while they are read). Nothing is left in the scope.
"""

from __future__ import annotations

from vedette._native import enclosing
from vedette.instrument.families.exchange import Exchange
from vedette.instrument.families.pair_headers import PairHeaders
from vedette.instrument.families.websocket import WebSocket
from vedette.operations import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from vedette._native import Call

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Scope = dict[str, Any]


def describe(name: str, websockets: Callable[[], bool] = lambda: True) -> Callable[[Call], IncomingRequest | None]:
    """A describer for `app.__call__(self, scope, receive, send)`.

    An application within another (mounted, or a framework's subclass calling its parent) is part of the same request.
    """

    def request(call: Call) -> IncomingRequest | None:
        app, scope, receive, send = call.args
        kind = scope["type"]
        if kind not in ("http", "websocket") or (kind == "websocket" and not websockets()):
            return None
        if _is_within(scope):
            return None
        operation = incoming(name, scope)
        if kind == "websocket":
            _watch_websocket(call, operation, app, scope, receive, send)
        else:
            _watch_http(call, operation, app, scope, receive, send)
        return operation

    return request


def ended(call: Call, _: object) -> None:
    """The application returned. If a task of its own completed the response, only that task has left the span."""
    call.pause()


def _is_within(scope: Scope) -> bool:
    """Whether this is a part of the request under way, and not one that its handler makes to another application.

    A request that goes on has its server's headers, or has been through an application, which put itself there.
    """
    request = enclosing(IncomingRequest)
    return request is not None and (scope.get("headers") is request.carrier or "app" in scope)


def incoming(name: str, scope: Scope) -> IncomingRequest:
    """The request that a scope describes."""
    headers = scope.get("headers")
    pairs = PairHeaders(headers if isinstance(headers, (list, tuple)) else ())
    query = (scope.get("query_string") or b"").decode("latin-1")
    path = scope.get("path") or ""
    url = _url(scope, pairs, path, query)
    operation = IncomingRequest(name, scope.get("method") or "GET", url, path, query, pairs, pairs.pairs)
    client = scope.get("client")
    operation.peer = client[0] if client else None
    operation.version = scope.get("http_version")
    return operation


def _url(scope: Scope, headers: PairHeaders, path: str, query: str) -> str:
    raw = scope.get("raw_path")
    target = raw.decode("latin-1").partition("?")[0] if raw else path
    host = headers.get("host") or _server(scope)
    url = f"{scope.get('scheme') or 'http'}://{host}{target}"
    return f"{url}?{query}" if query else url


def _server(scope: Scope) -> str:
    server = scope.get("server")
    if not server:
        return ""
    return f"{server[0]}:{server[1]}" if server[1] is not None else str(server[0])


def _watch_http(call: Call, operation: IncomingRequest, app: Any, scope: Scope, receive: Receive, send: Send) -> None:
    exchange = Exchange(call, operation, receive, send)
    call.args = (app, scope, exchange.tapped(), exchange.send)
    operation.refused = exchange.refused
    operation.answers_itself = True
    if operation.listeners:
        call.target = exchange.guarded(call.target)


def _watch_websocket(
    call: Call, operation: IncomingRequest, app: Any, scope: Scope, receive: Receive, send: Send
) -> None:
    operation.resource = f"websocket {operation.path}"
    operation.type = "websocket"
    operation.method, operation.verb = "GET", "websocket"
    operation.attributes = {"http.upgraded": "websocket"}
    deniable = "websocket.http.response" in (scope.get("extensions") or ())
    socket = WebSocket(call, operation, deniable, receive, send)
    call.args = (app, scope, socket.receive, socket.send)
    call.target = socket.guarded(call.target)
    operation.refused = socket.refused
    operation.answers_itself = True
