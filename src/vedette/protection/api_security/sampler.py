"""Which requests are looked at: one of each endpoint and status, then none of these for a while."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Kind = tuple[str, str, int]
    """Method, route, status."""


class Sampler:
    """Remembers when each kind of request may be looked at again.

    It needs no lock: two threads that ask at once may both be told yes.
    """

    __slots__ = ("_clock", "_delay", "_most", "_next")

    def __init__(self, delay: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._delay = delay
        self._most = most
        self._clock = clock
        self._next: dict[Kind, float] = {}

    def takes(self, kind: Kind) -> bool:
        """Whether this one is looked at."""
        now = self._clock()
        if now < self._next.get(kind, 0.0):
            return False
        self._next.pop(kind, None)  # comes last again, so that the first one is what was not met for longest
        if len(self._next) >= self._most:
            self._forget()
        self._next[kind] = now + self._delay
        return True

    def _forget(self) -> None:
        try:
            self._next.pop(next(iter(self._next)), None)
        except (StopIteration, RuntimeError):  # another thread was there at the same moment
            self._next.clear()
