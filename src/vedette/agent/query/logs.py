"""What was logged in a trace."""

from __future__ import annotations

import json

import duckdb

from vedette.agent.query.statements import Row, rows, statement

MOST = 1_000


def trace_logs(cursor: duckdb.DuckDBPyConnection, trace_id: str, span_id: int | None = None) -> list[Row]:
    """The log records of a trace, or of one of its spans, earliest first; at most 1,000."""
    parameters = [trace_id.rjust(32, "0"), span_id is None, span_id or 0, MOST]
    found = rows(cursor, statement("trace_logs"), parameters)
    return [{**row, "attributes": json.loads(row["attributes"] or "{}")} for row in found]


def count_logs(cursor: duckdb.DuckDBPyConnection, trace_id: str) -> int:
    """How many records there are of a trace."""
    row = cursor.execute("SELECT count(*) FROM logs WHERE trace_id = ?::UUID", [trace_id.rjust(32, "0")]).fetchone()
    return int(row[0]) if row else 0
