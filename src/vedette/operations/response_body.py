"""A bounded copy of a response's body, for those who asked for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.operations.incoming_request import Headers


class ResponseBody:
    """The body's beginning, as far as it was sent or, where it decides whether the response goes out, is to be sent."""

    __slots__ = ("_is_stream", "_limit", "_told", "data", "decides", "expected", "seen")

    def __init__(self, limit: int, headers: Headers | None = None, decides: bool = False) -> None:
        self._limit = limit
        self._told = False
        self.data = bytearray()
        self.seen = 0
        """Bytes sent in all; more than `len(data)` if the body is longer than what is looked at."""
        self.decides = decides
        """Whether listeners are told of it, and may then still refuse."""
        length = (headers.get("content-length") if headers is not None else None) or ""
        self.expected = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None
        """Bytes that were announced."""
        self._is_stream = headers is not None and "event-stream" in (headers.get("content-type") or "")

    @property
    def whole(self) -> bool:
        """Whether `data` has all that was sent so far."""
        return self.seen == len(self.data)

    @property
    def complete(self) -> bool:
        """Whether all that was announced is there."""
        return self.expected is not None and self.seen >= self.expected

    @property
    def can_wait(self) -> bool:
        """Whether what is there may be held back until there is more: as long as the end is near and known.

        Where no length is announced the head waits for the first piece, which may be the last one; not that of events,
        which is an answer in itself.
        """
        if self._told or not self.decides:
            return False
        if self.expected is None:
            return not self.seen and not self._is_stream
        return self.seen < self.expected <= self._limit

    def add(self, piece: Any) -> None:
        """A piece is sent."""
        if isinstance(piece, (bytes, bytearray, memoryview)):
            room = self._limit - len(self.data)
            self.data += piece[:room] if room > 0 else b""
            self.seen += len(piece)

    def is_to_tell(self) -> bool:
        """Whether listeners are to be told of it now: once, if there is something."""
        if self._told or not self.decides or not self.seen:
            return False
        self._told = True
        return True


def is_plain_json(headers: Headers | None) -> bool:
    """Whether a response says that it is JSON, not compressed."""
    return _is_plain(headers, ("json",))


def is_plain_text(headers: Headers | None) -> bool:
    """Whether a response says that it is JSON, XML or any kind of text, not compressed."""
    return _is_plain(headers, ("json", "xml", "text/"))


def _is_plain(headers: Headers | None, kinds: tuple[str, ...]) -> bool:
    if headers is None:
        return False
    content_type = (headers.get("content-type") or "").lower()
    is_it = any(kind in content_type for kind in kinds)
    return is_it and (headers.get("content-encoding") or "identity").lower() == "identity"
