"""Failures in groups of the same failure."""

from __future__ import annotations

import duckdb

from vedette.agent.query.groups import PAGE, filled
from vedette.agent.query.scope import Scope
from vedette.agent.query.series import SPARKS, size_of
from vedette.agent.query.statements import Row, rows
from vedette.agent.store.work import OWNER

ORDERS = {"last": "last", "traces": "traces", "first": "first"}


def errors(
    cursor: duckdb.DuckDBPyConnection, scope: Scope, order: str = "", page: int = 1, fingerprint: str = ""
) -> list[Row]:
    """Groups of failed spans, 50 a page: `type`, `message` (of the newest), `traces`, `first` and `last` seen (ns).

    Args:
        order: `last` (default), `first` or `traces`.
        fingerprint: only this group.
    """
    where, values = scope.condition()
    text = filled("errors", {"condition": where, "owner": OWNER, "order": ORDERS.get(order, "last")})
    spark = [scope.period.start, size_of(scope.period, SPARKS)]
    return rows(cursor, text, [*values, *spark, fingerprint, fingerprint, PAGE, (page - 1) * PAGE])
