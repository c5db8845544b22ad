"""Headers as ASGI holds them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class PairHeaders:
    """Pairs of bytes, names in lower case."""

    __slots__ = ("_first", "pairs")

    def __init__(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        self.pairs = pairs
        self._first: dict[bytes, bytes] | None = None

    def get(self, name: str) -> str | None:
        """The value of the first header of that lower-case name."""
        first = self._first
        if first is None:
            first = self._first = {key.lower(): value for key, value in reversed(self.pairs)}
        value = first.get(name.encode("latin-1", "replace"))
        return None if value is None else value.decode("latin-1")

    def items(self) -> Iterable[tuple[str, str]]:
        """All headers, names in lower case."""
        return [(key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in self.pairs]
