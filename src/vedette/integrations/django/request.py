"""Requests: from the handler's first line to the response's last piece; through the test clients, too."""

from __future__ import annotations

import sys

from vedette.instrument import Call, Stream, enclosing
from vedette.instrument.families import asgi, wsgi, wsgi_refusal
from vedette.instrument.families.body import tap, wants_body
from vedette.instrument.families.environ import incoming
from vedette.instrument.families.exchange import is_refused
from vedette.integrations.django import user, view
from vedette.integrations.django.names import path_of_class
from vedette.integrations.django.switches import switches
from vedette.operations import IncomingRequest, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME = "django.request"


def _continues() -> bool:
    return bool(switches.values["distributed_tracing"])


served_by_wsgi = wsgi.describe(NAME, _continues)
# Django itself refuses WebSockets.
served_by_asgi = asgi.describe(NAME, lambda: {"distributed_tracing": _continues(), "trace_websocket": False})


def answered(call: Call, response: Any) -> object:
    """The WSGI handler returned. A response that is complete stays what it is: callers look at more than its pieces."""
    if getattr(response, "streaming", True):
        return wsgi.responded(call, response)
    refused = wsgi.responded(call, (response.content,))
    if refused is not None:
        _close(call, response)
    return refused


def _close(call: Call, response: Any) -> None:
    try:
        response.close()
    except Exception as error:
        call.contain(error)


def responding(call: Call) -> IncomingRequest | None:
    """A describer for `get_response(request)`: what all handlers come to, and where those of the tests begin."""
    request = call.args[1]
    operation = enclosing(IncomingRequest)
    if operation is not None and _is_of(operation, request):
        operation.request = request
        # Said explicitly even where nobody listens: the call is to be watched, though it is no operation of its own.
        call.target = _guarded(operation, call.target) if operation.listeners else call.target
        return None
    return _alone(call, request)


def responding_async(call: Call) -> IncomingRequest | None:
    """The same for `get_response_async(request)`."""
    request = call.args[1]
    operation = enclosing(IncomingRequest)
    if operation is not None and _is_of(operation, request):
        operation.request = request
        call.target = _guarded_async(operation, call.target) if operation.listeners else call.target
        return None
    return _alone(call, request)


def _is_of(operation: IncomingRequest, request: Any) -> bool:
    """Whether that is the request that the server's hook has described."""
    headers = operation.headers
    environ = getattr(headers, "environ", None)
    if environ is not None:
        return environ is request.META
    scope = getattr(request, "scope", None)
    return scope is not None and scope.get("headers") is getattr(headers, "pairs", None)


def _alone(call: Call, request: Any) -> IncomingRequest:
    """A request that came without a server: from a test client, or made by hand."""
    scope = getattr(request, "scope", None)
    operation = incoming(NAME, request.META) if scope is None else asgi.incoming(NAME, scope)
    operation.request = request
    if operation.listeners:
        operation.refused = lambda *_: _answer(operation)
        if wants_body(operation) and hasattr(request, "_stream"):
            request._stream = tap(call, operation, request._stream)
    return operation


def _guarded(operation: IncomingRequest, get_response: Any) -> Any:
    """Gives a refusal's answer at the place where the handler closes what belongs to the request."""

    def guarded(*args: Any) -> Any:
        try:
            return get_response(*args)
        except BaseException as error:
            if operation.refusal is None or not is_refused(error):
                raise
            return _answer(operation)

    return guarded


def _guarded_async(operation: IncomingRequest, get_response: Any) -> Any:
    async def guarded(*args: Any) -> Any:
        try:
            return await get_response(*args)
        except BaseException as error:
            if operation.refusal is None or not is_refused(error):
                raise
            return _answer(operation)

    return guarded


def _answer(operation: IncomingRequest) -> Any:
    """The refusal as a response of Django's."""
    refusal = operation.refusal
    response = sys.modules["django.http"].HttpResponse()
    if refusal is not None:
        operation.status = response.status_code = refusal.status
        response.content = b"" if operation.method == "HEAD" else refusal.body
        for name, value in refusal.headers:
            response[name] = value
    return response


def responded(call: Call, response: Any) -> object:
    """There is a response: all that Django knows of the request is known now."""
    alone: IncomingRequest | None = call.operation
    operation = alone or enclosing(IncomingRequest)
    if operation is None or operation.request is None:
        return None
    request = operation.request
    attributes: dict[str, Any] = {
        "django.request.class": path_of_class(type(request)),
        "django.response.class": path_of_class(type(response)),
    }
    match = getattr(request, "resolver_match", None)
    if match is not None:
        view.tell(match, attributes)
        if operation.route is None:  # a middleware answered before the view
            view.named(operation, match, None)
    user.tell(request, attributes)
    template = getattr(response, "template_name", None)
    if template is not None:
        attributes["django.response.template"] = view.template_names(template)
    operation.attributes = {**operation.attributes, **attributes} if operation.attributes else attributes
    return None if alone is None else _finished(call, alone, response)


def failed(call: Call) -> None:
    """An error page is made of an exception."""
    operation = enclosing(IncomingRequest)
    error = call.arg(2, "exc_info")[1]
    if operation is not None and isinstance(error, BaseException):
        operation.failed(error)


class _ResponseHeaders:
    """Headers of a response that no server has asked for."""

    __slots__ = ("_response",)

    def __init__(self, response: Any) -> None:
        self._response = response

    def get(self, name: str) -> str | None:
        """The value of a header."""
        return self._response[name] if self._response.has_header(name) else None

    def items(self) -> Any:
        """All headers, names in lower case."""
        return [(name.lower(), value) for name, value in self._response.items()]


def _finished(call: Call, operation: IncomingRequest, response: Any) -> object:
    """Without a server nobody else tells of status and headers, and of a stream's end."""
    operation.status = response.status_code
    operation.response_headers = _ResponseHeaders(response)
    if operation.listeners:
        _tell_response(operation, response)
        if operation.refusal is not None:
            return _answer(operation)
    if response.streaming and not getattr(response, "is_async", False):
        pieces = response._iterator
        response._iterator = Stream(call, wsgi_refusal.Guarded(operation, pieces) if operation.listeners else pieces)
    return None


def _tell_response(operation: IncomingRequest, response: Any) -> None:
    """The last moment for another answer; the refusal itself goes to nobody."""
    try:
        operation.learned("response")
        if not response.streaming:
            operation.responding(response.content)
    except Refusal:
        return
