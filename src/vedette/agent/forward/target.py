"""Where letters go: an address, and one connection that is kept."""

from __future__ import annotations

import base64
import gzip
import http.client
import re
import socket
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from vedette.agent.forward.letters import Letter

TIMEOUT = 10.0
"""Seconds for a connection, and for an answer."""
COMPRESSED_FROM = 1024
"""Bytes of a body from which on compressing it pays."""


HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""RFC 9110, sections 5.1 and 5.5."""


class BadTarget(ValueError):
    """An address that nothing can be sent to; the text says why."""


@dataclass(frozen=True)
class Target:
    """One receiver to forward to."""

    kind: str
    """`otlp` or `datadog`."""
    url: str = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """Put on each request, such as an API key."""

    def __post_init__(self) -> None:
        if not _is_usable(self.url):
            raise BadTarget(f"{self.shown!r} is no address such as http://collector:4318 or unix:///run/apm.socket")
        for name, value in self.headers.items():
            if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
                raise BadTarget(f"the header {name[:50]!r} can't be sent: it has characters that no header may have")

    @property
    def shown(self) -> str:
        """The address as pages and logs may tell it: without what may be a secret (user, password, query)."""
        head, found, rest = self.url.partition("://")
        address = re.split(r"[?#]", rest, maxsplit=1)[0]
        host, slash, path = address.partition("/")
        return f"{head}{found}{host.rpartition('@')[2]}{slash}{path}" if found else self.url.rpartition("@")[2]

    @property
    def credentials(self) -> dict[str, str]:
        """The header that says what the address has in front of its host (RFC 7617)."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return {}
        both = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"}


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        usable = parts.path if parts.scheme == "unix" else parts.hostname and parts.port != 0
    except ValueError:  # a port that is none, half a bracket
        return False
    return parts.scheme in ("http", "https", "unix") and bool(usable) and not re.search(r"[\x00-\x20\x7f]", url)


class Answer(NamedTuple):
    """What a receiver says."""

    status: int
    retry_after: str
    """The header of that name."""
    said: str
    """The beginning of what may be its reason."""


def _readable(body: bytes) -> str:
    text = body[:200].decode("utf-8", "replace")
    return "".join(letter for letter in text if letter.isprintable()).strip()


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

    def post(self, letters: list[Letter]) -> Answer:
        """Sends letters that belong together as one request.

        Raises:
            OSError, http.client.HTTPException: there is no answer.
            ValueError: no such request can be sent.
        """
        first = letters[0]
        body = b"".join(letter.body for letter in letters)
        headers = {**first.headers, **self._target.credentials, **self._target.headers}
        if self._target.kind == "otlp" and len(body) >= COMPRESSED_FROM:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        try:
            return self._ask(self._path(first.path), body, headers)
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def _ask(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = self._connection = self._connection or self._connect()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        said = answer.read(1 << 20)
        if answer.will_close or not answer.isclosed():
            self.close()
        return Answer(answer.status, answer.getheader("Retry-After") or "", _readable(said))

    def _path(self, path: str) -> str:
        if self._parts.scheme == "unix":
            return path
        return urlunsplit(SplitResult("", "", self._parts.path.rstrip("/") + path, self._parts.query, ""))

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
