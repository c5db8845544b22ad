"""urllib3: one span per request that goes out; retries and redirects are requests too.

Off unless asked for: what lies above it (Requests, botocore, ...) tells its requests itself.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, while_heard
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME = "urllib3.request"


@while_heard(OutgoingRequest)
def opening(call: Call) -> OutgoingRequest | None:
    """A URL is about to be normalised, and what it asks for sent."""
    return http_client.as_written(call.arg(1, "method"), call.arg(2, "url"))


def sending(call: Call) -> OutgoingRequest:
    """A pool sends a request over one of its connections."""
    pool = call.instance
    host, port = pool.host.strip("[]"), pool.port
    url = http_client.absolute(pool.scheme, host, port, call.arg(2, "url"))
    headers = call.arg(4, "headers")
    operation = http_client.outgoing(integration, NAME, call.arg(1, "method"), url, headers, host, port)
    operation.inject_into = None  # the headers may be the pool's, or the application's; those of the head are neither's
    remaining = getattr(call.arg(5, "retries"), "total", None)
    operation.attributes = {"http.retries_remain": str(remaining)} if isinstance(remaining, int) else {}
    return operation


def heading(call: Call) -> None:
    """The lines of a request's head are complete."""
    http_client.complete_head(call, integration, NAME)


def received(call: Call, response: Any) -> None:
    """The head of the response is there."""
    operation = call.operation
    operation.status = response.status
    operation.response_headers = response.headers
    operation.attributes["http.status_msg"] = response.reason


integration = Integration(
    "urllib3",
    title="urllib3",
    distribution="urllib3",
    modules=["urllib3"],
    floor="1.22",
    tested=["1.22", "1.25.11", "1.26.18", "latest"],
    automatic=False,
    docs="https://urllib3.readthedocs.io",
    conventions="http-client",
    protection=["ssrf"],
    service="urllib3",
    options=http_client.OPTIONS,
    hooks=[
        Around("urllib3.poolmanager:PoolManager.urlopen", opening),
        Around("urllib3.connectionpool:HTTPConnectionPool._make_request", sending, received),
        Around("http.client:HTTPConnection.endheaders", heading),
    ],
)
