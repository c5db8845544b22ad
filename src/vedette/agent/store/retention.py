"""Removing the oldest spans, logs and metrics: by age, by number, by the size of the database."""

from __future__ import annotations

import contextlib
import time

import duckdb

from vedette.agent.options import Retention
from vedette.agent.store.rollups import Rollups
from vedette.agent.store.sign_ins import forget
from vedette.agent.store.tables import SPANS, TABLES, Table

SHARE = 0.1
"""How much of all spans goes when the database is too large: less would mean to do it again at once."""
DISK = "SELECT coalesce(sum(used_blocks * block_size), 0) FROM pragma_database_size()"
MEMORY = "SELECT coalesce(sum(memory_usage_bytes), 0) FROM duckdb_memory()"


def sweep(
    cursor: duckdb.DuckDBPyConnection, retention: Retention, in_memory: bool, rollups: Rollups | None = None
) -> dict[str, int]:
    """Removes what is over; the number of rows removed, by reason.

    Args:
        rollups: those of the database, if anybody else uses it at the same time.
    """
    oldest = max(time.time_ns() - int(retention.age * 1e9), 0)
    store = Removal(cursor, rollups or Rollups())
    removed = {
        "age": sum(store.older_than(oldest, table) for table in TABLES),
        "count": sum(store.over_count(retention.spans, table) for table in TABLES),
        "size": store.over_size(retention.size, MEMORY if in_memory else DISK),
    }
    if any(removed.values()):
        forget(cursor)
    if any(removed.values()) and not in_memory:
        # It gives the room back; if somebody is reading, DuckDB does so by itself later.
        with contextlib.suppress(duckdb.TransactionException):
            cursor.execute("CHECKPOINT")
    return removed


class Removal:
    """Takes the oldest rows out of tables, and spans out of the figures that were made of them."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, rollups: Rollups) -> None:
        self._cursor = cursor
        self._rollups = rollups

    def older_than(self, moment: int, table: Table) -> int:
        """Removes what arrived before that (ns since the epoch); how many rows."""
        (upto,) = self._numbers(f"SELECT coalesce(max(seq), 0) FROM {table.name} WHERE received < ?", moment)
        return self._upto(table, upto) if upto else 0

    def over_count(self, most: int, table: Table) -> int:
        """Leaves the newest so many rows."""
        count, _, newest = self._edges(table)
        return self._upto(table, newest - most) if count > most else 0

    def over_size(self, most: int, measure: str) -> int:
        """Removes a share of all tables if what is measured is more than that."""
        (size,) = self._numbers(measure)
        return sum(self._share(table) for table in TABLES) if size > most else 0

    def _share(self, table: Table) -> int:
        count, oldest, newest = self._edges(table)
        return self._upto(table, oldest + int((newest - oldest) * SHARE)) if count else 0

    def _upto(self, table: Table, last: int) -> int:
        """Removes all rows up to that number; figures go with their spans, or stay with them."""
        self._cursor.begin()
        try:
            if table is SPANS:
                self._rollups.remove(self._cursor, last)
            row = self._cursor.execute(f"DELETE FROM {table.name} WHERE seq <= ?", [max(last, 0)]).fetchone()
            self._cursor.commit()
        except BaseException:
            self._cursor.rollback()
            raise
        return int(row[0]) if row else 0

    def _edges(self, table: Table) -> tuple[int, ...]:
        """How many rows there are, the oldest and the newest number."""
        return self._numbers(f"SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) FROM {table.name}")

    def _numbers(self, statement: str, *values: int) -> tuple[int, ...]:
        row = self._cursor.execute(statement, list(values)).fetchone()
        return tuple(int(value) for value in row) if row else ()
