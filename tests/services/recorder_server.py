"""The recorder's process: an intake that speaks the Agent protocol and OTLP, and a control port that says what arrived.

Run as ``python -m tests.services.recorder_server INTAKE_PORT CONTROL_PORT``. The intake can play a backend that is

- ``healthy``: records and answers;
- ``dead``: nobody listens on the port;
- ``silent``: accepts connections, reads nothing and never answers;
- ``failing``: answers 500 (what it got is recorded under ``refused``, not under the traces);
- ``slow``: records, and answers after 2 s.
"""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.services import received

SLOW_SECONDS = 2.0
KEEP_SPANS = 300_000
INFO = {
    "version": "7.70.0",
    "endpoints": ["/v0.4/traces", "/v0.5/traces", "/v0.6/stats", "/v0.7/config", "/telemetry/proxy/"],
    "client_drop_p0s": True,
    "span_events": True,
    "span_meta_structs": True,
}


class Record:
    """Everything that arrived, guarded by one lock; beyond ``KEEP_SPANS`` spans are only counted."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.spans: list[received.Span] = []
            self.stats: list[Any] = []
            self.requests: list[dict[str, Any]] = []
            self.errors: list[str] = []
            self.span_count = 0
            self.refused = 0

    def add(self, path: str, headers: Any, body: bytes) -> None:
        """Decode and keep one request."""
        request = {
            "path": path,
            "headers": {key.lower(): value for key, value in headers.items()},
            "bytes": len(body),
            "at": time.time(),
        }
        with self.lock:
            self.requests.append(request)
            try:
                self._decode(path, headers, body)
            except Exception as error:  # whatever a tracer sends, the recorder goes on and the test sees it
                self.errors.append(f"{path}: {type(error).__name__}: {error}")

    def _decode(self, path: str, headers: Any, body: bytes) -> None:
        if path == "/v0.6/stats":
            self.stats.append(received.stats(body))
        elif path.endswith("/traces"):
            traces = received.decode(path, headers.get("Content-Type", ""), headers.get("Content-Encoding", ""), body)
            spans = [span for trace in traces for span in trace]
            self.span_count += len(spans)
            self.spans += spans[: max(0, KEEP_SPANS - len(self.spans))]

    def state(self) -> dict[str, Any]:
        """What the control port tells."""
        with self.lock:
            names = ("spans", "stats", "requests", "errors", "span_count", "refused")
            return {name: getattr(self, name) for name in names}


class Answers(BaseHTTPRequestHandler):
    """HTTP/1.1 with kept connections; no log."""

    protocol_version = "HTTP/1.1"

    @property
    def recorder(self) -> Recorder:
        """The recorder this connection belongs to."""
        return cast("Server", self.server).recorder

    def reply(self, status: int, content: Any) -> None:
        """Answer with JSON."""
        body = json.dumps(content, default=repr).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> bytes:
        """The whole request body, with or without a length."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self) -> bytes:
        chunk = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return chunk

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Intake(Answers):
    """The backend's port."""

    def handle(self) -> None:
        """A silent backend holds the connection until the mode changes."""
        if self.recorder.mode == "silent":
            self.recorder.no_longer_silent.wait()
            return
        super().handle()

    def do_GET(self) -> None:
        """``/info`` and nothing else."""
        self.take(b"")

    def do_POST(self) -> None:
        """Record what a tracer sends."""
        self.take(self.body())

    do_PUT = do_POST

    def take(self, body: bytes) -> None:
        """Record and answer as the mode says."""
        path, record = self.path.split("?")[0], self.recorder.record
        if self.recorder.mode == "failing":
            record.refused += 1
            return self.reply(500, {"error": "asked to fail"})
        record.add(path, self.headers, body)
        if self.recorder.mode == "slow":
            time.sleep(SLOW_SECONDS)
        if path == "/info":
            return self.reply(200, INFO)
        return self.reply(200, {"rate_by_service": {}} if path.endswith("/traces") else {})


class Control(Answers):
    """The test's port: ``GET /received``, ``DELETE /received``, ``PUT /mode/NAME``."""

    def do_GET(self) -> None:
        """Everything recorded so far."""
        self.reply(200, self.recorder.record.state() if self.path == "/received" else {"mode": self.recorder.mode})

    def do_DELETE(self) -> None:
        """Forget it."""
        self.recorder.record.clear()
        self.reply(200, {})

    def do_PUT(self) -> None:
        """Change what the intake plays."""
        self.recorder.play(self.path.rpartition("/")[2])
        self.reply(200, {"mode": self.recorder.mode})


class Server(ThreadingHTTPServer):
    """One thread per connection, all of them daemons."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, handler: type[Answers], recorder: Recorder) -> None:
        self.recorder = recorder
        super().__init__(("127.0.0.1", port), handler)

    def server_bind(self) -> None:
        """Without the name look-up of the parent class, which asks DNS."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        """Answers are small: send them at once."""
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


class Recorder:
    """Both ports and what they share."""

    def __init__(self, intake_port: int, control_port: int) -> None:
        self.record = Record()
        self.mode = "healthy"
        self.no_longer_silent = threading.Event()
        self.intake_port = intake_port
        self.intake: Server | None = None
        self.open()
        self.control = Server(control_port, Control, self)

    def play(self, mode: str) -> None:
        """Switch the intake's mode; kept connections are cut, so that the next request meets the new mode."""
        self.close()
        self.mode = mode
        if mode != "dead":
            self.open()

    def open(self) -> None:
        """Listen on the intake's port."""
        self.no_longer_silent = threading.Event()
        self.intake = Connections(self.intake_port, Intake, self)
        threading.Thread(target=self.intake.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening and cut what is connected."""
        self.no_longer_silent.set()
        if self.intake is not None:
            self.intake.shutdown()
            self.intake.server_close()
            self.intake = None


class Connections(Server):
    """An intake that can cut its connections."""

    def __init__(self, port: int, handler: type[Answers], recorder: Recorder) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__(port, handler, recorder)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget it."""
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Cut what is still connected."""
        super().server_close()
        for connection in tuple(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A tracer that goes away in the middle is the test's business, not this log's."""


if __name__ == "__main__":
    Recorder(int(sys.argv[1]), int(sys.argv[2])).control.serve_forever()
