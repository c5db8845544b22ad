"""WSGI applications (PEP 3333): the request from its environ to the end of its response's iterable."""

from __future__ import annotations

from urllib.parse import quote

from vedette._native import Stream
from vedette.instrument.families.body import tap, wants_body
from vedette.instrument.families.exchange import aborted, is_refused
from vedette.operations import IncomingRequest, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from vedette._native import Call
    from vedette.operations import Answer

    StartResponse = Callable[..., Any]

_REASONS = {302: "Found", 303: "See Other", 403: "Forbidden"}


class EnvironHeaders:
    """Request headers as a WSGI environ holds them."""

    __slots__ = ("_environ",)

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ

    def get(self, name: str) -> str | None:
        """The value of a header, by its lower-case name."""
        key = name.upper().replace("-", "_")
        value = self._environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key)
        return value if isinstance(value, str) else None

    def items(self) -> Iterator[tuple[str, str]]:
        """All headers, names in lower case."""
        for key, value in self._environ.items():
            name = _NAMES.get(key) or _named(key)
            if name and value and isinstance(value, str):
                yield name, value


_NAMES = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
"""Names of headers by their keys in an environ, as far as they have been seen."""
_MOST_NAMES = 500


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
        return next((value for key, value in self._pairs if key.lower() == name), None)

    def items(self) -> Iterator[tuple[str, str]]:
        """All headers, names in lower case."""
        return ((key.lower(), value) for key, value in self._pairs)


def describe(name: str, environ_at: int = 1) -> Callable[[Call], IncomingRequest]:
    """A describer for functions that take (..., environ, start_response), the environ at that position."""

    def request(call: Call) -> IncomingRequest:
        args = call.args
        environ, start_response = args[environ_at], args[environ_at + 1]
        operation = incoming(name, environ)
        call.args = (*args[: environ_at + 1], _watched(operation, start_response), *args[environ_at + 2 :])
        operation.refused = _refused(operation, start_response)
        if operation.listeners and wants_body(operation):
            source = environ.get("wsgi.input")
            if source is not None:
                environ["wsgi.input"] = tap(call, operation, source)
        return operation

    return request


def incoming(name: str, environ: dict[str, Any]) -> IncomingRequest:
    """The request that an environ describes."""
    get = environ.get
    query = get("QUERY_STRING") or ""
    path = get("SCRIPT_NAME", "") + get("PATH_INFO", "")
    operation = IncomingRequest(
        name, get("REQUEST_METHOD", ""), _url(environ, path, query), path, query, EnvironHeaders(environ), environ
    )
    operation.peer = get("REMOTE_ADDR")
    operation.version = get("SERVER_PROTOCOL", "")[5:] or None
    return operation


def _url(environ: dict[str, Any], path: str, query: str) -> str:
    get = environ.get
    scheme = get("wsgi.url_scheme", "http")
    host = get("HTTP_HOST") or _server(environ, scheme)
    # The servers' own record of the request line is exact; PATH_INFO has lost the encoding.
    raw = get("RAW_URI") or get("REQUEST_URI") or ""
    if raw.startswith("/"):
        return f"{scheme}://{host}{raw}"
    quoted = path if path.isalnum() else quote(path.encode("latin-1", "replace"), safe="/:;@!$&'()*+,=~%")
    return f"{scheme}://{host}{quoted}?{query}" if query else f"{scheme}://{host}{quoted}"


def _server(environ: dict[str, Any], scheme: str) -> str:
    name, port = environ.get("SERVER_NAME", ""), environ.get("SERVER_PORT", "")
    return name if (scheme, port) in (("http", "80"), ("https", "443")) else f"{name}:{port}"


def _watched(operation: IncomingRequest, start_response: StartResponse) -> StartResponse:
    """`start_response` that also tells the operation what the application answers."""

    def watched(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        # Whatever the application hands over is the server's to judge; here it is only looked at.
        if isinstance(status, str) and status[:3].isdigit():
            operation.status = int(status[:3])
        if isinstance(headers, list):
            operation.response_headers = ResponseHeaders(headers)
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
        _tell_response(operation)
    if operation.refusal is not None:  # refused just now, or on the way, and the application swallowed it
        _closed(call, result)
        return operation.refused()
    wrapper = operation.carrier.get("wsgi.file_wrapper")
    if isinstance(result, (list, tuple)) or (isinstance(wrapper, type) and isinstance(result, wrapper)):
        return None
    return Stream(call, Guarded(operation, result) if operation.listeners else result, _length(operation))


def _length(operation: IncomingRequest) -> int | None:
    """Bytes of the body, where the application says so and there is one."""
    headers = operation.response_headers
    length = headers.get("content-length") if headers is not None and operation.method != "HEAD" else None
    return int(length) if length is not None and length.isdigit() else None


def _tell_response(operation: IncomingRequest) -> None:
    """The last moment for another answer; the refusal itself goes to nobody."""
    try:
        if operation.body is not None:
            operation.body.complete()
        operation.learned("response")
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

    __slots__ = ("_answer", "_iterator", "_operation", "_source")

    def __init__(self, operation: IncomingRequest, source: Iterable[bytes]) -> None:
        self._operation = operation
        self._source = source
        self._iterator = iter(source)
        self._answer: Iterator[bytes] | None = None

    def __iter__(self) -> Guarded:
        return self

    def __next__(self) -> bytes:
        if self._answer is not None:
            return self._rest(self._answer)
        operation = self._operation
        try:
            piece: bytes = next(self._iterator)
        except BaseException as error:
            if operation.refusal is None or not is_refused(error):
                raise
        else:
            if operation.refusal is None:
                operation.begun = operation.begun or bool(piece)
                return piece
        self._answer = iter(operation.refused() if operation.refused else ())
        return self._rest(self._answer)

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
