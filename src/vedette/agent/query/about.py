"""What the agent knows of itself: what came, what is stored, who reports."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.series import BUCKETS, size_of
from vedette.agent.query.statements import Row, rows, statement

LOOK = 200_000
"""Newest spans that are asked who sent them."""


def reporters(cursor: duckdb.DuckDBPyConnection, newest: int) -> list[Row]:
    """One row per process that sent spans lately: `process` (its attributes), `spans`, `first`, `last` (ns)."""
    found = rows(cursor, statement("reporters"), [max(newest - LOOK, 0)])
    return [{**row, "process": json.loads(row["process"] or "{}")} for row in found]


def received(cursor: duckdb.DuckDBPyConnection, period: Period) -> list[float]:
    """Spans a second, per bucket of the period."""
    size = size_of(period)
    found = rows(cursor, statement("received"), [period.start, size, period.start, period.end])
    counts = {row["bucket"]: row["spans"] for row in found}
    return [counts.get(n, 0) / (size / 1e9) for n in range(BUCKETS)]


def stored(cursor: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """`spans`, `oldest` and `newest` (ns, by arrival) of what is stored, and `disk` and `memory` in bytes."""
    text = (
        "SELECT count(*) AS spans, min(received) AS oldest, max(received) AS newest, "
        "(SELECT coalesce(sum(used_blocks * block_size), 0)::BIGINT FROM pragma_database_size()) AS disk, "
        "(SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory()) AS memory FROM spans"
    )
    return rows(cursor, text, [])[0]
