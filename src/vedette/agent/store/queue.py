"""What waits to be stored, by sender: each gets its turn, and a flood from one does not push out the others."""

from __future__ import annotations

import enum
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.agent.options import Limits
from vedette.agent.store.tables import SPANS, Table

SENDERS = 1_000
"""Whose last turn is remembered; who is not known goes first."""


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


@dataclass
class _Batch:
    """What is stored together."""

    most: int
    """Rows, unless a single parcel has more."""
    parcels: list[Parcel] = field(default_factory=list)
    rows: int = 0

    def is_other(self, parcel: Parcel) -> bool:
        """Whether the parcel is for another table than those before it."""
        return bool(self.parcels) and parcel.table != self.parcels[0].table

    def has_room(self, parcel: Parcel) -> bool:
        return not self.parcels or self.rows + len(parcel.rows) <= self.most

    def add(self, parcel: Parcel) -> None:
        self.parcels.append(parcel)
        self.rows += len(parcel.rows)


class FairQueue:
    """Parcels by sender. Not safe for threads: its user holds a lock."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines: dict[str, _Line] = {}
        self._served: OrderedDict[str, int] = OrderedDict()
        """Number of the batch in which a sender had its last turn."""
        self._turns = 0
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
        """The next parcels of one table, of about `most` rows together: of each sender in turn, and first of who has
        waited for longest since its last turn. A parcel of very many rows comes alone: others need not wait for it.
        """
        batch = _Batch(most)
        order = sorted(self._lines, key=lambda source: self._served.get(source, 0))
        self._turns += 1
        while order:
            order = self._round(order, batch)
        return batch.parcels

    def _round(self, order: list[str], batch: _Batch) -> list[str]:
        """Takes a parcel of each of these senders; those that have more, if there is room for it."""
        more: list[str] = []
        for source in order:
            parcel = self._lines[source].parcels[0]
            if batch.is_other(parcel):
                continue
            if not batch.has_room(parcel):
                return []
            batch.add(self._remove(source))
            self._serve(source)
            if source in self._lines:
                more.append(source)
        return more

    def _serve(self, source: str) -> None:
        """Remembers when a sender had its turn."""
        self._served[source] = self._turns
        self._served.move_to_end(source)
        if len(self._served) > SENDERS:
            self._served.popitem(last=False)

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
