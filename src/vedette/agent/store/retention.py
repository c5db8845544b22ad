"""Removing the oldest spans, logs and metrics: by age, by number, by the size of the database."""

from __future__ import annotations

import contextlib
import time

import duckdb

from vedette.agent.options import Retention
from vedette.agent.store.sign_ins import forget
from vedette.agent.store.tables import TABLES, Table

SHARE = 0.1
"""How much of all spans goes when the database is too large: less would mean to do it again at once."""
DISK = "SELECT coalesce(sum(used_blocks * block_size), 0) FROM pragma_database_size()"
MEMORY = "SELECT coalesce(sum(memory_usage_bytes), 0) FROM duckdb_memory()"


def sweep(cursor: duckdb.DuckDBPyConnection, retention: Retention, in_memory: bool) -> dict[str, int]:
    """Removes what is over; the number of rows removed, by reason."""
    oldest = max(time.time_ns() - int(retention.age * 1e9), 0)
    removed = {
        "age": sum(_remove(cursor, table, "received < ?", oldest) for table in TABLES),
        "count": sum(_remove_over_count(cursor, table, retention.spans) for table in TABLES),
        "size": _remove_over_size(cursor, retention.size, MEMORY if in_memory else DISK),
    }
    if any(removed.values()):
        forget(cursor)
    if any(removed.values()) and not in_memory:
        # It gives the room back; if somebody is reading, DuckDB does so by itself later.
        with contextlib.suppress(duckdb.TransactionException):
            cursor.execute("CHECKPOINT")
    return removed


def _remove(cursor: duckdb.DuckDBPyConnection, table: Table, condition: str, bound: int) -> int:
    row = cursor.execute(f"DELETE FROM {table.name} WHERE {condition}", [bound]).fetchone()
    return int(row[0]) if row else 0


def _edges(cursor: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, ...]:
    """How many rows there are, the oldest and the newest number."""
    return _numbers(cursor, f"SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) FROM {table.name}")


def _numbers(cursor: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, ...]:
    row = cursor.execute(statement).fetchone()
    return tuple(int(value) for value in row) if row else ()


def _remove_over_count(cursor: duckdb.DuckDBPyConnection, table: Table, most: int) -> int:
    count, _, newest = _edges(cursor, table)
    if count <= most:
        return 0
    return _remove(cursor, table, "seq <= ?", max(newest - most, 0))


def _remove_over_size(cursor: duckdb.DuckDBPyConnection, most: int, measure: str) -> int:
    (size,) = _numbers(cursor, measure)
    return sum(_remove_share(cursor, table) for table in TABLES) if size > most else 0


def _remove_share(cursor: duckdb.DuckDBPyConnection, table: Table) -> int:
    count, oldest, newest = _edges(cursor, table)
    return _remove(cursor, table, "seq <= ?", oldest + int((newest - oldest) * SHARE)) if count else 0
