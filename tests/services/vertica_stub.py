"""Vertica, of which no free server can be installed: a stand-in that speaks its protocol and remembers what it heard.

It speaks what vertica-python needs: no TLS, no load balancing, simple and prepared statements, several statements at
once, COPY from the client. It knows no SQL: a SELECT gets one row with a 1, COPY gets its data taken, all else is
done. A test primes other answers by ``answer(...)``, one for each statement to come.
"""

from __future__ import annotations

import contextlib
import socketserver
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Union, cast

_SSL, _LOAD_BALANCE, _CANCEL = 80877103, 80936960, 80877102
_NEW_ROWS = 3 << 16 | 4
"""Protocol from which rows are described in Vertica's own way; before, as PostgreSQL does."""
_INTEGER, _TEXT = 6, 9


@dataclass(frozen=True)
class Rows:
    """Rows of integers and texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int | str, ...], ...]


@dataclass(frozen=True)
class Failure:
    """An error; `42V01` is a relation that does not exist."""

    message: str
    sqlstate: str = "42V01"


@dataclass(frozen=True)
class Slow:
    """The ordinary answer, later."""

    seconds: float


@dataclass(frozen=True)
class Closed:
    """No answer: the connection is cut."""


Answer = Union[Rows, Failure, Slow, Closed]
ONE = Rows(("?column?",), ((1,),))


@dataclass
class Vertica:
    """A running server."""

    port: int = 0
    host: str = "127.0.0.1"
    logins: list[dict[str, str]] = field(default_factory=list)
    """Parameters of the connections that were made."""
    statements: list[str] = field(default_factory=list)
    """What was to be run, as it was sent."""
    copied: bytearray = field(default_factory=bytearray)
    """Data of COPY."""
    primed: deque[Answer] = field(default_factory=deque)

    def answer(self, *answers: Answer) -> None:
        """What the next statements get, one each."""
        self.primed.extend(answers)

    def clear(self) -> None:
        """Forgets everything."""
        for memory in (self.logins, self.statements, self.copied, self.primed):
            memory.clear()

    @property
    def options(self) -> dict[str, Any]:
        """Keyword arguments of `connect`; old versions know no `tlsmode` and don't mind it."""
        named = {"user": "dbadmin", "password": "secret", "database": "sales"}
        return {"host": self.host, "port": self.port, **named, "tlsmode": "disable"}


@contextlib.contextmanager
def running() -> Iterator[Vertica]:
    """The stand-in, in threads of this process."""
    vertica = Vertica()

    class Handler(socketserver.StreamRequestHandler):
        wbufsize = -1  # answers leave whole
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with contextlib.suppress(OSError, EOFError):
                _Session(vertica, self.rfile, cast(BinaryIO, self.wfile)).serve()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server((vertica.host, 0), Handler) as server:
        vertica.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield vertica
        finally:
            server.shutdown()


