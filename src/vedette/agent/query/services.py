"""Services, and who calls whom."""

from __future__ import annotations

import duckdb

from vedette.agent.query.rolled import rolled
from vedette.agent.query.scope import Scope
from vedette.agent.query.series import SPARKS, size_of
from vedette.agent.query.statements import Row, filled, rows
from vedette.agent.store.work import ENTRY, OWNER, PLACE, STORES

LOOK = 200_000
"""Newest spans that the map is drawn from."""


def services(cursor: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """One row per service: applications first, then what they call."""
    where, values = scope.condition()
    parts = {"entry": ENTRY, "condition": where, "place": PLACE}
    spark = [scope.period.start, size_of(scope.period, SPARKS)]
    with rolled(cursor, scope.period) as part:
        if part is None:
            return rows(cursor, filled("services", parts), [*spark, *values])
        works, of_works = scope.whose(owner="owner")
        place = PLACE.replace(OWNER, "owner")
        parts = {**parts, **part.parts(), "work_place": place, "work_condition": works}
        return rows(cursor, filled("services_rolled", parts), [*values, *of_works, *spark, *spark])


def edges(cursor: duckdb.DuckDBPyConnection, scope: Scope, newest: int) -> list[Row]:
    """`caller`, `callee`, `calls`, `errors`, `p95` (ns); also of peers that send no spans themselves.

    Args:
        newest: number of the newest stored span.
    """
    where, values = scope.condition()
    floor = max(newest - LOOK, 0)
    told = rows(cursor, filled("edges", {"condition": where, "place": PLACE}), [*values, floor])
    stores = ", ".join(f"'{name}'" for name in STORES)
    parts = {"condition": where, "owner": OWNER, "stores": stores}
    silent = rows(cursor, filled("peers", parts), [*values, floor])
    return told + silent
