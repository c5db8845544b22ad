"""Whole spans, page by page, to be kept elsewhere."""

from __future__ import annotations

import duckdb

from vedette.agent.exchange.lines import Span, span_of
from vedette.agent.query.statements import rows, statement
from vedette.agent.query.terms import Term, condition

MOST = 2_000


def export(
    cursor: duckdb.DuckDBPyConnection, terms: list[Term], after: int = 0, limit: int = MOST
) -> tuple[list[Span], int | None]:
    """Spans of the traces that match, at most 2,000; and what to pass as `after` for more, None at the end."""
    where, values = condition(terms)
    matching = f"AND trace_id IN (SELECT trace_id FROM spans WHERE {where})" if terms else ""
    limit = max(1, min(limit, MOST))
    found = rows(cursor, statement("export").replace("{matching}", matching), [after, *values, limit])
    return [span_of(row) for row in found], found[-1]["seq"] if len(found) == limit else None
