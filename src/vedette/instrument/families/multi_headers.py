"""Headers in a mapping that ignores case and may hold a name repeatedly (multidict's, Tornado's, Sanic's)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


class MultiHeaders:
    """A view of such a mapping."""

    __slots__ = ("_all", "_mapping", "get")

    def __init__(self, mapping: Any, items: str = "items", first: Any = None) -> None:
        self._mapping = mapping
        self._all = items
        self.get: Callable[[str], str | None] = (mapping if first is None else first).get
        """The value of the first header of that lower-case name."""

    def items(self) -> Iterable[tuple[str, str]]:
        """All headers, names in lower case."""
        return [(name.lower(), str(value)) for name, value in getattr(self._mapping, self._all)()]
