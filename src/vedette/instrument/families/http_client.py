"""HTTP clients: one request over the network, from the moment before it is sent to the response's head.

What streams afterwards (the body) is the application's, untouched. The trace context goes into the very headers that
are about to be sent.
"""

from __future__ import annotations

from vedette._native import RawHeaders, enclosing, inject, url_parts
from vedette.instrument.integration import option
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.integration import Integration

OPTIONS = (
    option("distributed_tracing", True, "Whether requests carry the trace context in their headers."),
    option("split_by_domain", False, "Whether the host that is asked (with any unusual port) names the service."),
)

_LOST = ("..", "#", "\\", "%2e", "%2E")
"""What clients take out of a URL, or read in another way than servers."""
_PORTS = {"http": 80, "https": 443}


def outgoing(
    integration: Integration,
    name: str,
    method: str,
    url: str,
    headers: Any,
    host: str | None = None,
    port: int | None = None,
) -> OutgoingRequest:
    """The description of a request. `headers` is the mutable mapping that goes out."""
    operation = OutgoingRequest(name, method, url, headers, host, port)
    values = integration.values
    if not values["distributed_tracing"]:
        operation.inject_into = None
    if values.get("split_by_domain") and host:
        operation.service = domain(url, host, port)
    return operation


def as_written(method: str, url: Any, base: str = "") -> OutgoingRequest | None:
    """A URL as the application wrote it, for the protection: where the client will normalise it, its `..` and `#` are
    gone afterwards. It makes no span; None if there is nothing to lose.
    """
    if not isinstance(url, str):
        return None
    authority = url.partition("://")[2].partition("/")[0]
    if url.isascii() and "?" not in authority and not any(mark in url for mark in _LOST):
        return None
    url = url if "://" in url else base + url
    operation = OutgoingRequest(None, method, url, None, *url_parts(url)[:2])
    operation.inject_into = None
    return operation


def domain(url: str, host: str, port: int | None) -> str:
    """The host, with the port where it is not the one that its scheme implies."""
    return host if port is None or port == _PORTS.get(url.partition(":")[0].lower()) else f"{host}:{port}"


def complete_head(
    call: Call, integration: Integration, name: str, shown: Callable[[OutgoingRequest], Any] | None = None
) -> None:
    """For `http.client:HTTPConnection.endheaders`: adds the trace context to the lines of a request's head.

    There a line costs a tenth of what a header costs above. It is the context of the operation called `name`, if that
    injects into no mapping; what lies between it and the head may have told its own already, which stays. `shown` gives
    the headers that the library's user sees, which get it too.
    """
    operation = enclosing(OutgoingRequest)
    if operation is None:
        return
    head = RawHeaders(call.instance._buffer, names=0)
    if operation.name != name:
        operation = None if has_context(head) else enclosing(OutgoingRequest, name)
    if operation is None or operation.inject_into is not None or not integration.values["distributed_tracing"]:
        return
    if operation.span is not None:
        inject(head, operation.span, shown(operation) if shown is not None else None)


def has_context(head: RawHeaders) -> bool:
    """Whether a trace goes along."""
    return any(head.get(name) is not None for name in ("traceparent", "x-datadog-trace-id", "b3", "x-b3-traceid"))


def absolute(scheme: str, host: str, port: int | None, target: str) -> str:
    """The URL of what a request's first line asks for: a path, or (of a proxy) a URL already."""
    if not target.startswith("/") and "://" in target.partition("?")[0]:
        return target
    server = f"[{host}]" if ":" in host else host
    return f"{scheme}://{domain(f'{scheme}:', server, port)}{target}"


def head_of(connection: Any) -> tuple[str, str, str, int] | None:
    """Method, URL, host and port of the request that an `http.client.HTTPConnection` is about to send; None if it
    has none.
    """
    if not connection._buffer:
        return None
    method, target, _ = str(connection._buffer[0], "latin-1").split(" ", 2)
    host = (connection._tunnel_host or connection.host).strip("[]")
    port = connection._tunnel_port if connection._tunnel_host else connection.port
    scheme = "https" if connection.default_port == 443 else "http"
    return method, absolute(scheme, host, port, target), host, port
