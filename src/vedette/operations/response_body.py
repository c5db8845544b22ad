"""A bounded copy of a response's body, for those who asked for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.operations.incoming_request import Headers


class ResponseBody:
    """The body as far as it was sent; nothing more is kept of one that is too long."""

    __slots__ = ("_limit", "data", "whole")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.data = bytearray()
        self.whole = True
        """Whether `data` has all that was sent so far."""

    def add(self, piece: Any) -> None:
        """A piece is sent."""
        if not self.whole or not isinstance(piece, (bytes, bytearray, memoryview)):
            return
        self.whole = len(self.data) + len(piece) <= self._limit
        if self.whole:
            self.data += piece
        else:
            self.data.clear()


def is_plain_json(headers: Headers | None) -> bool:
    """Whether a response says that it is JSON, not compressed."""
    if headers is None or "json" not in (headers.get("content-type") or "").lower():
        return False
    return (headers.get("content-encoding") or "identity").lower() == "identity"
