"""urllib3: one span per request that goes out; retries and redirects are requests too.

Off unless asked for: what lies above it (Requests, botocore, ...) tells its requests itself.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HEADERS = 5  # among the positional arguments of `_make_request`, since 2.0


def sending(call: Call) -> OutgoingRequest:
    """A pool sends a request over one of its connections."""
    pool, headers = call.instance, _own_headers(call)
    host, port = pool.host.strip("[]"), pool.port
    url = http_client.absolute(pool.scheme, host, port, call.arg(2, "url"))
    operation = http_client.outgoing(integration, "urllib3.request", call.arg(1, "method"), url, headers, host, port)
    remaining = getattr(call.arg(5, "retries"), "total", None)
    operation.attributes = {"http.retries_remain": str(remaining)} if isinstance(remaining, int) else {}
    return operation


def _own_headers(call: Call) -> Any:
    """A copy of the headers in their place: they may be the pool's, or the application's."""
    named = "headers" in call.kwargs
    kept = call.kwargs["headers"] if named else call.args[_HEADERS]
    headers = kept.copy() if hasattr(kept, "copy") else dict(kept or {})
    if named:
        call.kwargs = {**call.kwargs, "headers": headers}
    else:
        call.args = (*call.args[:_HEADERS], headers, *call.args[_HEADERS + 1 :])
    return headers


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
    service="urllib3",
    options=http_client.OPTIONS,
    hooks=[Around("urllib3.connectionpool:HTTPConnectionPool._make_request", sending, received)],
)
