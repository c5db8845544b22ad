"""Requests: one span per request sent; a redirect that is followed is the next one."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def sending(call: Call) -> OutgoingRequest:
    """A prepared request goes out."""
    request = call.arg(0, "request")
    url = request.url
    host, port = http_client.host_and_port(url)
    operation = http_client.outgoing(integration, "requests.request", request.method, url, request.headers, host, port)
    operation.resource = f"{request.method} {http_client.path_of(url)}"
    return operation


def redirected(call: Call) -> None:
    """The session follows a redirect: what it asked before is answered, and the next request is a span beside it."""
    response = call.arg(0, "resp")
    operation = enclosing(OutgoingRequest)
    if response.is_redirect and operation is not None and operation.headers is call.arg(1, "req").headers:
        tell(operation, response)
        operation.answered(response.status_code)


def received(call: Call, response: Any) -> None:
    """The response; after redirects it is the last one's, and the first is in its history."""
    tell(call.operation, response.history[0] if response.history else response)


def tell(operation: OutgoingRequest, response: Any) -> None:
    """What the response says."""
    operation.status = response.status_code
    operation.response_headers = response.headers
    operation.attributes = {"http.status_msg": response.reason}


integration = Integration(
    "requests",
    title="Requests",
    distribution="requests",
    modules=["requests"],
    floor="2.8",
    tested=["2.8.0", "2.25.1", "2.31.0", "latest"],
    docs="https://requests.readthedocs.io",
    conventions="http-client",
    service="requests",
    options=http_client.OPTIONS,
    hooks=[
        Around("requests.sessions:Session.send", sending, received),
        Around("requests.sessions:SessionRedirectMixin.resolve_redirects", redirected),
    ],
)
