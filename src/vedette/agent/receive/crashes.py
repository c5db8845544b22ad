"""Processes that a fault killed, as the telemetry of their tracers told: the latest ones, until the agent ends."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, NamedTuple

MOST = 50
"""Crashes that are kept."""
LONGEST = 200
"""Characters of any text that is kept."""


class Crash(NamedTuple):
    """One process's end."""

    service: str
    env: str
    instance: str
    """Its runtime id."""
    message: str
    received: int
    """Nanoseconds since the epoch."""


class Crashes:
    """The latest ones. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Crash] = deque(maxlen=MOST)

    def take(self, facts: dict[str, str], logs: Any) -> None:
        """Takes from the log entries of a process those that tell of its end; others are passed over."""
        for entry in logs[:MOST] if isinstance(logs, list) else ():
            if isinstance(entry, dict) and "severity:crash" in str(entry.get("tags")).split(","):
                service, env, instance = (facts.get(name, "") for name in ("service", "env", "instance"))
                with self._lock:
                    self._kept.append(
                        Crash(service, env, instance, _signal(entry) or "killed by a fault", time.time_ns())
                    )

    def all(self) -> list[Crash]:
        """Those that are kept, the newest first."""
        with self._lock:
            return list(reversed(self._kept))


def _signal(entry: dict[str, Any]) -> str:
    """The signal's name: what tracers write as a message may be a whole report."""
    tags = dict(tag.partition(":")[::2] for tag in str(entry["tags"]).split(","))
    name = tags.get("signame") or tags.get("si_signo_human_readable") or ""
    return name[:LONGEST]
