"""A bounded look at the body of a request while the application reads it.

Nothing is read that the application does not read; what it gets is unchanged. The protection sees the body's
beginning when the application has come to its end, before the last piece is handed over.
"""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vedette.operations import IncomingRequest

INSPECTED = ("json", "x-www-form-urlencoded", "multipart/form-data", "xml", "text/", "graphql")
"""Parts of the content types that are looked at; others (uploads of images, archives) are not copied."""


def wants_body(operation: IncomingRequest) -> bool:
    """Whether the body is of a kind that is inspected."""
    if operation.method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        return False
    content_type = (operation.headers.get("content-type") or "").lower()
    return any(part in content_type for part in INSPECTED)


class Collected:
    """The beginning of a body, as far as it was read."""

    __slots__ = ("_operation", "_told", "data", "expected", "limit", "seen")

    def __init__(self, operation: IncomingRequest, limit: int) -> None:
        self._operation = operation
        self._told = False
        self.data = bytearray()
        self.limit = limit
        self.seen = 0
        """Bytes read in all; more than `len(data)` if the body is longer than what is inspected."""
        length = operation.headers.get("content-length") or ""
        self.expected = int(length) if length.isdigit() else None

    def add(self, piece: bytes) -> None:
        """A piece was read; at the end (an empty piece, or all that was announced) the listeners are told."""
        room = self.limit - len(self.data)
        if room > 0:
            self.data += piece[:room]
        self.seen += len(piece)
        if not piece or (self.expected is not None and self.seen >= self.expected):
            self.complete()

    def complete(self) -> None:
        """Tells the listeners, once. A refusal goes to whoever reads."""
        if self._told:
            return
        self._told = True
        self._operation.body = self
        self._operation.learned("body")


class BodyTap:
    """Stands for a body's file object (`wsgi.input`)."""

    __slots__ = ("_collected", "_source")

    def __init__(self, operation: IncomingRequest, source: Any) -> None:
        self._collected = Collected(operation, operation.body_limit)
        self._source = source

    def read(self, *size: Any) -> bytes:
        """As of the source."""
        return self._seen(self._source.read(*size))

    def readline(self, *size: Any) -> bytes:
        """As of the source."""
        return self._seen(self._source.readline(*size))

    def readlines(self, *hint: Any) -> list[bytes]:
        """As of the source."""
        lines: list[bytes] = self._source.readlines(*hint)
        self._seen(b"".join(lines))
        return lines

    def readinto(self, buffer: Any) -> int:
        """As of the source."""
        count: int = self._source.readinto(buffer)
        self._seen(bytes(memoryview(buffer)[: count or 0]))
        return count

    def __iter__(self) -> Iterator[bytes]:
        for line in self._source:
            yield self._seen(line)
        self._collected.complete()

    def __next__(self) -> bytes:
        return self._seen(next(self._source))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def _seen(self, piece: bytes) -> bytes:
        if isinstance(piece, bytes):
            self._collected.add(piece)
        return piece
