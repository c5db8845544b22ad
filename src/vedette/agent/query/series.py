"""Counts and durations over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.rolled import rolled
from vedette.agent.query.scope import Scope
from vedette.agent.query.statements import Row, filled, rows, statement
from vedette.agent.store.rollups import SLOT

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
    cursor: duckdb.DuckDBPyConnection, scope: Scope, condition: str, works: str = "", values: list[Any] | None = None
) -> Series:
    """What the spans in the scope that meet the condition (SQL, with its values) did over time.

    Args:
        works: the same condition of rows of `works`, with which long periods are read from rollups: their buckets are
            of whole quarters of an hour.
    """
    where, parameters = scope.condition(condition)
    wanted = [*parameters, *(values or [])]
    with rolled(cursor, scope.period) as part:
        if part is None or not works:
            size = size_of(scope.period)
            text = statement("series").replace("{condition}", where)
            return _series(scope.period, size, rows(cursor, text, [scope.period.start, size, *wanted]))
        size = -(-size_of(scope.period) // SLOT) * SLOT
        period = replace(scope.period, start=scope.period.start // SLOT * SLOT)
        of_works, more = scope.whose(works, owner="owner")
        parts = {**part.parts(), "condition": where, "work_condition": of_works, "piece": f"{period.start}) // {size}"}
        return _series(period, size, rows(cursor, filled("series_rolled", parts), [*wanted, *more, *(values or [])]))


def _series(period: Period, size: int, found: list[Row]) -> Series:
    by_bucket = {row["bucket"]: row for row in found}
    return Series(period, size, [by_bucket.get(n, NOTHING) for n in range(-(-(period.end - period.start) // size))])
