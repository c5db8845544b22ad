"""Numbers as people read them: durations, counts, moments, places on a time line."""

from __future__ import annotations

import threading
import zlib
from datetime import datetime, timezone

COLOURS = 12
"""Colours for services, `c0` to `c11` in the style sheet."""


def duration(nanoseconds: int) -> str:
    """Three significant digits and a unit: `870 ns`, `1.25 ms`, `3 min 20 s`."""
    if nanoseconds < 1_000:
        return f"{nanoseconds} ns"
    for unit, size in (("µs", 1e3), ("ms", 1e6), ("s", 1e9)):
        value = nanoseconds / size
        if value < (60 if unit == "s" else 999.5):
            return f"{_three_digits(value)} {unit}"
    return _long_duration(nanoseconds // 1_000_000_000)


def _three_digits(value: float) -> str:
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _long_duration(seconds: int) -> str:
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600:,} h {seconds % 3600 // 60} min"


def age(seconds: float) -> str:
    """`3 days`, `36 h`, `30 min`: a length of time that somebody chose."""
    for unit, length in (("day", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            number = int(seconds // length)
            return count(number, unit) if unit == "day" else f"{number:,} {unit}"
    return f"{seconds:g} s"


def count(number: int, what: str) -> str:
    """`1 span`, `2,000 spans`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def size(count: int) -> str:
    """Bytes with a unit of 1,000: `870 B`, `1.25 MB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5 or unit == "GB":
            return f"{_three_digits(value) if unit != 'B' else count} {unit}"
        value /= 1000
    return ""


def moment(nanoseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds; the page's script puts it into the reader's zone."""
    try:
        at = datetime.fromtimestamp(nanoseconds / 1e9, timezone.utc)
    except (OverflowError, ValueError, OSError):  # a sender's clock may say anything
        return ""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(nanoseconds: int) -> str:
    """The time of day, in the agent's zone."""
    try:
        at = datetime.fromtimestamp(nanoseconds / 1e9)
    except (OverflowError, ValueError, OSError):
        return "?"
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}"


class Palette:
    """Gives services their colours: one by the name alone, unless another service has it already."""

    MOST = 500

    def __init__(self) -> None:
        self._given: dict[str, int] = {}
        self._lock = threading.Lock()

    def colour(self, service: str) -> int:
        """The colour of a service, the same on every page."""
        with self._lock:
            if service not in self._given and len(self._given) < self.MOST:
                self._given[service] = self._choose(service)
            return self._given.get(service, 0)

    def _choose(self, service: str) -> int:
        first = zlib.crc32(service.encode(errors="replace")) % COLOURS
        used = set(self._given.values())
        free = (n % COLOURS for n in range(first, first + COLOURS) if n % COLOURS not in used)
        return next(free, first)


PALETTE = Palette()


def colour(service: str) -> int:
    """The colour of a service, the same on every page of this agent."""
    return PALETTE.colour(service)


def percent(part: int, whole: int) -> float:
    """A share in percent, two decimals, between 0 and 100."""
    return round(min(max(part / whole * 100, 0.0), 100.0), 2) if whole > 0 else 0.0


def status_class(status: str, error: bool) -> str:
    """How a status is coloured: `good`, `moved`, `client`, `bad`, or nothing."""
    by_digit = {"2": "good", "3": "moved", "4": "client", "5": "bad"}
    if len(status) == 3 and status.isdigit():
        return by_digit.get(status[0], "")
    return "bad" if error else ""
