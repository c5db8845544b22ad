"""Requests: one span per request sent; a redirect that is followed is the next one."""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, CasedHeaders, Integration, Setup, enclosing, url_parts, while_heard
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed

NAME = "requests.request"


@while_heard(OutgoingRequest)
def preparing(call: Call) -> OutgoingRequest | None:
    """A URL is about to be normalised."""
    return http_client.as_written(call.instance.method, call.arg(1, "url"))


def sending(call: Call) -> OutgoingRequest:
    """A prepared request goes out."""
    session, request = call.args[:2]
    url, headers = request.url, request.headers
    host, port, path = url_parts(url)
    operation = http_client.outgoing(integration, NAME, request.method, url, headers, host, port)
    operation.resource = f"{request.method} {path}"
    known = getattr(headers, "_store", None)  # by far cheaper than the mapping around it
    if known is not None:
        operation.user_agent = known.get("user-agent", (None, None))[1]
    if goes_by_http_client(session, url):
        operation.inject_into = None
    return operation


def goes_by_http_client(session: Any, url: str) -> bool:
    """Whether the request's head will come by `heading`: not with somebody else's adapters, or HTTP/2."""
    if not integration.values.get("heads") or "urllib3.http2.connection" in sys.modules:
        return False
    find = session.get_adapter
    if getattr(find, "__module__", "") != "requests.sessions":
        return False  # the user's own, which may count on being asked once
    try:
        return getattr(find(url).send, "__module__", "") == "requests.adapters"
    except ValueError:  # nobody speaks this scheme, as the session itself will say
        return False


def by_heads(installed: Installed) -> Callable[[], None]:
    """Hooks the head of requests where it passes `http.client`, unless what lies below has nothing to do with it."""
    connection = sys.modules.get("urllib3.connection") or sys.modules.get("requests.packages.urllib3.connection")
    base = sys.modules["http.client"].HTTPConnection
    if connection is None or not issubclass(getattr(connection, "HTTPConnection", object), base):
        return lambda: None
    undo = installed.around("http.client:HTTPConnection.endheaders", heading)
    integration.values["heads"] = True

    def off() -> None:
        integration.values["heads"] = False
        undo()

    return off


def heading(call: Call) -> None:
    """The lines of a request's head are complete."""
    http_client.complete_head(call, integration, NAME, shown)


def shown(operation: OutgoingRequest) -> Any:
    """The headers of a prepared request, where users look for what was sent."""
    known = getattr(operation.headers, "_store", None)
    return operation.headers if known is None else CasedHeaders(known)


def redirected(call: Call) -> None:
    """The session follows a redirect: what it asked before is answered, and the next request is a span beside it."""
    response = call.arg(0, "resp")
    if not 300 <= response.status_code < 400 or not response.is_redirect:
        return
    operation = enclosing(OutgoingRequest)
    if operation is not None and operation.headers is call.arg(1, "req").headers:
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
    protection=["ssrf"],
    service="requests",
    options=http_client.OPTIONS,
    hooks=[
        Around("requests.models:PreparedRequest.prepare_url", preparing),
        Around("requests.sessions:Session.send", sending, received),
        Around("requests.sessions:SessionRedirectMixin.resolve_redirects", redirected),
        Setup("requests.adapters", by_heads),
    ],
)