class _Session:
    """One connection."""

    def __init__(self, vertica: Vertica, reader: BinaryIO, writer: BinaryIO) -> None:
        self._vertica = vertica
        self._reader = reader
        self._writer = writer
        self._protocol = 0
        self._prepared: dict[str, str] = {}

    def serve(self) -> None:
        """From the first byte to the last."""
        if not self._greet():
            return
        while True:
            kind = self._read(1)
            body = self._body()
            if kind == b"X":
                return
            self._dispatch(kind, body)
            self._writer.flush()

    def _read(self, count: int) -> bytes:
        found = self._reader.read(count)
        if len(found) < count:
            raise EOFError
        return found

    def _body(self) -> bytes:
        (size,) = struct.unpack("!I", self._read(4))
        return self._read(size - 4)

    def _send(self, kind: bytes, body: bytes = b"") -> None:
        self._writer.write(kind + struct.pack("!I", len(body) + 4) + body)

    def _greet(self) -> bool:
        """Refuses what is asked for before the login; False for a connection that only cancels."""
        while True:
            body = self._body()
            (code,) = struct.unpack_from("!I", body)
            if code == _CANCEL:
                return False
            if code not in (_SSL, _LOAD_BALANCE):
                break
            self._writer.write(b"N")
            self._writer.flush()
        self._protocol = code
        self._vertica.logins.append(_parameters(body[4:]))
        self._send(b"R", struct.pack("!I", 0))
        self._send(b"S", b"protocol_version\x00%d\x00" % self._protocol)
        self._send(b"K", struct.pack("!2I", 1, 1))
        self._ready()
        self._writer.flush()
        return True

    def _ready(self) -> None:
        self._send(b"Z", b"I")

    def _dispatch(self, kind: bytes, body: bytes) -> None:
        if kind == b"Q":
            self._run_all(_text(body))
        elif kind == b"P":
            name, statement, _ = body.split(b"\x00", 2)
            self._prepared[_text(name)] = _text(statement)
            self._send(b"1")
        elif kind == b"D":
            self._describe(self._prepared[_text(body[1:])])
        elif kind == b"B":
            self._bound = self._prepared[_text(body.split(b"\x00", 2)[1])]
            self._send(b"2")
        elif kind == b"E":
            self._run(self._bound, described=True)
        elif kind == b"S":
            self._ready()
        elif kind == b"C":
            self._send(b"3")

    def _describe(self, statement: str) -> None:
        count = statement.count("?")
        parameters = struct.pack("!BIiH", 0, _TEXT, -1, 0) * count
        self._send(b"t", struct.pack("!H", count) + (struct.pack("!I", 0) + parameters if count else b""))
        if _is_select(statement):
            self._send(b"T", self._columns(ONE))
        else:
            self._send(b"n")
        self._send(b"m", b"%s\x00\x00\x00\x00" % statement.split()[0].upper().encode())

    def _run_all(self, text: str) -> None:
        statements = [part.strip() for part in text.split(";") if part.strip()]
        self._vertica.statements.append(text)
        if all(self._run(statement, noted=True) for statement in statements):
            self._ready()

    def _run(self, statement: str, described: bool = False, noted: bool = False) -> bool:
        """Answers one statement; False if nothing more is to be said."""
        if not noted:
            self._vertica.statements.append(statement)
        answer = self._vertica.primed.popleft() if self._vertica.primed else None
        if isinstance(answer, Closed):
            raise EOFError
        if isinstance(answer, Slow):
            time.sleep(answer.seconds)
        if isinstance(answer, Failure):
            return self._fail(answer)
        if statement.lower().startswith("copy "):
            return self._take_copy()
        if isinstance(answer, Rows) or _is_select(statement):
            self._rows(answer if isinstance(answer, Rows) else ONE, described)
        self._send(b"C", statement.split()[0].upper().encode() + b"\x00")
        return True

    def _fail(self, failure: Failure) -> bool:
        # Old clients stumble over fields that they do not know, such as the number of the error.
        fields = {"S": "ERROR", "M": failure.message, "C": failure.sqlstate}
        if self._protocol >= _NEW_ROWS:
            fields["V"] = "4566"
        self._send(b"E", b"".join(f"{key}{value}\x00".encode() for key, value in fields.items()) + b"\x00")
        self._ready()
        return False

    def _take_copy(self) -> bool:
        self._send(b"G", struct.pack("!BHH", 0, 1, 0))
        self._writer.flush()
        while True:
            kind, body = self._read(1), self._body()
            if kind == b"d":
                self._vertica.copied += body
            elif kind == b"c":
                self._send(b"C", b"COPY\x00")
                return True
            elif kind == b"f":
                return self._fail(Failure(f"COPY: {_text(body)}", "22V04"))

    def _rows(self, rows: Rows, described: bool) -> None:
        if not described:
            self._send(b"T", self._columns(rows))
        for row in rows.rows:
            values = [str(value).encode() for value in row]
            packed = b"".join(struct.pack("!i", len(value)) + value for value in values)
            self._send(b"D", struct.pack("!H", len(values)) + packed)

    def _columns(self, rows: Rows) -> bytes:
        columns = [[row[at] for row in rows.rows] for at in range(len(rows.columns))]
        kinds = [_INTEGER if all(isinstance(value, int) for value in column) else _TEXT for column in columns]
        head = struct.pack("!H", len(kinds))
        if self._protocol < _NEW_ROWS:
            described = [struct.pack("!IHIHIH", 0, 1, kind, 8, 0, 0) for kind in kinds]
        else:
            head += struct.pack("!I", 0)
            described = [struct.pack("!QHBIHHHiH", 0, 1, 0, kind, 8, 1, 0, -1, 0) for kind in kinds]
        return head + b"".join(name.encode() + b"\x00" + each for name, each in zip(rows.columns, described))


def _text(body: bytes) -> str:
    return body.rstrip(b"\x00").decode()


def _is_select(statement: str) -> bool:
    return statement.lstrip("( ").lower().startswith("select")


def _parameters(body: bytes) -> dict[str, str]:
    """Names and values; the protocol's version is a number among them, which may hold zeros."""
    name = b"protocol_version\x00"
    at = body.find(name)
    if at >= 0:
        body = body[:at] + body[at + len(name) + 5 :]
    words = [word.decode() for word in body.rstrip(b"\x00").split(b"\x00")]
    return dict(zip(words[::2], words[1::2]))
