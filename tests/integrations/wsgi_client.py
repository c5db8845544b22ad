"""Drives WSGI applications without a server, as PEP 3333 has it: every step in the test's hands."""

from __future__ import annotations

import contextvars
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper


@dataclass
class Answered:
    """What an application answers: `status` and `headers` as soon as they are known, the body by iteration."""

    status: int = 0
    pairs: list[tuple[str, str]] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    result: Any = None
    sent: bool = False
    body: bytes = b""

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name."""
        return {name.lower(): value for name, value in self.pairs}

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """`start_response`."""
        if exc_info and self.sent:
            raise exc_info[1].with_traceback(exc_info[2])
        assert exc_info or not self.status, "begun twice"
        assert isinstance(status, str)
        assert isinstance(headers, list)
        self.status, self.pairs = int(status.split(" ", 1)[0]), list(headers)
        return self.written.append

    def pieces(self) -> Iterator[bytes]:
        """The body as a server sends it: the response is out with the first piece that is not empty."""
        for piece in self.result:
            assert isinstance(piece, bytes)
            self.sent = self.sent or bool(piece)
            yield piece

    def close(self) -> None:
        """As servers do in the end, come what may."""
        if hasattr(self.result, "close"):
            self.result.close()


def environ_of(
    path: str = "/", method: str = "GET", headers: dict[str, str] | None = None, body: Any = b"", **more: Any
) -> dict[str, Any]:
    """The environ of a request, as a server makes it. A body that is a list has no length (chunked)."""
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "10.1.2.3",
        "REMOTE_PORT": "4000",
        "HTTP_HOST": "testserver",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        **_body(body),
    }
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return {**environ, **more}


def _body(body: bytes | Sequence[bytes]) -> dict[str, Any]:
    if isinstance(body, bytes):
        return {"wsgi.input": io.BytesIO(body), **({"CONTENT_LENGTH": str(len(body))} if body else {})}
    return {
        "wsgi.input": io.BytesIO(b"".join(body)),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }


def begin(app: Any, path: str = "/", method: str = "GET", **more: Any) -> Answered:
    """Calls the application; the body is not iterated yet."""
    return called(app, environ_of(path, method, **more))


def called(app: Any, environ: dict[str, Any]) -> Answered:
    """Calls the application with an environ."""
    answered = Answered()
    answered.result = app(environ, answered.start)
    return answered


def finished(answered: Answered) -> Answered:
    """Iterates and closes, as a server does."""
    try:
        pieces = list(answered.pieces())
        answered.body = b"".join([*answered.written, *pieces])
    finally:
        answered.close()
    return answered


def ask(app: Any, path: str = "/", method: str = "GET", **more: Any) -> Answered:
    """One request to an application, in a context of its own."""
    return contextvars.copy_context().run(lambda: finished(begin(app, path, method, **more)))
