"""A small web server that the tests of HTTP clients ask."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

PIECES = [b"one", b"two", b"three"]


@dataclass
class Web:
    """The server's address, and the requests that came."""

    port: int
    seen: list[Asked] = field(default_factory=list)
    host: str = "127.0.0.1"

    def url(self, path: str = "/", user: str = "") -> str:
        """The URL of a path: `/ok`, `/status/<n>`, `/redirect/<n>` (n times), `/pieces` (chunked), `/broken`."""
        return f"http://{user}{self.host}:{self.port}{path}"


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def parent(self) -> int:
        """The span id that came with it, 0 for none."""
        return int(self.headers.get("x-datadog-parent-id", "0"))

    @property
    def trace_id(self) -> int:
        """The 128-bit trace id that came with it."""
        return int(self.headers["traceparent"].split("-")[1], 16)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: Web

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests look at `seen`."""

    def do_GET(self) -> None:
        """Every method is answered alike."""
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.headers.get("transfer-encoding") == "chunked":
            body = self._dechunked()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.web.seen.append(Asked(self.command, self.path, headers, body))
        kind, _, number = self.path.partition("?")[0].strip("/").partition("/")
        getattr(self, f"answer_{kind}", self.answer_ok)(int(number or "0"))

    do_POST = do_PUT = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def _dechunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer_ok(self, _: int) -> None:
        """200."""
        self._answer(200, b"fine")

    def answer_status(self, status: int) -> None:
        """That status."""
        self._answer(status, b"as asked")

    def answer_redirect(self, left: int) -> None:
        """Redirects that many times, then 200."""
        self._answer(302, b"", ("Location", f"/redirect/{left - 1}" if left > 1 else "/ok"))

    def answer_pieces(self, _: int) -> None:
        """A chunked body."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in [*PIECES, b""]:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def answer_broken(self, _: int) -> None:
        """Hangs up without an answer."""
        self.close_connection = True

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are part of the tests."""


@contextlib.contextmanager
def serving() -> Iterator[Web]:
    """Runs the server in a thread."""
    handler: Any = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    handler.web = Web(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield handler.web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
