"""How many traces came lately."""

from __future__ import annotations

import time
from dataclasses import dataclass

import duckdb

from vedette.agent.query.statements import Row, rows, statement
from vedette.agent.query.terms import Term, condition

BUCKETS = 60
SECONDS = (300, 900, 3600)
"""Spans of time to choose from: the first that holds what is there."""
LOOK = 200_000
"""Newest spans that are looked at."""


@dataclass(frozen=True)
class Activity:
    """Counts per bucket, the last one is now."""

    seconds: int
    """Length of the whole."""
    buckets: list[Row]
    """`traces`, `errors`, `attacks` of each bucket."""


def activity(cursor: duckdb.DuckDBPyConnection, terms: list[Term], newest: int) -> Activity:
    """The arrivals of the last minutes that match all terms."""
    now = time.time_ns()
    floor = max(newest - LOOK, 0)
    seconds = _length(cursor, floor, now)
    size = seconds * 1_000_000_000 // BUCKETS
    last = now // size
    where, values = condition(terms)
    text = statement("activity").replace("{condition}", where)
    found = {row["bucket"]: row for row in rows(cursor, text, [floor, (last - BUCKETS + 1) * size, *values, size])}
    nothing = {"traces": 0, "errors": 0, "attacks": 0}
    return Activity(seconds, [found.get(last - BUCKETS + 1 + n, nothing) for n in range(BUCKETS)])


def _length(cursor: duckdb.DuckDBPyConnection, floor: int, now: int) -> int:
    row = cursor.execute("SELECT min(received) FROM spans WHERE seq > ?", [floor]).fetchone()
    oldest = now if row is None or row[0] is None else int(row[0])
    return next((length for length in SECONDS if now - oldest <= length * 1_000_000_000), SECONDS[-1])
