"""The stretch of time that a panel looks at: the last hour, or from one moment to another."""

from __future__ import annotations

import time
from dataclasses import dataclass

LENGTHS = {"5m": 300, "15m": 900, "1h": 3600, "6h": 21_600, "24h": 86_400, "3d": 259_200}
"""Seconds of the periods that end now, by the name that they have in addresses."""
USUAL = "1h"
LATEST = (1 << 63) - 1
NARROWEST = 1_000_000_000
"""Nanoseconds: a period that is shorter is widened to this."""


@dataclass(frozen=True)
class Period:
    """From `start` until before `end`, nanoseconds since the epoch."""

    start: int
    end: int
    name: str
    """One of `LENGTHS`; empty for a period that was marked on a chart and does not move with time."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start) / 1e9


def last(name: str) -> Period:
    """The period of that name that ends now; the usual one if there is none such."""
    name = name if name in LENGTHS else USUAL
    end = time.time_ns() + 1_000_000_000  # clocks differ a little
    return Period(end - LENGTHS[name] * 1_000_000_000, end, name)


def between(start: int, end: int) -> Period:
    """A period that stays where it is; bounds in nanoseconds, in either order."""
    start, end = sorted((min(max(start, 0), LATEST - NARROWEST), min(max(end, 0), LATEST)))
    return Period(start, max(end, start + NARROWEST), "")
