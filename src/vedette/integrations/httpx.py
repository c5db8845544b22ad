"""HTTPX: one span per request sent, synchronous or not; redirects and authentication's round trips are requests too.

The span ends with the response's head: whether the body is read at once or streamed is decided after that.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, RawHeaders
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def sending(call: Call) -> OutgoingRequest:
    """One request, whatever transport carries it."""
    request = call.arg(0, "request")
    url = str(request.url)
    host, port = http_client.host_and_port(url)
    raw = getattr(request.headers, "_list", None)  # by far cheaper than the mapping around it
    headers = request.headers if raw is None else RawHeaders(raw, names=2)
    return http_client.outgoing(integration, "http.request", request.method, url, headers, host, port)


def received(call: Call, response: Any) -> None:
    """The head of the response is there."""
    call.operation.status = response.status_code
    call.operation.response_headers = response.headers


integration = Integration(
    "httpx",
    title="HTTPX",
    distribution="httpx",
    modules=["httpx"],
    floor="0.18",
    tested=["0.18.0", "0.23.3", "0.25.2", "latest"],
    docs="https://www.python-httpx.org",
    conventions="http-client",
    options=http_client.OPTIONS,
    hooks=[
        Around("httpx._client:Client._send_single_request", sending, received),
        Around("httpx._client:AsyncClient._send_single_request", sending, received),
    ],
)
