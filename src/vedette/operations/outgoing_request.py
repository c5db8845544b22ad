"""A request that this process makes (HTTP client)."""

from __future__ import annotations

from vedette._native import describe_outgoing
from vedette.operations.operation import Operation
from vedette.operations.request_tags import TAGS
from vedette.operations.statuses import client_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span


class OutgoingRequest(Operation):
    """One request to another service; a redirect is a request of its own."""

    __slots__ = (
        "attributes",
        "headers",
        "host",
        "method",
        "port",
        "protection",
        "response_headers",
        "span",
        "status",
        "url",
        "user_agent",
    )

    type = "http"

    def __init__(
        self,
        name: str | None,
        method: str,
        url: str,
        headers: Any,
        host: str | None = None,
        port: int | None = None,
    ) -> None:
        self.name = name
        self.resource = None
        self.service = None
        self.inject_into = headers
        """Mapping that receives the trace context; None to inject nothing."""
        self.kind = "client"
        self.method = method
        self.url = url
        """As it is asked for; user information is cut from what the span tells."""
        self.host = host
        self.port = port
        self.headers = headers
        """Headers as the library holds them, or None."""
        self.user_agent: Any = None
        """Who asks, if the library tells it more cheaply than by a look into `headers`."""
        self.status: int | None = None
        self.response_headers: Any = None
        """Headers of the response as the library holds them, once it is there."""
        self.attributes: dict[str, Any] | None = None
        """What only this library tells of the end."""
        self.span: Span | None = None
        self.protection: Any = None

    def begin(self, span: Span) -> None:
        """Method, URL, server, and who asks."""
        self.span = span
        describe_outgoing(span, self, TAGS.outgoing_query)
        if TAGS.headers:
            span.set_attributes(TAGS.of_headers(self.headers, "request"))

    def end(self, span: Span) -> None:
        """Status, and what the library adds."""
        if TAGS.headers:
            span.set_attributes(TAGS.of_headers(self.response_headers, "response"))
        status = self.status
        if status is not None:
            span.set_attribute("http.response.status_code", status)
            if client_errors(status):
                span.error = True
        if self.attributes:
            span.set_attributes(self.attributes)

    def answered(self, status: int) -> None:
        """Ends the span before the call that it was made for: the response is there, and the library goes on alone."""
        self.status = status
        if self.span is not None:
            self.end(self.span)
            self.span.finish()
            self.span.deactivate()
