"""Counts of everything stored, and of what was not."""

from __future__ import annotations

from typing import Any

import duckdb

from vedette.agent.counters import Counters
from vedette.agent.query.statements import filled, rows

EXACT = 1_000_000
"""Spans up to which traces are counted; of more, their number is about right (2 %)."""
COUNTED = {"traces": "count(DISTINCT trace_id)", "services": "count(DISTINCT service)"}
ABOUT = {
    "traces": "approx_count_distinct(trace_id)",
    "services": "(SELECT count(DISTINCT service) FROM works)",
}


def summary(cursor: duckdb.DuckDBPyConnection, counters: Counters) -> dict[str, Any]:
    """`traces`, `spans`, `services`, `attacks`, `blocked` of what is stored; `drops` since the start, and by reason."""
    (stored,) = rows(cursor, "SELECT count(*) AS spans FROM spans", [])
    counting = COUNTED if stored["spans"] <= EXACT else ABOUT
    counts: dict[str, Any] = rows(cursor, filled("summary", counting), [])[0]
    return {
        **counts,
        "drops": counters.dropped(),
        "dropped": counters.group("dropped"),
        "ignored": counters.group("ignored"),
        "expired": counters.group("expired"),
        "payloads": counters.group("payloads"),
        "received": counters.get("spans.received"),
        "stored": counters.get("spans.stored"),
    }
