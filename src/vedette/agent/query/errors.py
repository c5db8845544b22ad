"""Failures in groups of the same failure."""

from __future__ import annotations

import duckdb

from vedette.agent.query.groups import PAGE
from vedette.agent.query.scope import Scope
from vedette.agent.query.series import SPARKS, size_of
from vedette.agent.query.statements import LAST, Row, filled, rows, whole
from vedette.agent.store.failures import FAILED
from vedette.agent.store.rollups import progress

ORDERS = {"last": "last", "traces": "traces", "first": "first"}


def errors(
    cursor: duckdb.DuckDBPyConnection, scope: Scope, order: str = "", page: int = 1, fingerprint: str = ""
) -> list[Row]:
    """Groups of failed spans, 50 a page: `type`, `message` (of the newest), `traces`, `first` and `last` seen (ns).

    Args:
        order: `last` (default), `first` or `traces`.
        fingerprint: only this group.
    """
    where, values = scope.condition(owner="owner")
    spark = [scope.period.start, size_of(scope.period, SPARKS)]
    with whole(cursor):
        done = progress(cursor)
        text = filled("errors", {"failed": FAILED, "condition": where, "order": ORDERS.get(order, "last")})
        wanted = [done, LAST, *spark, *values, fingerprint, fingerprint, PAGE, (page - 1) * PAGE]
        return rows(cursor, text, wanted)
