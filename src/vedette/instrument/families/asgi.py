"""ASGI applications: the request from its scope to the last message of its response; WebSocket connections.

What the application gets is what the server gave, but for `send` (looked at) and, where a protection listens,
`receive` (bodies, looked at while they are read). Nothing is left in the scope.
"""

from __future__ import annotations

from vedette._native import asgi_target, enclosing
from vedette.instrument.families import conversation
from vedette.instrument.families.conversation import Conversation
from vedette.instrument.families.exchange import Exchange
from vedette.instrument.families.pair_headers import PairHeaders
from vedette.instrument.families.websocket import WebSocket
from vedette.instrument.integration import option
from vedette.operations import IncomingMessage, IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any, Literal, Union

    from vedette._native import Call

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Scope = dict[str, Any]
    Options = Union[Mapping[str, Any], Literal[False]]

OPTIONS = (
    option("distributed_tracing", True, "Whether requests continue the trace that their headers name."),
    *conversation.OPTIONS,
)
_TRACED = ("http", "websocket")
GENERIC = "asgi.request"
"""Name of requests of which only the protocol is known."""


def describe(name: str, options: Callable[[], Options]) -> Callable[[Call], IncomingRequest | None]:
    """A describer for `app.__call__(self, scope, receive, send)`.

    `options` gives the integration's values of `OPTIONS`; False where there are no WebSockets.

    An application within another (mounted, or a framework's subclass calling its parent) is part of the same request.
    """

    def request(call: Call) -> IncomingRequest | None:
        app, scope, receive, send = call.args
        kind = scope["type"]
        if kind not in _TRACED:
            return None
        outer = enclosing(IncomingRequest)
        if outer is not None and is_part(scope, outer):
            adopt(outer, name)
            return None
        values = options()
        if kind == "websocket" and not (values and values["trace_websocket"]):
            return None
        operation = incoming(name, scope)
        if values and not values["distributed_tracing"]:
            operation.carrier = None
        if kind == "http":
            _watch_http(call, operation, app, scope, receive, send)
        elif values:
            _watch_websocket(call, operation, values["websocket_separate_traces"], app, scope, receive, send)
        return operation

    return request


def ended(call: Call, _: object) -> None:
    """The application returned. If a task of its own completed the response, only that task has left the span."""
    call.pause()


def adopt(request: IncomingRequest, name: str) -> None:
    """A framework that describes itself has the better name for a request that a server or a wrapper described."""
    if request.name != GENERIC or name == GENERIC:
        return
    request.name = name
    framework = name.partition(".")[0]
    span = request.span
    if span is not None:
        span.name = name
        span.set_attribute("component", framework)
        if span.service == "asgi":
            span.service = framework


def is_part(scope: Scope, request: IncomingRequest) -> bool:
    """Whether this is a part of the request under way, and not one that its handler makes to another application.

    A request that goes on has its server's headers, or has been through an application, which put itself there.
    """
    if type(request) is IncomingMessage:
        return False
    return "app" in scope or scope.get("headers") is getattr(request.headers, "pairs", request)


def incoming(name: str, scope: Scope) -> IncomingRequest:
    """The request that a scope describes."""
    headers = scope.get("headers")
    pairs = PairHeaders(headers if isinstance(headers, (list, tuple)) else ())
    url, query = asgi_target(scope)
    path = scope.get("path") or ""
    operation = IncomingRequest(name, scope.get("method") or "GET", url, path, query, pairs, pairs.pairs)
    client = scope.get("client")
    operation.peer = client[0] if client else None
    operation.version = scope.get("http_version")
    return operation


def _watch_http(call: Call, operation: IncomingRequest, app: Any, scope: Scope, receive: Receive, send: Send) -> None:
    exchange = Exchange(call, operation, receive, send)
    call.args = (app, scope, exchange.tapped(), exchange.send)
    operation.refused = exchange.refused
    operation.answers_itself = True
    if operation.listeners:
        call.target = exchange.guarded(call.target)


def _watch_websocket(
    call: Call, operation: IncomingRequest, separate: bool, app: Any, scope: Scope, receive: Receive, send: Send
) -> None:
    operation.upgraded()
    deniable = "websocket.http.response" in (scope.get("extensions") or ())
    socket = WebSocket(call, Conversation(call, operation, separate), deniable, receive, send)
    call.args = (app, scope, socket.receive, socket.send)
    call.target = socket.guarded(call.target)
    operation.refused = socket.refused
    operation.answers_itself = True
