"""Bodies that a server hands over as they came over the wire, in chunks (RFC 9112, section 7.1).

A WSGI server decodes them and says so (`wsgi.input_terminated`), or leaves that to the application, as wsgiref does.
"""

from __future__ import annotations

_LONGEST_SIZE = 1024
"""Bytes of a chunk's first line."""
_DIGITS = b"0123456789abcdefABCDEF"


class Chunks:
    """What is in the chunks, piece by piece. What turns out to be none is handed on as it is."""

    __slots__ = ("_buffer", "_left", "broken", "done")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left: int | None = None
        """Bytes of the chunk that have not come, with the line's end behind it; None before its size is known."""
        self.broken = False
        """Whether it was not in chunks, after all."""
        self.done = False
        """Whether the last chunk has come."""

    def feed(self, piece: bytes) -> bytes:
        """The content in what was read next."""
        if self.broken:
            return piece
        self._buffer += piece
        content = bytearray()
        while self._step(content):
            pass
        return bytes(content) + self._unread()

    def _unread(self) -> bytes:
        """What was held back for chunks that it is not in."""
        rest = bytes(self._buffer) if self.broken else b""
        if rest:
            self._buffer.clear()
        return rest

    def _step(self, content: bytearray) -> bool:
        """Takes one size, or some of a chunk; False if more has to come first, or there is no more."""
        if self.done:
            return False
        if self._left is None:
            return self._size()
        taken = self._buffer[: self._left]
        if not taken:
            return False
        del self._buffer[: len(taken)]
        content += taken[: max(self._left - 2, 0)]
        self._left -= len(taken)
        if not self._left:
            self._left = None
        return True

    def _size(self) -> bool:
        end = self._buffer.find(b"\r\n")
        line = bytes(self._buffer if end < 0 else self._buffer[:end])
        digits = line.partition(b";")[0].strip()
        self.broken = len(line) > _LONGEST_SIZE or len(digits) > 16 or bool(digits.strip(_DIGITS))
        if self.broken or end < 0:
            return False
        self.broken = not digits
        if self.broken:
            return False
        del self._buffer[: end + 2]
        size = int(digits, 16)
        self.done = size == 0
        self._left = size + 2
        return not self.done
