"""The server behind the applications: it answers ``/RUN/IDENT`` with the ident, and remembers who asked with which
headers.
"""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast


class Echo(ThreadingHTTPServer):
    """Answers and remembers; `asked[run][ident]` is the traceparent that came with it, empty if none did."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, str]] = {}
        super().__init__(("127.0.0.1", 0), Answers)

    def server_bind(self) -> None:
        """Without the name look-up of the parent class, which asks DNS."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    def url(self, run: str) -> str:
        """The address for one run of a case; forgets what an earlier run of that name asked."""
        self.asked[run] = {}
        return f"http://127.0.0.1:{self.server_port}/{run}"


class Answers(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """Echo the ident."""
        _, run, ident = self.path.split("/", 2)
        cast(Echo, self.server).asked[run][ident] = self.headers.get("traceparent", "")
        body = ident.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def running() -> Iterator[Echo]:
    """An echo server on a thread."""
    with Echo() as echo:
        threading.Thread(target=echo.serve_forever, args=(0.05,), daemon=True).start()
        yield echo
        echo.shutdown()
