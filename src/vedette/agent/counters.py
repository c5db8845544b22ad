"""What the agent counts about itself: everything that came, and everything that was not kept, by reason."""

from __future__ import annotations

import threading
from collections import Counter


class Counters:
    """Counts by name, from any thread.

    Names are `payloads.<format>`, `spans.received`, `spans.stored`, `ignored.<kind>` (understood but not used yet,
    such as metrics), `dropped.<reason>` and `expired.<reason>` (removed by retention).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, count: int = 1) -> None:
        """Adds to one count."""
        if count:
            with self._lock:
                self._counts[name] += count

    def get(self, name: str) -> int:
        """One count."""
        with self._lock:
            return self._counts[name]

    def group(self, prefix: str) -> dict[str, int]:
        """The counts below `prefix.`, by what follows it."""
        with self._lock:
            start = prefix + "."
            return {name[len(start) :]: count for name, count in sorted(self._counts.items()) if name.startswith(start)}

    def dropped(self) -> int:
        """Spans and payloads that were lost, whatever the reason."""
        return sum(self.group("dropped").values())
