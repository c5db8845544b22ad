"""http.client: one span per request, from its head until the response's; also of what is built on it (urllib).

Off unless asked for: what lies above it (urllib3, Requests, ...) tells its requests itself.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, RawHeaders, option
from vedette.instrument.families import http_client
from vedette.operations import OutgoingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WAITING = "_vedette_call"
"""Under this name a connection has the call that waits for its response."""


def sending(call: Call) -> OutgoingRequest | None:
    """The head of a request is complete; its first line says what is asked for."""
    asked = http_client.head_of(call.instance)
    if asked is None:
        return None  # out of turn, which the library will say
    method, url, host, port = asked
    head = RawHeaders(call.instance._buffer, names=0)
    operation = http_client.outgoing(integration, "http.client.request", method, url, head, host, port)
    operation.resource = method
    return operation


def sent(call: Call, _: Any) -> None:
    """The head is sent; the connection's `getresponse` ends it. Nothing here may keep the connection alive."""
    connection, operation = call.instance, call.operation
    if operation is not None:
        abandoned = vars(connection).pop(_WAITING, None)
        if abandoned is not None:
            abandoned.close()
        operation.headers = operation.inject_into = None
        call.args = ()
        call.keep_open()
        vars(connection)[_WAITING] = call


def responding(call: Call) -> None:
    """The response is waited for."""
    waiting = vars(call.instance).pop(_WAITING, None)
    if waiting is not None:
        original = call.target
        call.target = lambda *args, **kwargs: _awaited(waiting, original, args, kwargs)


def _awaited(waiting: Call, original: Any, args: Any, kwargs: Any) -> Any:
    try:
        response = original(*args, **kwargs)
    except BaseException as error:
        waiting.close(error)
        raise
    waiting.operation.status = response.status
    waiting.operation.response_headers = response.headers
    waiting.close()
    return response


integration = Integration(
    "http_client",
    title="http.client",
    also=["httplib"],
    modules=["http.client"],
    automatic=False,
    docs="https://docs.python.org/3/library/http.client.html",
    conventions="http-client",
    component="httplib",
    protection=["ssrf"],
    options=[option("distributed_tracing", True, http_client.OPTIONS[0].doc, "DD_HTTPLIB_DISTRIBUTED_TRACING")],
    hooks=[
        Around("http.client:HTTPConnection.endheaders", sending, sent),
        Around("http.client:HTTPConnection.getresponse", responding),
    ],
    notes="Spans where it is switched on; the protection is told of its requests by `urllib`'s hooks in any case.",
)
