"""Figures of quarters of an hour, failures and attacks, made from the spans that were stored since the last look.

They are only ever part of an answer: spans that are not in them yet, and those of broken quarters at the ends of a
period, are read as they are. So nothing depends on how far the work is.
"""

from __future__ import annotations

import threading

import duckdb

from vedette.agent.store.attacks import ATTACKS
from vedette.agent.store.failures import FAILURES
from vedette.agent.store.work import JOBS, METHOD, OUTGOING, OWNER, PEER, QUERIES, REQUESTS

SLOT = 900 * 1_000_000_000
"""Nanoseconds of a quarter of an hour."""
GROWTH = 1.04
"""By how much the ends of a bucket of durations differ: what is told of them is right within 2 %."""
BUCKET = f"floor(ln(greatest(duration, 1)) / ln({GROWTH}))::USMALLINT"
STEP = 50_000
"""Spans that are added up in one go."""
LOOSE = 50_000
"""Rows that may be added before those of the same quarter and work are made one."""
_KEYS = {
    "service": "service",
    "owner": OWNER,
    "env": "env",
    "version": "version",
    "name": "name",
    "resource": "resource",
    "type": "type",
    "kind": "kind",
    "peer": f"CASE WHEN {OUTGOING} THEN {PEER} ELSE '' END",
    "method": f"CASE WHEN {OUTGOING} THEN {METHOD} ELSE '' END",
    "is_request": REQUESTS,
    "is_query": QUERIES,
    "is_call": OUTGOING,
    "is_job": JOBS,
}
_NAMES = ", ".join(_KEYS)
_FRESH = f"""
    CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT *, hash({_NAMES}) AS work FROM (
        SELECT
            (start // {SLOT})::UINTEGER AS slot, {", ".join(f"{sql} AS {name}" for name, sql in _KEYS.items())},
            {BUCKET} AS bucket, duration, start, error, attack
        FROM spans WHERE seq > ?::UBIGINT AND seq <= ?::UBIGINT
    )
"""
_WORKS = f"""
    INSERT INTO works
    SELECT work, {", ".join(f"any_value({name})" for name in _KEYS)}
    FROM fresh WHERE work NOT IN (SELECT id FROM works) GROUP BY work
"""
_ROLLUPS = """
    INSERT INTO rollups
    SELECT
        slot, work, {sign} * count(*), {sign} * count(*) FILTER (error), {sign} * count(*) FILTER (attack),
        {sign} * sum(duration)::DOUBLE, max(duration), max(start)
    FROM fresh GROUP BY slot, work
"""
_LATENCIES = "INSERT INTO latencies SELECT slot, work, bucket, {sign} * count(*) FROM fresh GROUP BY slot, work, bucket"
# Rows of the same quarter and work become one; what has come to nothing goes.
_MERGED = (
    (
        "rollups",
        "slot, work",
        "sum(calls)::BIGINT AS calls, sum(errors)::BIGINT, sum(attacks)::BIGINT, sum(total), max(longest), max(last)",
    ),
    ("latencies", "slot, work, bucket", "sum(calls)::BIGINT AS calls"),
)


class Rollups:
    """Keeps them up to date; one at a time, whoever it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loose = LOOSE  # what an earlier run has left is not known

    def catch_up(self, cursor: duckdb.DuckDBPyConnection, newest: int) -> int:
        """Adds what was stored up to the span of that number; how many of these are left for the next time."""
        with self._lock:
            done = progress(cursor)
            upto = min(done + STEP, newest)
            if upto > done:
                cursor.begin()
                try:
                    self._add(cursor, done, upto)
                    cursor.commit()
                except BaseException:
                    cursor.rollback()
                    raise
            return max(newest - upto, 0)

    def remove(self, cursor: duckdb.DuckDBPyConnection, upto: int) -> None:
        """Takes the spans up to that number away; to be called before, and in the transaction in which, they go."""
        with self._lock:
            lowest = _one(cursor, "SELECT coalesce(min(seq), 0) FROM spans")
            last = min(upto, progress(cursor))
            for first in range(max(lowest - 1, 0), last, STEP):
                self._count(cursor, first, min(first + STEP, last), -1)
            for table in ("failures", "attacks"):
                cursor.execute(f"DELETE FROM {table} WHERE seq <= ?::UBIGINT", [upto])

    def merge(self, cursor: duckdb.DuckDBPyConnection, least: int = LOOSE) -> None:
        """Makes one row of several, if at least so many were added since the last time."""
        if self._loose < least:
            return
        with self._lock:
            cursor.begin()
            try:
                for table, keys, sums in _MERGED:
                    _merge(cursor, table, keys, sums)
                cursor.execute("DELETE FROM works WHERE id NOT IN (SELECT work FROM rollups)")
                cursor.commit()
            except BaseException:
                cursor.rollback()
                raise
            self._loose = 0

    def _add(self, cursor: duckdb.DuckDBPyConnection, done: int, upto: int) -> None:
        self._count(cursor, done, upto, 1)
        cursor.execute(FAILURES, [done, upto])
        cursor.execute(ATTACKS, [done, upto])
        cursor.execute("UPDATE rollups_progress SET seq = ?::UBIGINT", [upto])

    def _count(self, cursor: duckdb.DuckDBPyConnection, first: int, last: int, sign: int) -> None:
        cursor.execute(_FRESH, [first, last])
        cursor.execute(_WORKS)
        for statement in (_ROLLUPS, _LATENCIES):
            row = cursor.execute(statement.replace("{sign}", str(sign))).fetchone()
            self._loose += int(row[0]) if row else 0
        cursor.execute("DROP TABLE fresh")


def progress(cursor: duckdb.DuckDBPyConnection) -> int:
    """The number of the newest span that they have."""
    return _one(cursor, "SELECT seq FROM rollups_progress")


def begin_anew(cursor: duckdb.DuckDBPyConnection) -> None:
    """Where all spans have expired, their numbers begin anew with the next start."""
    cursor.execute(
        "UPDATE rollups_progress SET seq = (SELECT coalesce(max(seq), 0) FROM spans) "
        "WHERE seq > (SELECT coalesce(max(seq), 0) FROM spans)"
    )


def _one(cursor: duckdb.DuckDBPyConnection, statement: str) -> int:
    row = cursor.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _merge(cursor: duckdb.DuckDBPyConnection, table: str, keys: str, sums: str) -> None:
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE several AS SELECT slot FROM {table} GROUP BY slot "
        f"HAVING count(*) > count(DISTINCT ({keys})) OR bool_or(calls <= 0)"
    )
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE merged AS SELECT {keys}, {sums} FROM {table} "
        f"WHERE slot IN (SELECT slot FROM several) GROUP BY {keys} HAVING sum(calls) > 0 ORDER BY {keys}"
    )
    cursor.execute(f"DELETE FROM {table} WHERE slot IN (SELECT slot FROM several)")
    cursor.execute(f"INSERT INTO {table} SELECT * FROM merged")
    cursor.execute("DROP TABLE merged")
    cursor.execute("DROP TABLE several")
