"""urllib: tells of each URL before it is opened; a redirect that is followed is the next one.

It has no spans: those of the requests that it makes, and what they carry along, are `http_client`'s.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def opening(call: Call) -> OutgoingRequest | None:
    """A URL, or a request with one, in the hands of an opener."""
    given = call.arg(1, "fullurl")
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
    operation = OutgoingRequest(None, method, url, headers, *http_client.host_and_port(url))
    operation.inject_into = None
    return operation


def opened(call: Call, response: Any) -> None:
    """What is opened may also be a file."""
    call.operation.status = getattr(response, "status", None)
    call.operation.response_headers = getattr(response, "headers", None)


integration = Integration(
    "urllib",
    title="urllib",
    modules=["urllib.request"],
    docs="https://docs.python.org/3/library/urllib.request.html",
    conventions="http-client",
    hooks=[Around("urllib.request:OpenerDirector.open", opening, opened)],
    notes="No spans of its own: `http_client` has those of its requests.",
)
