"""Counts of sign-ins within a sliding window, for many accounts or addresses, in bounded memory."""

from __future__ import annotations

import contextlib

_MOST = 2_000
"""Accounts, and addresses, that are remembered: those seen last."""
_MOST_OTHERS = 64
"""Counterparts (addresses of an account, accounts of an address) that are told apart."""
_MOST_KNOWN = 8


class Tally:
    """Successes and failures of one account or address, in this window and, fading, the one before."""

    __slots__ = ("_before", "_began", "_failures", "_fresh", "_known", "_others", "_share", "_successes", "_told")

    def __init__(self, now: float) -> None:
        self._began = now
        self._failures = 0
        self._successes = 0
        self._before = (0, 0)
        """Failures and successes of the window before."""
        self._share = 0.0
        """How much of the window before still counts."""
        self._others: set[int] = set()
        self._fresh: set[int] = set()
        self._known: tuple[int, ...] = ()
        self._told: dict[str, int] = {}

    def age(self, now: float, window: float) -> None:
        """Lets what is over fade."""
        passed = now - self._began
        if passed >= window:
            is_next = passed < 2 * window
            self._before = (self._failures, self._successes) if is_next else (0, 0)
            self._others = self._fresh if is_next else set()
            self._fresh = set()
            self._failures = self._successes = 0
            self._began = self._began + window if is_next else now
            # Told once in each window: on a busy site windows follow one another, and the next attack is news.
            self._told = {}
        self._share = max(0.0, 1.0 - (now - self._began) / window) if window > 0 else 0.0

    def failed(self, other: str | None) -> None:
        """One failure, from or at a counterpart."""
        self._failures += 1
        if other is not None and len(self._fresh) < _MOST_OTHERS:
            self._fresh.add(hash(other))

    def succeeded(self) -> None:
        """One success."""
        self._successes += 1

    def settled(self) -> None:
        """The account signed in: what failed before is over."""
        self._failures, self._before = 0, (0, 0)
        self._others, self._fresh, self._told = set(), set(), {}

    @property
    def failures(self) -> int:
        """Failures within the window."""
        return self._failures + int(self._before[0] * self._share)

    @property
    def others(self) -> int:
        """Different counterparts of these failures."""
        return len(self._fresh | self._others)

    @property
    def failure_ratio(self) -> float:
        """Failures among all sign-ins, from 0 to 1."""
        successes = self._successes + self._before[1] * self._share
        return self.failures / max(self.failures + successes, 1.0)

    def is_news(self, pattern: str, count: int) -> bool:
        """Whether a pattern was not told yet, or its count has doubled since."""
        if count < 2 * self._told.get(pattern, 0):
            return False
        self._told[pattern] = count
        return True

    def remember(self, address: str | None) -> None:
        """A good sign-in from there."""
        if address is not None and not self.knows(address):
            self._known = (*self._known, hash(address))[-_MOST_KNOWN:]

    def knows(self, address: str | None) -> bool:
        """Whether the account signed in from there before."""
        return address is not None and hash(address) in self._known


class Tallies:
    """A tally for each account or address."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._tallies: dict[str, Tally] = {}

    def of(self, name: str, now: float) -> Tally:
        """The tally of an account or address. The one that was not asked for longest makes room."""
        tally = self._tallies.pop(name, None) or Tally(now)
        tally.age(now, self._window)
        self._tallies[name] = tally
        while len(self._tallies) > _MOST:
            self._forget_oldest()
        return tally

    def _forget_oldest(self) -> None:
        # Without a lock, which a child forked meanwhile would inherit closed: another thread may be at it, too.
        with contextlib.suppress(RuntimeError, StopIteration):
            self._tallies.pop(next(iter(self._tallies)), None)
