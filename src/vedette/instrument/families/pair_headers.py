"""Headers as ASGI holds them."""

from __future__ import annotations

from vedette._native import first_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class PairHeaders:
    """Pairs of bytes, names in lower case."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        self.pairs = pairs

    def get(self, name: str) -> str | None:
        """The value of the first header of that lower-case name."""
        return first_header(self.pairs, name)

    def items(self) -> Iterable[tuple[str, str]]:
        """All headers, names in lower case."""
        return [(key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in self.pairs]
