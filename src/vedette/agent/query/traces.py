"""The list of traces, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from vedette.agent.query.statements import Row, rows, statement
from vedette.agent.query.terms import Term, condition

MOST_TRACES = 500
END_OF_TIME = (1 << 64) - 1
# How many of the newest spans to look at first: enough for a full page of ordinary traces, and 20 times quicker to
# read than a million spans.
WINDOW = 100_000


@dataclass(frozen=True)
class TracePage:
    """Traces, and where the next page begins."""

    traces: list[Row]
    before: int | None
    """Pass on as `before` to get older ones; None if there are none."""


def list_traces(
    cursor: duckdb.DuckDBPyConnection,
    terms: list[Term],
    newest: int,
    limit: int = 50,
    before: int | None = None,
) -> TracePage:
    """The newest traces that have a span matching all terms.

    Args:
        newest: number of the newest stored span.
        limit: traces wanted, at most 500.
        before: only those whose first match started earlier than this (ns since the epoch).
    """
    limit = max(1, min(limit, MOST_TRACES))
    matches = _matches(cursor, terms, max(newest - WINDOW, 0) if before is None else 0, before, limit)
    if len(matches) <= limit and before is None and newest > WINDOW:
        matches = _matches(cursor, terms, 0, before, limit)
    page = matches[:limit]
    traces = rows(cursor, statement("trace_summaries"), [[str(match["trace_id"]) for match in page]])
    return TracePage(traces, page[-1]["first_match"] if len(matches) > limit else None)


def _matches(
    cursor: duckdb.DuckDBPyConnection, terms: list[Term], floor: int, before: int | None, limit: int
) -> list[Row]:
    """One more than `limit`, to know whether there is a next page."""
    where, values = condition(terms)
    text = statement("matching_traces").replace("{condition}", where)
    parameters: list[Any] = [floor, *values, END_OF_TIME if before is None else before, limit + 1]
    return rows(cursor, text, parameters)
