"""What waits to be stored, by sender: each gets its turn, and a flood from one does not push out the others."""

from __future__ import annotations

import enum
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.agent.options import Limits
from vedette.agent.store.tables import SPANS, Table


class Outcome(enum.Enum):
    """What became of rows that were handed over."""

    STORED = "stored"
    """They are in the database, and survive the end of the process."""
    REFUSED = "refused"
    """There was no room; the sender should try again."""
    FAILED = "failed"
    """The database could not take them; the sender should try again."""


@dataclass
class Parcel:
    """The rows of one payload."""

    rows: Sequence[tuple[Any, ...]]
    size: int
    """Bytes of the payload."""
    table: Table = SPANS
    source: str = ""
    """Who sent it: a service."""
    settle: Callable[[Outcome], None] = lambda outcome: None
    """Is told what became of it, once, by whichever thread knows."""


@dataclass
class _Line:
    """What one sender has waiting."""

    parcels: deque[Parcel] = field(default_factory=deque)
    rows: int = 0
    size: int = 0

    def count(self, parcel: Parcel, sign: int) -> None:
        self.rows += sign * len(parcel.rows)
        self.size += sign * parcel.size


class FairQueue:
    """Parcels by sender. Not safe for threads: its user holds a lock."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines: OrderedDict[str, _Line] = OrderedDict()
        self.rows = 0
        """Rows that wait."""
        self.size = 0
        """Bytes of the payloads that they came from."""

    def __bool__(self) -> bool:
        return bool(self._lines)

    def offer(self, parcel: Parcel) -> list[Parcel]:
        """Takes a parcel; those that there is no room for now: none, the parcel itself, or younger ones of a sender
        that has more waiting than this one.
        """
        refused: list[Parcel] = []
        while self._lines and self._is_full(parcel):
            greedy = max(self._lines, key=lambda source: self._weight(self._lines[source]))
            mine = self._lines.get(parcel.source, _Line())
            if greedy == parcel.source or self._weight(self._lines[greedy]) <= self._weight(mine, parcel):
                return [*refused, parcel]
            refused.append(self._remove(greedy, newest=True))
        line = self._lines.setdefault(parcel.source, _Line())
        line.parcels.append(parcel)
        self._count(line, parcel, 1)
        return refused

    def take(self, most: int) -> list[Parcel]:
        """The next parcels of one table, of each sender in turn, of about `most` rows together."""
        taken: list[Parcel] = []
        rows = 0
        while self._lines and rows < most:
            source = self._turn(taken[0].table if taken else None)
            if source is None:
                break
            taken.append(self._remove(source))
            rows += len(taken[-1].rows)
            if source in self._lines:
                self._lines.move_to_end(source)
        return taken

    def _turn(self, table: Table | None) -> str | None:
        """The sender whose turn it is; with a table, the first whose next parcel is for that."""
        return next((source for source, line in self._lines.items() if table in (None, line.parcels[0].table)), None)

    def _is_full(self, parcel: Parcel) -> bool:
        rows, size = self.rows + len(parcel.rows), self.size + parcel.size
        return rows > self._limits.queued_spans or size > self._limits.queued_bytes

    def _weight(self, line: _Line, more: Parcel | None = None) -> float:
        """The part of the whole room that a sender takes."""
        rows, size = line.rows, line.size
        if more is not None:
            rows, size = rows + len(more.rows), size + more.size
        return max(rows / self._limits.queued_spans, size / self._limits.queued_bytes)

    def _remove(self, source: str, newest: bool = False) -> Parcel:
        line = self._lines[source]
        parcel = line.parcels.pop() if newest else line.parcels.popleft()
        self._count(line, parcel, -1)
        if not line.parcels:
            del self._lines[source]
        return parcel

    def _count(self, line: _Line, parcel: Parcel, sign: int) -> None:
        line.count(parcel, sign)
        self.rows += sign * len(parcel.rows)
        self.size += sign * parcel.size
