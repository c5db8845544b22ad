"""A request that this process answers (HTTP server, WebSocket handshake)."""

from __future__ import annotations

from vedette._native import describe_incoming, endpoint_of
from vedette.operations.operation import Operation
from vedette.operations.request_tags import TAGS
from vedette.operations.response_body import ResponseBody, is_plain_json, is_plain_text
from vedette.operations.statuses import server_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Protocol

    from vedette._native import Span
    from vedette.operations.login import Attempt

    class Headers(Protocol):
        """Headers of a request or response, whatever the framework keeps them in."""

        def get(self, name: str) -> str | None:
            """The value of a header, by its lower-case name."""

        def items(self) -> Iterable[tuple[str, str]]:
            """All headers, names in lower case; repeated ones repeatedly."""


class _NoHeaders:
    """Headers of a request that is over."""

    def get(self, name: str) -> str | None:
        """None."""
        return None

    def items(self) -> Iterable[tuple[str, str]]:
        """None at all."""
        return ()


NO_HEADERS = _NoHeaders()
_NOT_FOUND = 404


class Answer:
    """A complete response that protection gives in the application's place."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class IncomingRequest(Operation):
    """A request from outside, from its first header to the end of its response."""

    __slots__ = (
        "answers_itself",
        "attempt",
        "attributes",
        "begun",
        "body",
        "carrier",
        "conversation",
        "headers",
        "method",
        "observer",
        "path",
        "path_params",
        "peer",
        "prefix",
        "protection",
        "query",
        "refusal",
        "refused",
        "request",
        "response_body",
        "response_headers",
        "route",
        "span",
        "status",
        "type",
        "url",
        "verb",
        "version",
    )

    body_limit = 65_536
    """Bytes of a body that are inspected (setting `body_limit`)."""

    def __init__(self, name: str, method: str, url: str, path: str, query: str, headers: Headers, carrier: Any) -> None:
        self.name = name
        self.resource = method
        self.service = None
        self.inject_into = None
        self.kind = "server"
        self.type = "web"
        self.method = method
        self.verb = method
        """First word of the resource: the method, or `websocket`."""
        self.url = url
        """Full URL as the client asked for it; obfuscated before it leaves the process."""
        self.path = path
        """Path, percent-decoded."""
        self.query = query
        """Query string as sent."""
        self.headers = headers
        self.carrier = carrier
        self.peer: str | None = None
        """Address of the connection's other end."""
        self.version: str | None = None
        """HTTP version, such as `1.1`."""
        self.route: str | None = None
        """Route template in the framework's spelling, once it is known."""
        self.prefix = ""
        """Templates of the mounts that matched before the route."""
        self.path_params: dict[str, Any] | None = None
        self.conversation: Any = None
        """What is said on the connection that it opens (WebSocket), where a family has to find it again."""
        self.status: int | None = None
        self.response_headers: Headers | None = None
        self.attributes: dict[str, Any] | None = None
        """What only this framework tells."""
        self.refusal: Answer | None = None
        """The answer of a protection that refuses the request; nothing else goes out once it is set."""
        self.begun = False
        """Whether some of the response is on its way: too late for another one."""
        self.answers_itself = False
        """Whether the framework's family sends `refusal` by itself when the application was stopped (ASGI)."""
        self.refused: Callable[..., Any] | None = None
        """How this framework sends `refusal`: takes the arguments of the hooked function, and stands in its place."""
        self.request: Any = None
        """The framework's own request object, for hooks that are not given it."""
        self.body: Any = None
        """Bounded copy of the body's beginning, while it is read."""
        self.response_body: ResponseBody | None = None
        """Bounded copy of the response's body, where `collect_response` asked for it."""
        self.observer: Any = None
        """Who looks at the request when it is over: `observer.observe(operation, span)`."""
        self.span: Span | None = None
        self.protection: Any = None
        """State of the protection listening to this request."""
        self.attempt: Attempt | None = None
        """Credentials that came along, if the response tells what became of them."""

    def begin(self, span: Span) -> None:
        """Method, URL, client."""
        self.span = span
        describe_incoming(span, self)
        if TAGS.asked:
            span.set_attributes(TAGS.of_incoming(self.headers, self.peer))

    def matched(self, route: str, params: dict[str, Any] | None = None, resource: str | None = None) -> None:
        """The router found the handler: names the span by the route's template, or what the framework calls it.

        The listeners are told of `params`, the path parameters. Raises their refusal.
        """
        self.route = route
        self.resource = f"{self.verb} {resource or route}"
        if self.span is not None:
            # At once, not at the end: sampling rules may look at it when a call to another service goes out.
            self.span.resource = self.resource
        if params:
            self.path_params = params
            if self.listeners:
                self.learned("path_params")

    def upgraded(self) -> None:
        """It is the handshake of a WebSocket."""
        self.resource = f"websocket {self.path}"
        self.type = "websocket"
        self.method, self.verb = "GET", "websocket"
        self.attributes = {"http.upgraded": "websocket"}

    def endpoint(self) -> str:
        """The route, or what the path is taken for where no router knows it."""
        return self.route or endpoint_of(self.path)

    def collect_response(self, decides: bool = False) -> None:
        """From now on the beginning of the response's body is copied as it is sent, if it is JSON.

        If it `decides`, text of any kind is, and listeners are told (`response_body`): before anything is sent where
        the family can hold it back, else when it was sent.
        """
        suits = is_plain_text if decides else is_plain_json
        if self.response_body is None and self.body_limit and suits(self.response_headers):
            self.response_body = ResponseBody(self.body_limit, self.response_headers, decides)

    def responding(self, *pieces: Any) -> None:
        """These are all of the response's body, or what is left of it; none is sent. Raises the listeners' refusal."""
        body = self.response_body
        if body is None:
            return
        for piece in pieces:
            body.add(piece)
        if body.is_to_tell():
            self.learned("response_body")

    def failed(self, error: BaseException) -> None:
        """The handler raised what the framework turns into a response. What it made of a refusal is no failure."""
        if self.span is not None and self.refusal is None:
            self.span.set_error(error)

    def learned(self, what: str) -> None:
        """Tells the listeners that more is known: `path_params`, `body`, `response`, `response_body`.

        Raises their refusals.
        """
        for listener in self.listeners:
            listener.learned(self, what)
        if self.attempt is not None and what == "response":
            attempt, self.attempt = self.attempt, None
            attempt.answered(self)

    def end(self, span: Span) -> None:
        """Route, status, and what the framework adds."""
        self._tell_response_body()
        status = self.status
        span.set_attributes({"http.response.status_code": status, "http.route": self.route})
        if self.attributes:
            span.set_attributes(self.attributes)
        if TAGS.headers:
            span.set_attributes(TAGS.of_headers(self.response_headers, "response"))
        if self.protection is not None:
            self.protection.ended(self, span)
        if status is not None and server_errors(status):
            span.error = True
        if self.route is None and status is not None:
            # Never the raw path: unmatched requests are mostly scanners, each path a new resource.
            span.resource = f"{self.verb} {status}"
        if TAGS.endpoints and status != _NOT_FOUND and (self.route is None or TAGS.endpoints == "all"):
            span.set_attribute("http.endpoint", endpoint_of(self.path))
        if self.observer is not None:
            self.observer.observe(self, span)
        self.release()

    def _tell_response_body(self) -> None:
        """What was sent in pieces, and could not be held back."""
        if self.response_body is not None and self.refusal is None:
            self.begun = True
            self.responding()

    def release(self) -> None:
        """It is over: lets go of what leads back here, and would as a cycle wait for the garbage collector."""
        self.refused = self.protection = self.body = self.carrier = self.request = self.conversation = None
        self.observer = self.response_body = None
        self.headers = NO_HEADERS
