"""Counts and durations over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.scope import Scope
from vedette.agent.query.statements import Row, rows, statement

BUCKETS = 60
SPARKS = 24
"""Buckets of the small charts in tables."""
NOTHING: Row = {"calls": 0, "errors": 0, "quantiles": None}


@dataclass(frozen=True)
class Series:
    """One row per bucket (`calls`, `errors`, `quantiles` in ns or None), from the beginning of the period."""

    period: Period
    size: int
    """Length of a bucket, ns."""
    buckets: list[Row]


def size_of(period: Period, count: int = BUCKETS) -> int:
    """The length of each of `count` buckets, ns."""
    return -(-(period.end - period.start) // count)


def series(
    cursor: duckdb.DuckDBPyConnection, scope: Scope, *conditions: str, values: list[Any] | None = None
) -> Series:
    """What the spans in the scope that meet the conditions (SQL, with their values) did over time."""
    size = size_of(scope.period)
    where, parameters = scope.condition(*conditions)
    text = statement("series").replace("{condition}", where)
    found = {row["bucket"]: row for row in rows(cursor, text, [scope.period.start, size, *parameters, *(values or [])])}
    return Series(scope.period, size, [found.get(n, NOTHING) for n in range(BUCKETS)])
