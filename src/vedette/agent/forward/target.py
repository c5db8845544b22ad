"""Where letters go: an address, and one connection that is kept."""

from __future__ import annotations

import gzip
import http.client
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vedette.agent.forward.letters import Letter

TIMEOUT = 10.0
"""Seconds for a connection, and for an answer."""
COMPRESSED_FROM = 1024
"""Bytes of a body from which on compressing it pays."""


class BadTarget(ValueError):
    """An address that nothing can be sent to; the text says why."""


@dataclass(frozen=True)
class Target:
    """One receiver to forward to."""

    kind: str
    """`otlp` or `datadog`."""
    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """Put on each request, such as an API key."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        usable = parts.path if parts.scheme == "unix" else parts.hostname
        if parts.scheme not in ("http", "https", "unix") or not usable:
            raise BadTarget(f"{self.url!r} is no address such as http://collector:4318 or unix:///run/apm.socket")


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        """Opens the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Sending:
    """The connection to a target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._parts = urlsplit(target.url)
        self._connection: http.client.HTTPConnection | None = None

    def post(self, letters: list[Letter]) -> tuple[int, str]:
        """Sends letters that belong together as one request; status of the answer, and its `Retry-After`.

        Raises:
            OSError, http.client.HTTPException: there is no answer.
        """
        first = letters[0]
        body = b"".join(letter.body for letter in letters)
        headers = {**first.headers, **self._target.headers}
        if self._target.kind == "otlp" and len(body) >= COMPRESSED_FROM:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        try:
            return self._ask(self._path(first.path), body, headers)
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def _ask(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        connection = self._connection = self._connection or self._connect()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read(1 << 20)
        if answer.will_close or not answer.isclosed():
            self.close()
        return answer.status, answer.getheader("Retry-After") or ""

    def _path(self, path: str) -> str:
        return path if self._parts.scheme == "unix" else self._parts.path.rstrip("/") + path

    def _connect(self) -> http.client.HTTPConnection:
        if self._parts.scheme == "unix":
            return UnixConnection(self._parts.path)
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT)

    def close(self) -> None:
        """Ends the connection; the next letter makes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
