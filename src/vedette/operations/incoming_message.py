"""A message on a connection that a request has opened (WebSocket)."""

from __future__ import annotations

from vedette.operations.incoming_request import NO_HEADERS, IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span


class Opening:
    """What remains known of the request that opened a connection, when it has been answered itself."""

    __slots__ = ("carrier", "headers", "method", "path", "path_params", "peer", "query", "resource", "span", "url")

    def __init__(self, request: IncomingRequest, carrier: Any) -> None:
        self.carrier = carrier
        """Where the traces of the messages descend from: headers, empty for traces of their own."""
        self.headers = request.headers
        self.method = request.method
        self.path = request.path
        self.path_params = request.path_params
        self.peer = request.peer
        self.query = request.query
        self.resource = request.resource if request.route is not None else request.verb  # never the raw path
        self.span = request.span
        self.url = request.url


class IncomingMessage(IncomingRequest):
    """Work on one message: its inputs are the message (`body`), and whatever came with the opening request.

    Listeners of `IncomingRequest` hear of it; the opening request itself has been shown to them before.
    """

    __slots__ = ()

    def __init__(self, name: str, opening: Opening, attributes: dict[str, Any] | None) -> None:
        super().__init__(
            name, opening.method, opening.url, opening.path, opening.query, opening.headers, opening.carrier
        )
        self.resource = self.route = opening.resource
        self.kind = "consumer"
        self.type = "websocket"
        self.path_params = opening.path_params
        self.peer = opening.peer
        self.attributes = attributes

    def begin(self, span: Span) -> None:
        """What it looks like, and the request that it belongs to."""
        self.span = span
        if self.attributes:
            span.set_attributes(self.attributes)

    def end(self, span: Span) -> None:
        """Nothing more is told of it."""
        if self.protection is not None:
            self.protection.ended(self, span)
        self.protection = self.body = self.carrier = None
        self.headers = NO_HEADERS
