"""Logs and metrics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.statements import Row, filled, rows

MOST = 1_000
NO_TRACE = "0" * 32


@dataclass(frozen=True)
class Wanted:
    """Which records; what is empty or None does not matter."""

    period: Period | None = None
    service: str = ""
    trace_id: str = ""
    """32 hex digits; of logs only."""
    text: str = ""
    """Part of a log's message, or of a metric's name."""
    severity: int = 0
    """At least; of logs only: 9 is info, 13 a warning, 17 an error."""

    def condition(self, text: str) -> tuple[str, list[Any]]:
        """SQL, and its parameters; `text` is the column to look for the text in."""
        period = self.period
        given: list[tuple[bool, str, list[Any]]] = [
            (period is not None, "time >= ? AND time < ?", [period.start, period.end] if period else []),
            (bool(self.service), "service = ?", [self.service]),
            (bool(self.trace_id), "trace_id = ?::UUID", [self.trace_id]),
            (bool(self.text), f"contains(lower({text}), lower(?))", [self.text]),
            (self.severity > 0, "severity >= ?", [self.severity]),
        ]
        used = [(sql, values) for wanted, sql, values in given if wanted]
        return " AND ".join(["true", *(sql for sql, _ in used)]), [value for _, values in used for value in values]


def logs(cursor: duckdb.DuckDBPyConnection, wanted: Wanted, limit: int = 100) -> list[Row]:
    """Log records, newest first, at most 1,000; ids in hex, empty for none; times in ns."""
    where, values = wanted.condition("body")
    found = rows(cursor, filled("logs", {"condition": where}), [*values, _bounded(limit)])
    return [_log(row) for row in found]


def metrics(cursor: duckdb.DuckDBPyConnection, wanted: Wanted, limit: int = 100) -> list[Row]:
    """Data points, newest first, at most 1,000; times in ns."""
    where, values = wanted.condition("name")
    found = rows(cursor, filled("metrics", {"condition": where}), [*values, _bounded(limit)])
    return [_decoded(row, "details", "attributes", "process") for row in found]


def metric_names(cursor: duckdb.DuckDBPyConnection, wanted: Wanted) -> list[Row]:
    """One row per service and metric: `kind`, `unit`, `points`, the `newest` value and when it came (`last`)."""
    where, values = wanted.condition("name")
    return rows(cursor, filled("metric_names", {"condition": where}), [*values, MOST])


def _bounded(limit: int) -> int:
    return max(1, min(limit, MOST))


def _log(row: Row) -> Row:
    row["trace_id"] = "" if row["trace_id"] == NO_TRACE else row["trace_id"]
    row["span_id"] = f"{row['span_id']:016x}" if row["span_id"] else ""
    return _decoded(row, "attributes", "process")


def _decoded(row: Row, *columns: str) -> Row:
    return {**row, **{column: json.loads(row[column] or "{}") for column in columns}}
