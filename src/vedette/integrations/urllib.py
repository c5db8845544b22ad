"""urllib, and http.client below it: tells of each URL before it is asked for; a redirect that is followed is the next.

It has no spans: those of the requests that it makes, and what they carry along, are `http_client`'s.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, enclosing, url_parts, while_heard
from vedette.instrument.families import http_client
from vedette.instrument.families.outermost import Outermost
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_opener = Outermost("urllib")


@while_heard(OutgoingRequest)
def opening(call: Call) -> OutgoingRequest | None:
    """A URL, or a request with one, in the hands of an opener."""
    given = call.arg(1, "fullurl")
    call.target = _opener.of(call.target)
    data = call.arg(2, "data")
    if isinstance(given, str):
        return told("GET" if data is None else "POST", given, None)
    url = getattr(given, "full_url", None)
    if not isinstance(url, str):
        return None  # what the opener will say
    method = given.get_method() if data is None or given.data is not None else "POST"
    return told(method, url, given.headers)


def told(method: str, url: str, headers: Any) -> OutgoingRequest:
    """The request, which is no span and carries nothing of it."""
    operation = OutgoingRequest(None, method, url, headers, *url_parts(url)[:2])
    operation.inject_into = None
    return operation


def opened(call: Call, response: Any) -> None:
    """What is opened may also be a file."""
    call.operation.status = getattr(response, "status", None)
    call.operation.response_headers = getattr(response, "headers", None)


@while_heard(OutgoingRequest)
def sending(call: Call) -> OutgoingRequest | None:
    """`http.client` connects and sends, not on behalf of a client that has told of it."""
    if _opener.is_at_work() or enclosing(OutgoingRequest) is not None:
        return None
    asked = http_client.head_of(call.instance)
    return None if asked is None else told(asked[0], asked[1], None)


integration = Integration(
    "urllib",
    title="urllib",
    modules=["urllib.request", "http.client"],
    docs="https://docs.python.org/3/library/urllib.request.html",
    conventions="http-client",
    protection=["ssrf"],
    hooks=[
        Around("urllib.request:OpenerDirector.open", opening, opened),
        Around("http.client:HTTPConnection._send_output", sending),
    ],
    notes="No spans of its own: `http_client` has those of its requests. What `http.client` is asked for is told too.",
)
