"""A request that this process makes (HTTP client)."""
from __future__ import annotations

from vedette.operations.operation import Operation
from vedette.operations.statuses import client_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span


class OutgoingRequest(Operation):
    """One request to another service; a redirect is a request of its own."""

    __slots__ = ("host", "method", "port", "protection", "status", "url")

    type = "http"

    def __init__(
        self, name: str, method: str, url: str, headers: Any, host: str | None = None, port: int | None = None
    ) -> None:
        self.name = name
        self.resource = None
        self.service = None
        self.inject_into = headers
        """Mapping that receives the trace context; None to inject nothing."""
        self.kind = "client"
        self.method = method
        self.url = url
        self.host = host
        self.port = port
        self.status: int | None = None
        self.protection: Any = None

    def begin(self, span: Span) -> None:
        """Method, URL, server."""
        span.set_attributes(
            {
                "http.request.method": self.method,
                "url.full": self.url,
                "server.address": self.host,
                "server.port": self.port,
            }
        )

    def end(self, span: Span) -> None:
        """Status."""
        status = self.status
        if status is not None:
            span.set_attribute("http.response.status_code", status)
            if client_errors(status):
                span.error = True
