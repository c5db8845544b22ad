"""A request that this process makes (HTTP client)."""

from __future__ import annotations

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
        headers = self.headers
        span.set_attributes(
            {
                "http.request.method": self.method,
                "url.full": without_user_info(self.url if TAGS.outgoing_query else self.url.partition("?")[0]),
                "server.address": self.host,
                "server.port": self.port,
                "user_agent.original": headers.get("user-agent") if headers is not None else None,
            }
        )
        if TAGS.headers:
            span.set_attributes(TAGS.of_headers(headers, "request"))

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


def without_user_info(url: str) -> str:
    """The URL without `user:password@`."""
    if "@" not in url:
        return url
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    authority = rest[: next((at for at, letter in enumerate(rest) if letter in "/?#"), len(rest))]
    return f"{scheme}://{rest[authority.rfind('@') + 1 :]}"
