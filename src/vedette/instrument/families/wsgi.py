"""WSGI applications (PEP 3333): the request from its environ to the end of its response's iterable."""

from __future__ import annotations

from string import ascii_letters, digits
from urllib.parse import quote

from vedette._native import Stream, enclosing
from vedette.instrument.families.body import tap, wants_body
from vedette.instrument.families.exchange import aborted, is_refused
from vedette.instrument.integration import option
from vedette.operations import IncomingRequest, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from vedette._native import Call
    from vedette.operations import Answer
    from vedette.operations.response_body import ResponseBody

    StartResponse = Callable[..., Any]

OPTIONS = (option("distributed_tracing", True, "Whether requests continue the trace that their headers name."),)

_REASONS = {302: "Found", 303: "See Other", 403: "Forbidden"}


class EnvironHeaders:
    """Request headers as a WSGI environ holds them."""

    __slots__ = ("environ",)

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ

    def get(self, name: str) -> str | None:
        """The value of a header, by its lower-case name."""
        value = self.environ.get(_KEYS.get(name) or _key_of(name))
        return value if isinstance(value, str) else None

    def items(self) -> Iterator[tuple[str, str]]:
        """All headers, names in lower case."""
        for key, value in self.environ.items():
            name = _NAMES.get(key) or _named(key)
            if name and value and isinstance(value, str):
                yield name, value


_NAMES = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
"""Names of headers by their keys in an environ, as far as they have been seen."""
_KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH", "user-agent": "HTTP_USER_AGENT"}
"""The same the other way round, for those that are asked for most."""
_MOST_NAMES = 500


def _key_of(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


def _named(key: str) -> str | None:
    if not key.startswith("HTTP_"):
        return None
    name = key[5:].lower().replace("_", "-")
    if len(_NAMES) < _MOST_NAMES:
        _NAMES[key] = name
    return name


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
            operation.refused = _refused(operation, start_response)
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
    asked = environ.get("REQUEST_METHOD"), _decoded(_path(environ)), environ.get("QUERY_STRING") or ""
    return asked == (request.method, request.path, request.query)


def incoming(name: str, environ: dict[str, Any]) -> IncomingRequest:
    """The request that an environ describes."""
    get = environ.get
    query = get("QUERY_STRING") or ""
    raw = _path(environ)
    url = _url(environ, raw, query)
    path = raw if raw.isascii() else _decoded(raw)
    operation = IncomingRequest(name, get("REQUEST_METHOD", ""), url, path, query, EnvironHeaders(environ), environ)
    operation.peer = get("REMOTE_ADDR")
    operation.version = get("SERVER_PROTOCOL", "")[5:] or None
    return operation


def _path(environ: dict[str, Any]) -> str:
    """The whole path, bytes as letters."""
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return path


def _decoded(path: str) -> str:
    """Servers hand the path over as if it were Latin-1 (PEP 3333)."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _url(environ: dict[str, Any], path: str, query: str) -> str:
    get = environ.get
    scheme = get("wsgi.url_scheme", "http")
    host = get("HTTP_HOST") or _server(environ, scheme)
    # The servers' own record of the request line is exact; PATH_INFO has lost the encoding.
    raw = get("RAW_URI") or get("REQUEST_URI") or ""
    if raw.startswith("/"):
        return f"{scheme}://{host}{raw}" if "?" in raw or not query else f"{scheme}://{host}{raw}?{query}"
    quoted = path if _PLAIN.issuperset(path) else quote(path.encode("latin-1", "replace"), safe=_SAFE)
    return f"{scheme}://{host}{quoted}?{query}" if query else f"{scheme}://{host}{quoted}"


_SAFE = "/:;@!$&'()*+,=~%"
_PLAIN = frozenset(_SAFE + "-._" + ascii_letters + digits)
"""Letters of a path that stay as they are."""


def _server(environ: dict[str, Any], scheme: str) -> str:
    name, port = environ.get("SERVER_NAME", ""), environ.get("SERVER_PORT", "")
    return name if (scheme, port) in (("http", "80"), ("https", "443")) else f"{name}:{port}"


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


def _refused(operation: IncomingRequest, start_response: StartResponse) -> Callable[..., Iterable[bytes]]:
    """Answers in the application's place."""

    def refused(*_: Any) -> Iterable[bytes]:
        refusal = operation.refusal
        if refusal is None:
            return []
        if operation.begun:
            return _aborting()
        if not _starts(start_response, refusal, operation.response_headers is not None):
            return _aborting()  # some of the application's response is out already
        operation.status = refusal.status
        operation.begun = True
        return [b"" if operation.method == "HEAD" else refusal.body]

    return refused


def _starts(start_response: StartResponse, answer: Answer, again: bool) -> bool:
    """Begins a response, perhaps in place of another one that was begun; False if that is too late.

    Headers that are not sent yet are replaced if there is an exc_info (PEP 3333); Werkzeug's test client, which
    collects them, raises that instead, and takes others without.
    """
    error = aborted()
    status = f"{answer.status} {_REASONS.get(answer.status, 'Blocked')}"
    for more in (((type(error), error, None),), ()) if again else ((),):
        try:
            start_response(status, list(answer.headers), *more)
        except Exception:
            continue
        return True
    return False


def _aborting() -> Iterator[bytes]:
    """A response that the server has to break off."""
    return iter(_abort, b"")


def _abort() -> bytes:
    raise aborted()


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


class Guarded:
    """A response's iterable that protection may stop: by another response, or once it began by breaking it off."""

    __slots__ = ("_answer", "_iterator", "_kept", "_operation", "_source")

    def __init__(self, operation: IncomingRequest, source: Iterable[bytes]) -> None:
        self._operation = operation
        self._source = source
        self._iterator = iter(source)
        self._answer: Iterator[bytes] | None = None
        self._kept: list[bytes] = []
        """Pieces that follow at once: they were held back until the body was seen."""

    def __iter__(self) -> Guarded:
        return self

    def __next__(self) -> bytes:
        if self._answer is not None:
            return self._rest(self._answer)
        operation = self._operation
        if self._kept:
            return self._kept.pop(0)
        try:
            piece: bytes = next(self._iterator)
            if operation.response_body is not None:
                self._collect(operation.response_body, piece)
        except BaseException as error:
            if operation.refusal is None or not is_refused(error):
                raise
        else:
            if operation.refusal is None:
                operation.begun = operation.begun or bool(piece)
                return piece
        self._answer = iter(operation.refused() if operation.refused else ())
        return self._rest(self._answer)

    def _collect(self, body: ResponseBody, piece: bytes) -> None:
        """One more piece of the body; all of them where it decides whether any goes out. Raises a refusal."""
        body.add(piece)
        if self._operation.begun:
            return
        while body.can_wait:
            more = next(self._iterator, None)
            if more is None:
                break
            body.add(more)
            self._kept.append(more)
        if body.complete:
            self._operation.responding()

    @staticmethod
    def _rest(answer: Iterator[bytes]) -> bytes:
        return next(answer)

    def close(self) -> None:
        """As of the source."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)
