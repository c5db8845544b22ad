"""HTTPX: one span per request sent, synchronous or not; redirects and authentication's round trips are requests too.

The span ends with the response's head: whether the body is read at once or streamed is decided after that.
"""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration, RawHeaders, Setup, enclosing, inject, url_parts, while_heard
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed

NAME = "http.request"


@while_heard(OutgoingRequest)
def building(call: Call) -> OutgoingRequest | None:
    """A URL is about to be normalised."""
    base = str(getattr(call.instance, "base_url", "")).rstrip("/")
    return http_client.as_written(call.arg(1, "method"), call.arg(2, "url"), base)


def sending(call: Call) -> OutgoingRequest:
    """One request, whatever transport carries it."""
    client, request = call.args[:2]
    url = str(request.url)
    host, port, _ = url_parts(url)
    raw = getattr(request.headers, "_list", None)  # by far cheaper than the mapping around it
    headers = request.headers if raw is None else RawHeaders(raw, names=2)
    operation = http_client.outgoing(integration, NAME, request.method, url, headers, host, port)
    if goes_by_httpcore(client, request.url):
        operation.inject_into = None
    return operation


def goes_by_httpcore(client: Any, url: Any) -> bool:
    """Whether the request will come by `pooled`: not with somebody else's transports."""
    pools = integration.values.get("pools")
    if pools is None or not pools.are_hooked():
        return False
    transport = type(client._transport_for_url(url) if client._mounts else client._transport)
    handle = getattr(transport, "handle_request", None) or getattr(transport, "handle_async_request", None)
    return getattr(handle, "__module__", "") == "httpx._transports.default"


class Pools:
    """The connection pools of httpcore, hooked when they are first met: HTTPX imports them with its first transport."""

    targets = ("httpcore:ConnectionPool.handle_request", "httpcore:AsyncConnectionPool.handle_async_request")

    def __init__(self, installed: Installed) -> None:
        self._installed = installed
        self._undo: list[Callable[[], None]] = []

    def are_hooked(self) -> bool:
        """Whether they are by now; those of old releases are others, and stay as they are."""
        pool = getattr(sys.modules.get("httpcore"), "ConnectionPool", None)
        if not self._undo and hasattr(pool, "handle_request"):
            self._undo.extend(self._installed.around(target, pooled) for target in self.targets)
        return bool(self._undo)

    def undo(self) -> None:
        """They are httpcore's own again."""
        while self._undo:
            self._undo.pop()()


def carry_below(installed: Installed) -> Callable[[], None]:
    """The trace is carried below HTTPX, which walks again and again through the headers of its requests."""
    pools = integration.values["pools"] = Pools(installed)
    return pools.undo


def pooled(call: Call) -> None:
    """A request as it is for the wire."""
    operation = enclosing(OutgoingRequest)
    if operation is None or operation.name != NAME or operation.inject_into is not None:
        return
    if operation.span is not None and integration.values["distributed_tracing"]:
        inject(RawHeaders(call.arg(0, "request").headers, names=1), operation.span, operation.headers)


def received(call: Call, response: Any) -> None:
    """The head of the response is there."""
    operation = call.operation
    operation.status = response.status_code
    operation.response_headers = response.headers


integration = Integration(
    "httpx",
    title="HTTPX",
    distribution="httpx",
    modules=["httpx"],
    floor="0.18",
    tested=["0.18.0", "0.23.3", "0.25.2", "latest"],
    docs="https://www.python-httpx.org",
    conventions="http-client",
    protection=["ssrf"],
    options=http_client.OPTIONS,
    hooks=[
        Around("httpx._client:BaseClient.build_request", building),
        Around("httpx._client:Client._send_single_request", sending, received),
        Around("httpx._client:AsyncClient._send_single_request", sending, received),
        Setup("httpx._client", carry_below),
    ],
)
