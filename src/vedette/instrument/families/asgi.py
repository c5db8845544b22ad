"""ASGI applications: the request from its scope to the last message of its response; WebSocket connections.

What the application gets is what the server gave, but for `send` (looked at) and, where a protection listens,
`receive` (bodies, looked at while they are read). Nothing is left in the scope.
"""
from __future__ import annotations

from vedette.instrument.families.body import Collected, wants_body
from vedette.instrument.families.websocket import WebSocket
from vedette.operations import IncomingRequest
from vedette._native import enclosing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from typing import Any

    from vedette._native import Call

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Scope = dict[str, Any]


class PairHeaders:
    """Headers as ASGI holds them: pairs of bytes, names in lower case."""

    __slots__ = ("_first", "_pairs")

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._pairs = pairs if isinstance(pairs, list) else list(pairs)
        self._first: dict[bytes, bytes] | None = None

    def get(self, name: str) -> str | None:
        """The value of the first header of that lower-case name."""
        first = self._first
        if first is None:
            first = self._first = {key.lower(): value for key, value in reversed(self._pairs)}
        value = first.get(name.encode("latin-1", "replace"))
        return None if value is None else value.decode("latin-1")

    def items(self) -> Iterable[tuple[str, str]]:
        """All headers, names in lower case."""
        return ((key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in self._pairs)


def describe(name: str, websockets: Callable[[], bool] = lambda: True) -> Callable[[Call], IncomingRequest | None]:
    """A describer for `app.__call__(self, scope, receive, send)`.

    An application within another (mounted, or a framework's subclass calling its parent) is part of the same request.
    """

    def request(call: Call) -> IncomingRequest | None:
        app, scope, receive, send = call.args
        kind = scope["type"]
        if kind not in ("http", "websocket") or (kind == "websocket" and not websockets()):
            return None
        if enclosing(IncomingRequest) is not None:
            return None
        operation = incoming(name, scope)
        if kind == "websocket":
            _watch_websocket(call, operation, app, scope, receive, send)
        else:
            _watch_http(call, operation, app, scope, receive, send)
        return operation

    return request


def incoming(name: str, scope: Scope) -> IncomingRequest:
    """The request that a scope describes."""
    headers = scope.get("headers") or []
    pairs = PairHeaders(headers)
    query = (scope.get("query_string") or b"").decode("latin-1")
    path = scope.get("path") or ""
    operation = IncomingRequest(name, scope.get("method") or "GET", _url(scope, pairs, path, query), path, query, pairs, pairs._pairs)
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
    exchange = Exchange(call, operation, send)
    call.args = (app, scope, _tapped(operation, receive), exchange.send)
    operation.refused = exchange.refused
    operation.answers_itself = True
    if operation.listeners:
        call.target = exchange.guarded(call.target)


class Exchange:
    """One request and its response."""

    __slots__ = ("_call", "_operation", "_send", "_started")

    def __init__(self, call: Call, operation: IncomingRequest, send: Send) -> None:
        self._call = call
        self._operation = operation
        self._send = send
        self._started = False

    async def send(self, message: Message) -> None:
        """The application's `send`: passes on, and notes status and end. After a refusal nothing more is passed on."""
        operation = self._operation
        if operation.refusal is not None:
            return
        kind = message.get("type")
        if kind == "http.response.start":
            operation.status = message.get("status")
            operation.response_headers = PairHeaders(message.get("headers") or [])
            if operation.listeners and self._refuses_response():
                return
            self._started = True
        await self._send(message)
        if kind == "http.response.body" and not message.get("more_body") and (operation.status or 0) < 500:
            # The response is complete: what the application still does (background tasks) is not the client's wait.
            # A failed one stays open, since the exception itself comes only after the error page.
            self._call.close()

    def _refuses_response(self) -> bool:
        self._operation.learned("response")
        return self._operation.refusal is not None

    def guarded(self, application: Any) -> Any:
        """The application, answered for if the request is refused: by an exception, or by one that was swallowed."""

        async def guarded(*args: Any) -> None:
            try:
                await application(*args)
            except BaseException:
                if self._operation.refusal is None or self._started:
                    raise
            if self._operation.refusal is not None:
                await self.refused()

        return guarded

    async def refused(self, *_: Any) -> None:
        """Answers in the application's place."""
        refusal = self._operation.refusal
        if refusal is None or self._started:
            return
        self._started = True
        self._operation.status = refusal.status
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers]
        await self._send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": refusal.body})


def _tapped(operation: IncomingRequest, receive: Receive) -> Receive:
    """`receive` that shows the body to the protection, piece by piece, while the application reads it."""
    if not operation.listeners or not wants_body(operation):
        return receive
    collected = Collected(operation, operation.body_limit)

    async def tapped() -> Message:
        message = await receive()
        if message.get("type") == "http.request":
            collected.add(message.get("body") or b"")
            if not message.get("more_body"):
                collected.complete()
        return message

    return tapped


def _watch_websocket(
    call: Call, operation: IncomingRequest, app: Any, scope: Scope, receive: Receive, send: Send
) -> None:
    operation.resource = f"websocket {operation.path}"
    operation.type = "websocket"
    operation.method, operation.verb = "GET", "websocket"
    operation.attributes = {"http.upgraded": "websocket"}
    socket = WebSocket(call, operation, receive, send)
    call.args = (app, scope, socket.receive, socket.send)
    operation.refused = socket.refused
    operation.answers_itself = True
    if operation.listeners:
        call.target = socket.guarded(call.target)
