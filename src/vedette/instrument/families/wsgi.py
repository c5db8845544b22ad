"""WSGI applications (PEP 3333): the request from its environ to the end of its response's iterable.

What the environ tells is in `environ`, how protection answers in the application's place in `wsgi_refusal`.
"""

from __future__ import annotations

from vedette._native import Stream, enclosing
from vedette.instrument.families.body import tap, wants_body
from vedette.instrument.families.environ import decoded, incoming, path_of
from vedette.instrument.families.wsgi_refusal import Guarded, refusing
from vedette.instrument.integration import option
from vedette.operations import IncomingRequest, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.families.wsgi_refusal import StartResponse

OPTIONS = (option("distributed_tracing", True, "Whether requests continue the trace that their headers name."),)


class ResponseHeaders:
    """Headers as given to `start_response`."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def get(self, name: str) -> str | None:
        """The value of the first header of that lower-case name."""
        for key, value in self._pairs:
            if key.lower() == name:
                return value
        return None

    def items(self) -> Iterator[tuple[str, str]]:
        """All headers, names in lower case."""
        return ((key.lower(), value) for key, value in self._pairs)


def describe(
    name: str, distributed: Callable[[], bool] = lambda: True, environ_at: int = 1
) -> Callable[[Call], IncomingRequest | None]:
    """A describer for functions that take (..., environ, start_response), the environ at that position.

    An application within another (mounted, or wrapped by it) is part of the same request. `distributed` tells whether
    the trace of whoever asked goes on.
    """

    def request(call: Call) -> IncomingRequest | None:
        args = call.args
        environ, start_response = args[environ_at], args[environ_at + 1]
        outer = enclosing(IncomingRequest)
        if outer is not None and _is_within(environ, outer):
            return None
        operation = incoming(name, environ)
        if not distributed():
            operation.carrier = None
        call.args = (*args[: environ_at + 1], _watched(operation, start_response), *args[environ_at + 2 :])
        if operation.listeners:
            operation.refused = refusing(operation, start_response)
            if wants_body(operation):
                _tap_body(call, operation, environ)
        return operation

    return request


def _tap_body(call: Call, operation: IncomingRequest, environ: dict[str, Any]) -> None:
    source = environ.get("wsgi.input")
    if source is not None:
        environ["wsgi.input"] = tap(call, operation, source)


def _is_within(environ: dict[str, Any], request: IncomingRequest) -> bool:
    """Whether this is a part of the request under way, and not one that its handler makes to another application.

    An environ that was handed on is the same, or a copy of it; what an ASGI application makes of its scope, or WebOb
    of a request that it copies, tells of the same method and URL.
    """
    outer, body = getattr(request.headers, "environ", None), environ.get("wsgi.input")
    if outer is environ or (body is not None and outer is not None and outer.get("wsgi.input") is body):
        return True
    asked = environ.get("REQUEST_METHOD"), decoded(path_of(environ)), environ.get("QUERY_STRING") or ""
    return asked == (request.method, request.path, request.query)


_CODES: dict[str, int] = {}
"""Numbers of the status lines that applications have begun their responses with."""
_MOST_CODES = 200


def _code_of(status: str) -> int | None:
    code = int(status[:3]) if status[:3].isdecimal() else None
    if code is not None and len(_CODES) < _MOST_CODES:
        _CODES[status] = code
    return code


def _watched(operation: IncomingRequest, start_response: StartResponse) -> StartResponse:
    """`start_response` that also tells the operation what the application answers."""

    def watched(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        # Whatever the application hands over is the server's to judge; here it is only looked at.
        if isinstance(status, str):
            operation.status = _CODES.get(status) or _code_of(status)
        if isinstance(headers, list):
            operation.response_headers = ResponseHeaders(headers)
        if operation.prefix and operation.route is None:
            operation.matched(operation.prefix)  # an application behind a mount that has no routes
        return start_response(status, headers, *exc_info)

    return watched


def responded(call: Call, result: Iterable[bytes]) -> object:
    """The response began: its iterable decides how long the request lasts.

    Lists are complete. A server's own file wrapper must stay what it is, since the server looks for it (sendfile).
    """
    operation = call.operation
    if operation.begun:  # refused before the application was called
        return None
    if operation.listeners:
        _tell_response(operation, result if isinstance(result, (list, tuple)) else ())
    if operation.refusal is not None and operation.refused is not None:  # just now, or before and it was swallowed
        _closed(call, result)
        refused: object = operation.refused()
        return refused
    if isinstance(result, (list, tuple)) or _is_file(operation, result):
        return None
    return Stream(call, Guarded(operation, result) if operation.listeners else result, _length(operation))


def _is_file(operation: IncomingRequest, result: Any) -> bool:
    """Whether the server may send it without reading: a file in its own wrapper (Molten wraps other things, too)."""
    wrapper: Any = getattr(operation.headers, "environ", {}).get("wsgi.file_wrapper")
    if not isinstance(wrapper, type) or not isinstance(result, wrapper):
        return False
    file: Any = getattr(result, "filelike", result)
    try:
        file.fileno()
    except (AttributeError, OSError):
        return not hasattr(result, "filelike")  # another kind of wrapper: nobody knows
    return True


def _length(operation: IncomingRequest) -> int | None:
    """Bytes of the body, where the application says so and there is one."""
    headers = operation.response_headers
    length = headers.get("content-length") if headers is not None and operation.method != "HEAD" else None
    return int(length) if length is not None and length.isdigit() else None


def _tell_response(operation: IncomingRequest, body: Iterable[bytes]) -> None:
    """The last moment for another answer; the refusal itself goes to nobody."""
    try:
        if operation.body is not None:
            operation.body.complete()
        operation.learned("response")
        if body:
            operation.responding(*body)
    except Refusal:
        pass


def _closed(call: Call, result: Iterable[bytes]) -> None:
    try:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    except Exception as error:
        call.contain(error)
