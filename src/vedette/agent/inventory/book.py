"""All endpoints: learned from the stored spans, kept in memory, written down now and then.

Whoever wants to know them calls `catch_up` first. It begins where the last one ended, also after a restart, so that
every span is learned from once.
"""

from __future__ import annotations

import copy
import threading
import time
from typing import Any

import duckdb

from vedette.agent.inventory import saved
from vedette.agent.inventory.announced import Announced
from vedette.agent.inventory.endpoint import Endpoint, Identity
from vedette.agent.inventory.observation import Observation, observed
from vedette.agent.inventory.room import OF_ALL, OF_ONE
from vedette.agent.query.statements import Row, rows, statement

MOST = 3_000
"""Endpoints that are kept; the one that was not met for longest goes first."""
AGE = 30 * 24 * 3600 * 1_000_000_000
"""Nanoseconds without a request after which an endpoint is forgotten."""
STEP = 2_000
"""Spans looked at in one go; their attributes are in memory meanwhile."""
PAUSE = 30.0
"""Seconds between two writes of what has changed; after a crash it is learned again from the spans."""


class Book:
    """The inventory of one agent; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Identity, Endpoint] = {}
        self._changed: set[Identity] = set()
        self._gone: set[Identity] = set()
        self._seq: int | None = None
        """Number of the newest span that was learned from; None before the book is read."""
        self._places = 0
        """Of all endpoints' shapes."""
        self._unreadable = 0
        """Spans that could not be learned from, or were too large for it."""
        self._announced = Announced()
        self._next_save = 0.0

    def catch_up(self, cursor: duckdb.DuckDBPyConnection, newest: int, save: bool = False) -> None:
        """Learns from what was stored since, up to the span of that number.

        Args:
            save: write what has changed in any case.
        """
        with self._lock:
            if self._seq is None:
                self._known, self._seq = saved.read(cursor)
                self._places = sum(known.room.held for known in self._known.values())
            if self._seq > newest:
                self._seq = 0  # all spans had expired, and were numbered anew after a restart
            while self._seq < newest:
                upto = min(self._seq + STEP, newest)
                for row in rows(cursor, statement("requests"), [self._seq, upto]):
                    self._look_at(row)
                self._seq = upto
                self._forget()
            if self._changed and (save or time.monotonic() >= self._next_save):
                self._save(cursor, self._seq)

    def _look_at(self, row: Row) -> None:
        """Learns from one span. Whatever is wrong with it, the spans after it have their turn."""
        try:
            seen = None if row["attributes"] is None else observed(row)
        except Exception:
            seen, row = None, {**row, "attributes": None}
        if seen is not None:
            self._learn(seen)
        self._unreadable += row["attributes"] is None

    def _learn(self, seen: Observation) -> None:
        identity = Identity(seen.service, seen.method, seen.route)
        known = self._known.setdefault(identity, Endpoint(identity))
        before = known.room.held
        known.room.most = min(OF_ONE, before + max(OF_ALL - self._places, 0))
        known.learn(seen)
        self._places += known.room.held - before
        self._changed.add(identity)
        self._gone.discard(identity)

    def _forget(self) -> None:
        """Lets go of what was not met for too long, and of what is too much."""
        by_age = sorted(self._known.values(), key=lambda known: known.last_seen)
        if not by_age:
            return
        over = max(len(by_age) - MOST, 0)
        # By the senders' clocks, but one that is ahead must not make everything else old.
        oldest = min(by_age[-1].last_seen, time.time_ns()) - AGE
        for at, known in enumerate(by_age):
            if at >= over and known.last_seen >= oldest:
                break
            del self._known[known.identity]
            self._places -= known.room.held
            self._changed.discard(known.identity)
            self._gone.add(known.identity)

    def _save(self, cursor: duckdb.DuckDBPyConnection, seq: int) -> None:
        saved.write(cursor, [self._known[identity] for identity in self._changed], self._gone, seq)
        self._changed, self._gone = set(), set()
        self._next_save = time.monotonic() + PAUSE

    def announce(self, service: str, env: str, told: list[Any]) -> None:
        """An application says what its router knows."""
        with self._lock:
            self._announced.take(service, env, told)

    def all(self, service: str = "", env: str = "") -> list[Endpoint]:
        """Copies of the endpoints, also of those that nobody called; of one service or environment if it is named."""
        with self._lock:
            known = [
                each
                for each in (*self._known.values(), *self._announced.uncalled(self._known))
                if service in ("", each.identity.service) and (not env or env in each.envs)
            ]
            return copy.deepcopy(known)

    def find(self, identity: Identity) -> Endpoint | None:
        """A copy of one endpoint."""
        with self._lock:
            known = self._known.get(identity)
            if known is None:
                known = next(
                    (each for each in self._announced.uncalled(self._known) if each.identity == identity), None
                )
            return copy.deepcopy(known)

    def state(self) -> dict[str, int]:
        """How much it holds: `endpoints`, `places` of their shapes; and what it does not: how often a place was
        `left_out`, how many spans were `unreadable`, how many announced routes were too many (`unannounced`).
        """
        with self._lock:
            left_out = sum(known.room.left_out for known in self._known.values())
            return {
                "endpoints": len(self._known),
                "places": self._places,
                "left_out": left_out,
                "unreadable": self._unreadable,
                "unannounced": self._announced.left_out,
            }

    def services(self) -> list[str]:
        """Names of the services that have endpoints."""
        with self._lock:
            return sorted({identity.service for identity in self._known})
