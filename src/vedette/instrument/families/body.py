"""A bounded look at the body of a request while the application reads it.

Nothing is read that the application does not read; what it gets is unchanged. The protection sees the body's
beginning when the application has come to its end, before the last piece is handed over.
"""

from __future__ import annotations

from vedette.instrument.families.chunked import Chunks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vedette._native import Call
    from vedette.operations import IncomingRequest

INSPECTED = ("json", "x-www-form-urlencoded", "multipart/form-data", "xml", "text/", "graphql")
"""Parts of the content types that are looked at; others (uploads of images, archives) are not copied."""


def wants_body(operation: IncomingRequest) -> bool:
    """Whether the body is of a kind that is inspected."""
    if operation.method in ("GET", "HEAD", "OPTIONS", "TRACE") or not operation.body_limit:
        return False
    content_type = (operation.headers.get("content-type") or "").lower()
    return any(part in content_type for part in INSPECTED)


class Collected:
    """The beginning of a body, as far as it was read."""

    __slots__ = (
        "_chunks",
        "_operation",
        "_raw",
        "_told",
        "content_type",
        "data",
        "expected",
        "limit",
        "seen",
        "source",
    )

    def __init__(self, operation: IncomingRequest, chunked: bool = False) -> None:
        self._operation = operation
        self._told = False
        self._chunks = Chunks() if chunked else None
        """Of a body that may still be in chunks."""
        self._raw = bytearray()
        """Such a body's beginning as it came."""
        self.content_type = operation.headers.get("content-type") or ""
        self.data = bytearray()
        self.limit = operation.body_limit
        self.source: Any = None
        """What it is read from, where a family has to know."""
        self.seen = 0
        """Bytes read in all; more than `len(data)` if the body is longer than what is inspected."""
        length = operation.headers.get("content-length") or ""
        self.expected = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None

    @property
    def whole(self) -> bool:
        """Whether all of the body is in `data`."""
        return self.seen <= len(self.data) and (self.expected is None or self.seen >= self.expected)

    def add(self, piece: bytes) -> None:
        """A piece was read; with all that was announced the listeners are told. Raises their refusal."""
        if self._chunks is not None:
            self._add_chunks(self._chunks, piece)
            return
        room = self.limit - len(self.data)
        if room > 0:
            self.data += piece[:room]
        self.seen += len(piece)
        if self.expected is not None and self.seen >= self.expected:
            self.complete()

    def _add_chunks(self, chunks: Chunks, piece: bytes) -> None:
        if not piece:
            return
        self._raw += piece[: max(self.limit - len(self._raw), 0)]
        if chunks.done and piece.strip(b"\r\n"):
            # More behind the last chunk: they were the body's own. All of it is looked at as it came.
            self._chunks, self._told, self.data = None, False, self._raw
            self.seen += len(piece)
            return
        content = chunks.feed(piece)
        self.data += content[: max(self.limit - len(self.data), 0)]
        self.seen += len(content)
        if chunks.done:
            self.complete()

    def complete(self) -> None:
        """Nothing more will be read: tells the listeners, once, of what was. Raises their refusal."""
        if self._told or not (self.seen or self._raw):
            return
        if self._chunks is not None and not self._chunks.done:
            self.data = self._raw  # cut, or no chunks at all
        self._told = True
        self._operation.learned("body")


def tap(call: Call, operation: IncomingRequest, source: Any) -> BodyTap:
    """What stands for `source`: has `readinto` only if it has, since readers ask."""
    collected = operation.body = Collected(operation, _may_be_chunked(operation))
    return (BufferTap if hasattr(source, "readinto") else BodyTap)(call, collected, source)


def _may_be_chunked(operation: IncomingRequest) -> bool:
    """Whether the server may have left chunks to the application. One that decodes them says so, or tells a length."""
    if "chunked" not in (operation.headers.get("transfer-encoding") or "").lower():
        return False
    environ = getattr(operation.headers, "environ", {})
    return not environ.get("wsgi.input_terminated")


class BodyTap:
    """Stands for a body's file object (`wsgi.input`)."""

    __slots__ = ("_call", "_collected", "_source")

    def __init__(self, call: Call, collected: Collected, source: Any) -> None:
        self._call = call
        self._collected = collected
        self._source = source

    def read(self, *size: Any) -> bytes:
        """As of the source. All that is left is asked for without a size, or by a negative one."""
        piece: bytes = self._source.read(*size)
        self._seen(piece, size)
        if not size or size[0] is None or size[0] < 0:
            self._seen(b"", ())
        return piece

    def readline(self, *size: Any) -> bytes:
        """As of the source."""
        return self._seen(self._source.readline(*size), size)

    def readlines(self, *hint: Any) -> list[bytes]:
        """As of the source."""
        lines: list[bytes] = self._source.readlines(*hint)
        self._seen(b"".join(lines), ())
        return lines

    def __iter__(self) -> Iterator[bytes]:
        for line in self._source:
            yield self._seen(line, ())
        self._seen(b"", ())

    def __next__(self) -> bytes:
        return self._seen(next(self._source), ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def _seen(self, piece: bytes, size: tuple[Any, ...]) -> bytes:
        try:
            self._collected.add(piece)
            if not piece and size != (0,):
                self._collected.complete()
        except Exception as error:
            self._call.contain(error)
        return piece


class BufferTap(BodyTap):
    """Of a source that fills buffers."""

    __slots__ = ()

    def readinto(self, buffer: Any) -> int:
        """As of the source."""
        count: int = self._source.readinto(buffer)
        view = memoryview(buffer)
        self._seen(bytes(view[: count or 0]), (len(view),))
        return count
