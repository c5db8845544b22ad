"""How many traces a second are kept because of an attack in them: a flood of attacks is no flood of traces."""

from __future__ import annotations

import time


class TraceRate:
    """A limit that begins anew each second."""

    __slots__ = ("_count", "_limit", "_second")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._second = 0
        self._count = 0

    def allows(self) -> bool:
        """Whether one more is kept. Threads that ask at once may let through one more than the limit."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return self._count <= self._limit
