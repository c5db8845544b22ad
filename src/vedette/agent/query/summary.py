"""Counts of everything stored, and of what was not."""

from __future__ import annotations

from typing import Any

import duckdb

from vedette.agent.counters import Counters
from vedette.agent.query.statements import rows, statement


def summary(cursor: duckdb.DuckDBPyConnection, counters: Counters) -> dict[str, Any]:
    """`traces`, `spans`, `services`, `attacks`, `blocked` of what is stored; `drops` since the start, and by reason."""
    counts: dict[str, Any] = rows(cursor, statement("summary"), [])[0]
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
