"""Headers in a mapping that ignores case and may hold a name repeatedly (multidict's, Tornado's, Sanic's)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class MultiHeaders:
    """A view of such a mapping."""

    __slots__ = ("_all", "_mapping")

    def __init__(self, mapping: Any, items: str = "items") -> None:
        self._mapping = mapping
        self._all = items

    def get(self, name: str) -> str | None:
        """The value of the first header of that lower-case name."""
        value: str | None = self._mapping.get(name)
        return value

    def items(self) -> Iterable[tuple[str, str]]:
        """All headers, names in lower case."""
        return [(name.lower(), str(value)) for name, value in getattr(self._mapping, self._all)()]
