"""Spans with findings of protection, whatever sent them."""

from __future__ import annotations

import json

import duckdb

from vedette.agent.query.scope import Scope
from vedette.agent.query.statements import LAST, Row, filled, rows, whole
from vedette.agent.store.attacks import ATTACKED
from vedette.agent.store.rollups import progress

MOST = 2_000
"""Newest attacks of a period that are looked at: what a finding says is read one by one."""


def attacks(cursor: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """The newest 2,000 in the scope."""
    where, values = scope.condition(owner="owner")
    with whole(cursor):
        text = filled("attacks", {"attacked": ATTACKED, "condition": where})
        found = rows(cursor, text, [progress(cursor), LAST, *values, MOST])
    for span in found:
        span["attributes"] = json.loads(span["attributes"] or "{}")
        span["structures"] = json.loads(span["structures"] or "{}")
        span["events"] = json.loads(span["events"] or "[]")
    return found


def count_attacks(cursor: duckdb.DuckDBPyConnection, scope: Scope) -> int:
    """How many there are in the scope."""
    where, values = scope.condition("attack")
    row = cursor.execute(f"SELECT count(*) FROM spans WHERE {where}", values).fetchone()
    return int(row[0]) if row else 0
